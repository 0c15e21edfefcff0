#include "store/migrate.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <map>
#include <string>

#include "platform/error.h"
#include "platform/files.h"
#include "store/notes.h"
#include "support/manual_clock.h"
#include "support/schema_text.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using store::Connection;
using store::Schema;
using store::Store;

namespace {

// Three versions of a schema, as three releases would have carried them.
const Schema first{
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE replies (id INTEGER PRIMARY KEY, note_id INTEGER NOT NULL REFERENCES notes(id)) STRICT;",
    {}};
constexpr std::string_view add_colour = "ALTER TABLE notes ADD COLUMN colour TEXT NOT NULL DEFAULT 'white';";
constexpr std::string_view require_length = // a table rebuilt, as SQLite wants it
    "CREATE TABLE new_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE CHECK (length(text) > 0),"
    " colour TEXT NOT NULL DEFAULT 'white') STRICT;"
    "INSERT INTO new_notes SELECT id, text, colour FROM notes;"
    "DROP TABLE notes; ALTER TABLE new_notes RENAME TO notes;"
    "CREATE INDEX notes_by_colour ON notes(colour);";
const Schema third{
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE CHECK (length(text) > 0),"
    " colour TEXT NOT NULL DEFAULT 'white') STRICT;"
    "CREATE INDEX notes_by_colour ON notes(colour);"
    "CREATE TABLE replies (id INTEGER PRIMARY KEY, note_id INTEGER NOT NULL REFERENCES notes(id)) STRICT;",
    {{2, add_colour}, {3, require_length}}};

struct Box {
    support::TemporaryFolder folder;
    support::ManualClock clock;

    Store start(const Schema& schema) {
        store::Options options;
        options.folder = folder.path();
        options.schema = schema;
        return Store(std::move(options), clock);
    }
    std::string schema_text() { return support::schema_text(folder.path() / "lectern.db"); }
    std::int64_t version() {
        return Connection(folder.path() / "lectern.db", Connection::Mode::read_only)
            .integer("PRAGMA user_version");
    }
    std::vector<std::filesystem::path> backups() {
        std::vector<std::filesystem::path> found;
        if (!std::filesystem::exists(folder.path() / "backups")) return found;
        for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "backups"))
            found.push_back(entry.path());
        return found;
    }
};

// tests/store/fixtures/NNNN.sql by NNNN: schema.sql in that version, and the rows of a busy box.
// make_fixture.py makes them.
std::map<int, std::filesystem::path> frozen_boxes() {
    std::map<int, std::filesystem::path> boxes;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(LECTERN_SOURCE_ROOT) /
                                                                 "tests/store/fixtures"))
        boxes.emplace(std::stoi(entry.path().stem().string()), entry.path());
    return boxes;
}

// The number of rows in each table and view.
std::map<std::string, std::int64_t> rows_of(const std::filesystem::path& database) {
    Connection connection(database, Connection::Mode::read_only);
    connection.execute("PRAGMA trusted_schema=ON"); // the views call JSON functions
    std::map<std::string, std::int64_t> counts;
    auto names = connection.prepare_once(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'knowledge_search_%'");
    while (names.step())
        counts[names.string(0)] = connection.integer(("SELECT count(*) FROM " + names.string(0)).c_str());
    return counts;
}

} // namespace

TEST_CASE("a fresh database is made from the whole schema", "[store]") {
    Box box;
    box.start(third);
    CHECK(box.version() == 3);
    CHECK(box.backups().empty());
    box.start(third); // and again, now that the database is there
    CHECK(box.backups().empty());
    Connection connection(box.folder.path() / "lectern.db", Connection::Mode::read_only);
    CHECK(connection.integer("PRAGMA application_id") == 0x4c63746e);
}

