// A damaged index stops no box for ever: its table has all that it had.
#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "platform/error.h"
#include "store/mend.h"
#include "store/store.h"
#include "support/manual_clock.h"
#include "support/temporary_folder.h"

namespace fs = std::filesystem;

namespace {

constexpr int rows = 2000;

store::Options options_for(const fs::path& folder) {
    store::Options options;
    options.folder = folder;
    options.schema = store::Schema{
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL) STRICT;"
        "CREATE INDEX notes_by_name ON notes(name);",
        {}};
    return options;
}

void fill(const fs::path& folder) {
    support::ManualClock clock;
    store::Store store(options_for(folder), clock);
    store.write("fill", [](store::Tx& tx) {
        for (int i = 0; i < rows; ++i)
            tx.run("INSERT INTO notes (name, body) VALUES (?, ?)", "name-" + std::to_string(i * 7919 % rows),
                   "body-" + std::to_string(i));
    });
}

// Changes the last name that stands in a page of the index, as a flipped bit does. In the table each name is
// followed by a body.
void damage_index(const fs::path& file) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(bytes), {}};
    for (std::size_t at = all.rfind("name-1"); at != std::string::npos; at = all.rfind("name-1", at - 1)) {
        if (all.substr(at, 14).find("body") != std::string::npos) continue;
        bytes.clear();
        bytes.seekp(static_cast<std::streamoff>(at));
        bytes << "nbme-";
        return;
    }
    FAIL("no entry of an index");
}

void damage_table(const fs::path& file) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(bytes), {}};
    const std::size_t page = all.find("body-") / 4096 * 4096;
    bytes.clear();
    bytes.seekp(static_cast<std::streamoff>(page));
    bytes << std::string(64, '\xff');
}

store::Damage damage_in(const fs::path& file) {
    store::Connection connection(file, store::Connection::Mode::read_only);
    return store::damage_of(connection);
}

} // namespace

TEST_CASE("a server with a damaged index goes on by itself, and has lost no row", "[store]") {
    const support::TemporaryFolder folder;
    const fs::path file = folder.path() / "lectern.db";
    fill(folder.path());
    damage_index(file);
    CHECK(damage_in(file).indexes == std::vector<std::string>{"notes_by_name"});
    support::ManualClock clock;
    store::Store store(options_for(folder.path()), clock);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    bool removed = false;
    while (!removed && std::chrono::steady_clock::now() < until) {
        try {
            store.write("remove", [](store::Tx& tx) { tx.run("DELETE FROM notes WHERE id > 0"); });
            removed = true;
        } catch (const platform::Error&) {
            std::this_thread::yield(); // in doubt: the store tries again by itself
        }
    }
    CHECK(removed);
    CHECK(store.read([](store::Read& read) { return read.integer("SELECT count(*) FROM notes"); }) == 0);
}

TEST_CASE("indexes are mended where the tables are whole, and nothing is changed where they are not",
          "[store]") {
    const support::TemporaryFolder folder;
    const fs::path file = folder.path() / "lectern.db";
    fill(folder.path());
    damage_index(file);
    {
        store::Connection connection(file, store::Connection::Mode::read_write);
        CHECK(store::mend_indexes(connection));
        CHECK(store::damage_of(connection).none());
        CHECK(connection.integer("SELECT count(*) FROM notes") == rows);
    }
    damage_table(file);
    {
        store::Connection connection(file, store::Connection::Mode::read_write);
        CHECK_FALSE(store::damage_of(connection).elsewhere.empty());
        CHECK_FALSE(store::mend_indexes(connection));
        CHECK_FALSE(connection.in_transaction());
    }
}