TEST_CASE("an older database becomes like a fresh one, and keeps its rows", "[store]") {
    Box old, fresh;
    {
        Store store = old.start(first);
        store.write("fill", [](store::Tx& tx) {
            notes::add(tx, "kept");
            tx.run("INSERT INTO replies (note_id) VALUES (1)");
        });
    }
    CHECK(old.version() == 1);
    {
        Store store = old.start(third);
        CHECK(notes::has(store, "kept"));
        CHECK(store.read([](store::Read& read) { return read.integer("SELECT count(*) FROM replies"); }) ==
              1);
        CHECK(store.read([](store::Read& read) { return read.query("SELECT colour FROM notes").step(); }));
    }
    fresh.start(third);
    CHECK(old.version() == 3);
    CHECK(old.schema_text() == fresh.schema_text());
}

TEST_CASE("a database of the same version with other tables is refused, naming what it lacks", "[store]") {
    Box box;
    box.start(first);
    Schema changed = first;
    changed.whole =
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, colour TEXT) STRICT;"
        "CREATE VIRTUAL TABLE words USING fts5(word);";
    CHECK_THROWS_WITH(box.start(changed), ContainsSubstring("notes.colour"));
    box.start(first);
}

TEST_CASE("before an upgrade the database is copied", "[store]") {
    Box box;
    {
        Store store = box.start(first);
        notes::add(store, "kept");
    }
    const std::string before = box.schema_text();
    box.start(third);
    REQUIRE(box.backups().size() == 1);
    CHECK(box.backups()[0].filename() == "before-upgrade-from-1-20260901T080000Z.db");
    CHECK(support::schema_text(box.backups()[0]) == before);
    Connection copy(box.backups()[0], Connection::Mode::read_only);
    CHECK(copy.integer("PRAGMA user_version") == 1);
    CHECK(copy.text("SELECT text FROM notes") == "kept");
}

TEST_CASE("an upgrade that fails changes nothing", "[store]") {
    const struct {
        const char* what;
        std::string_view sql;
        const char* message;
    } rows[] = {
        {"wrong SQL", "CREATE TABLE half (a); NONSENSE;", "syntax error"},
        {"rows left without what they refer to", "DELETE FROM notes;", "replies"},
    };
    for (const auto& row : rows) {
        INFO(row.what);
        Box box;
        {
            Store store = box.start(first);
            store.write("fill", [](store::Tx& tx) {
                notes::add(tx, "kept");
                tx.run("INSERT INTO replies (note_id) VALUES (1)");
            });
        }
        const std::string before = box.schema_text();
        Schema broken = first;
        broken.migrations = {{2, add_colour}, {3, row.sql}};
        CHECK_THROWS_WITH(box.start(broken), ContainsSubstring(row.message));
        CHECK(box.version() == 1);
        CHECK(box.schema_text() == before);
        Store store = box.start(first);
        CHECK(notes::has(store, "kept"));
    }
}

TEST_CASE("a newer database is refused by name", "[store]") {
    Box box;
    box.start(third);
    try {
        box.start(first);
        FAIL("it was opened");
    } catch (const platform::Error& error) {
        CHECK(error.kind() == platform::ErrorKind::conflict);
        CHECK_THAT(error.what(), ContainsSubstring((box.folder.path() / "lectern.db").string()));
        CHECK_THAT(error.what(), ContainsSubstring("version 3"));
        CHECK_THAT(error.what(), ContainsSubstring("up to 1"));
    }
    CHECK(box.version() == 3);
}

TEST_CASE("somebody else's database is refused", "[store]") {
    for (const char* sql : {"CREATE TABLE theirs (a)", "CREATE TABLE theirs (a); PRAGMA user_version=1"}) {
        Box box;
        Connection(box.folder.path() / "lectern.db", Connection::Mode::create).execute(sql);
        CHECK_THROWS_WITH(box.start(first), ContainsSubstring("is not a database of Lectern"));
    }
    Box box;
    platform::write_file_atomically(box.folder.path() / "lectern.db", std::string(5000, 'x'));
    CHECK_THROWS_AS(box.start(first), platform::Error);
}

TEST_CASE("every frozen box becomes like a fresh one, and keeps its rows", "[store]") {
    const Schema schema = store::embedded_schema();
    Box fresh;
    fresh.start(schema);
    const auto frozen = frozen_boxes();
    REQUIRE(frozen.contains(1));
    for (const auto& [version, file] : frozen) {
        INFO(file.filename().string()
             << ": schema.sql changed without a migration, or its migration differs?");
        REQUIRE(version <= schema.version());
        const auto text = platform::read_file(file);
        REQUIRE(text.has_value());
        Schema as_frozen{*text, {}};
        if (version > 1) as_frozen.migrations.push_back({version, ""});
        Box old;
        old.start(as_frozen);
        REQUIRE(old.version() == version);
        const auto before = rows_of(old.folder.path() / "lectern.db");
        Store store = old.start(schema);
        CHECK(notes::integrity(store) == "ok");
        CHECK_FALSE(
            store.read([](store::Read& read) { return read.query("PRAGMA foreign_key_check").step(); }));
        CHECK(old.schema_text() == fresh.schema_text());
        const auto after = rows_of(old.folder.path() / "lectern.db");
        for (const auto& [table, count] : before) {
            INFO(table);
            if (after.contains(table)) CHECK(after.at(table) == count);
        }
    }
}

TEST_CASE("a training that its headset has not fetched waits after the upgrade, too", "[store]") {
    Box old;
    old.start({*platform::read_file(frozen_boxes().at(1)), {}});
    Store store = old.start(store::embedded_schema());
    const auto count = [&](store::Sql sql) {
        return store.read([&](store::Read& read) { return read.integer(sql).value_or(-1); });
    };
    CHECK(count("SELECT count(*) FROM runs WHERE waiting = 1") == 1);
    CHECK(count("SELECT count(*) FROM runs r LEFT JOIN trainings t ON t.run_id = r.id"
                " WHERE r.waiting <> coalesce(t.phase = 'assigned', 0)") == 0);
}

TEST_CASE("of two nicknames that differ in capitals alone, an upgrade numbers the later one", "[store]") {
    Box old;
    {
        Store store = old.start({*platform::read_file(frozen_boxes().at(1)), {}});
        store.write("two of a name", [](store::Tx& tx) {
            for (const char* nickname : {"Zo\u00eb", "ZO\u00cb", "zoE\u0308"})
                tx.run(
                    "INSERT INTO persons (organisation_id, role, nickname, created_ms)"
                    " SELECT min(id), 'student', ?, 0 FROM organisations",
                    nickname);
        });
    }
    Store store = old.start(store::embedded_schema());
    const auto names = store.read([](store::Read& read) {
        std::string all;
        auto rows =
            read.query("SELECT nickname, id FROM persons WHERE name_key LIKE 'zo\u00eb%' ORDER BY id");
        while (rows.step()) {
            const auto [nickname, id] = rows.values<std::string, std::int64_t>();
            all += nickname.ends_with(" " + std::to_string(id))
                       ? nickname.substr(0, nickname.rfind(' ')) + " N "
                       : nickname + " ";
        }
        return all;
    });
    CHECK(names == "Zo\u00eb ZO\u00cb N zoE\u0308 N ");
}

TEST_CASE("the program's own schema is sound", "[store]") {
    const Schema schema = store::embedded_schema();
    Box box;
    {
        store::Options options;
        options.folder = box.folder.path();
        Store store(std::move(options), box.clock);
        CHECK(notes::integrity(store) == "ok");
        CHECK(store.read([](store::Read& read) { return read.query("PRAGMA foreign_key_check").step(); }) ==
              false);
    }
    CHECK(box.version() == schema.version());
    CHECK_THAT(box.schema_text(), ContainsSubstring("organisations"));
}
