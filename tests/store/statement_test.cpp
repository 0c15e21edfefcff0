#include "store/statement.h"

#include <catch2/catch_test_macros.hpp>

#include <limits>

#include "platform/error.h"
#include "store/connection.h"
#include "store/transaction.h"
#include "support/temporary_folder.h"

using namespace std::string_literals;
using platform::ErrorKind;

namespace {

struct Database {
    support::TemporaryFolder folder;
    store::Connection connection{folder.path() / "test.db", store::Connection::Mode::create};
    store::Tx tx{connection, 1234};
};

ErrorKind kind_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const platform::Error& error) {
        return error.kind();
    }
    throw std::logic_error("nothing was thrown");
}

} // namespace

TEST_CASE("values come back as they were bound", "[store]") {
    Database database;
    database.connection.execute("CREATE TABLE things (a, b, c, d, e, f, g, h)");
    const std::optional<std::int64_t> none;
    const std::optional<std::string> some = "教室";
    enum class Colour { red = 3 };
    database.tx.run("INSERT INTO things VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    std::numeric_limits<std::int64_t>::min(), 0.25, "a\0b"s, store::Blob{"\xff\0\x01"s}, none,
                    some, true, Colour::red);
    auto rows = database.tx.query("SELECT a, b, c, d, e, f, g, h, typeof(d), typeof(c) FROM things");
    REQUIRE(rows.step());
    CHECK(rows.integer(0) == std::numeric_limits<std::int64_t>::min());
    CHECK(rows.real(1) == 0.25);
    CHECK(rows.text(2) == "a\0b"s);
    CHECK(rows.text(3) == "\xff\0\x01"s);
    CHECK(rows.is_null(4));
    CHECK_FALSE(rows.optional_integer(4).has_value());
    CHECK_FALSE(rows.optional_text(4).has_value());
    CHECK(rows.text(4).empty());
    CHECK(rows.optional_text(5) == "教室");
    CHECK(rows.boolean(6));
    CHECK(rows.integer(7) == 3);
    CHECK(rows.text(8) == "blob");
    CHECK(rows.text(9) == "text");
    CHECK_FALSE(rows.step());
    CHECK_FALSE(rows.step()); // and does not start again
}

TEST_CASE("an empty text is a text and not NULL", "[store]") {
    Database database;
    for (const std::string_view empty : {std::string_view(), std::string_view("")}) {
        auto rows = database.tx.query("SELECT typeof(?), typeof(?)", empty, store::Blob{empty});
        REQUIRE(rows.step());
        CHECK(rows.text(0) == "text");
        CHECK(rows.text(1) == "blob");
    }
}

TEST_CASE("rows may outlive the values they were asked with", "[store]") {
    Database database;
    auto rows = database.tx.query("SELECT ?", std::string(100, 'x'));
    REQUIRE(rows.step());
    CHECK(rows.text(0) == std::string(100, 'x'));
}

TEST_CASE("the same SQL can be used within its own rows", "[store]") {
    Database database;
    const auto numbers = [&](std::int64_t up_to) {
        return database.tx.query(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n",
            up_to);
    };
    std::int64_t sum = 0;
    for (auto outer = numbers(3); outer.step();) {
        for (auto inner = numbers(outer.integer(0)); inner.step();)
            sum += inner.integer(0);
    }
    CHECK(sum == 1 + (1 + 2) + (1 + 2 + 3));
}

TEST_CASE("a statement that is used again sees nothing of its last values", "[store]") {
    Database database;
    const auto ask = [&] { return database.tx.query("SELECT ?"); };
    {
        auto rows = ask();
        rows.bind(1, "secret");
        CHECK(rows.step());
    }
    auto rows = ask();
    REQUIRE(rows.step());
    CHECK(rows.is_null(0));
}

TEST_CASE("SQL put together at run time", "[store]") {
    Database database;
    auto rows = database.tx.query_text("SELECT "s + "?" + " + 1");
    rows.bind(1, 41);
    REQUIRE(rows.step());
    CHECK(rows.integer(0) == 42);
}

TEST_CASE("run says how many rows it changed, insert the new row's id", "[store]") {
    using ThingId = platform::Id<struct ThingRow>;
    Database database;
    database.connection.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT)");
    CHECK(database.tx.insert<ThingId>("INSERT INTO things (name) VALUES (?)", "a") == ThingId(1));
    CHECK(database.tx.insert<ThingId>("INSERT INTO things (name) VALUES (?)", "b") == ThingId(2));
    CHECK(database.tx.run("UPDATE things SET name = 'c'") == 2);
    CHECK(database.tx.run("DELETE FROM things WHERE id = ?", 7) == 0);
    CHECK(database.tx.integer("SELECT count(*) FROM things") == 2);
    CHECK_FALSE(database.tx.integer("SELECT id FROM things WHERE id = ?", 7).has_value());
    CHECK(database.tx.now_ms() == 1234);
}

TEST_CASE("failures of SQLite become errors of ours", "[store]") {
    Database database;
    database.connection.execute(
        "CREATE TABLE rooms (id INTEGER PRIMARY KEY, room_name TEXT NOT NULL UNIQUE, places INTEGER CHECK "
        "(places > 0)) STRICT;"
        "CREATE TABLE seats (id INTEGER PRIMARY KEY, room_id INTEGER NOT NULL REFERENCES rooms(id)) STRICT;"
        "CREATE TRIGGER full BEFORE INSERT ON rooms WHEN NEW.room_name = 'one too many'"
        " BEGIN SELECT RAISE(ABORT, 'The school has no more rooms.'); END;"
        "INSERT INTO rooms VALUES (1, 'Room 1', 4);");
    store::Tx& tx = database.tx;
    CHECK(kind_of([&] { tx.run("INSERT INTO rooms VALUES (1, 'Room 2', 4)"); }) == ErrorKind::conflict);
    CHECK(kind_of([&] { tx.run("INSERT INTO rooms VALUES (2, 'one too many', 4)"); }) == ErrorKind::conflict);
    CHECK(kind_of([&] { tx.run("INSERT INTO seats VALUES (1, 7)"); }) == ErrorKind::conflict);
    CHECK(kind_of([&] { tx.run("INSERT INTO rooms VALUES (2, 'Room 2', 0)"); }) == ErrorKind::internal);
    CHECK(kind_of([&] { tx.run("INSERT INTO rooms VALUES (2, NULL, 4)"); }) == ErrorKind::internal);
    CHECK(kind_of([&] { tx.run("INSERT INTO rooms VALUES (2, 'Room 2', 'four')"); }) == ErrorKind::internal);
    CHECK(kind_of([&] { tx.run("SELECT nonsense"); }) == ErrorKind::internal);
    CHECK(kind_of([&] { tx.run("SELECT ?, ?", 1); }) == ErrorKind::internal);
    CHECK(kind_of([&] { tx.run("SELECT 1", 1); }) == ErrorKind::internal);
    try {
        tx.run("INSERT INTO rooms VALUES (2, 'Room 1', 4)");
        FAIL("it was inserted");
    } catch (const platform::Error& error) {
        CHECK(error.kind() == ErrorKind::conflict);
        CHECK(error.what() == "The room name is already taken."s);
    }
    CHECK(tx.integer("SELECT count(*) FROM rooms") == 1);
}

TEST_CASE("a row that others refer to stays, with all that would go with it", "[store]") {
    Database database;
    database.connection.execute(
        "CREATE TABLE rooms (id INTEGER PRIMARY KEY, places INTEGER CHECK (places > 0)) STRICT;"
        "CREATE TABLE doors (room_id INTEGER NOT NULL REFERENCES rooms(id) ON DELETE CASCADE) STRICT;"
        "CREATE TABLE lessons (room_id INTEGER REFERENCES rooms(id)) STRICT;"
        "INSERT INTO rooms VALUES (1, 4), (2, 4); INSERT INTO doors VALUES (1), (2);"
        "INSERT INTO lessons VALUES (1), (NULL);");
    store::Tx& tx = database.tx;
    CHECK_FALSE(tx.run_unless_referred("DELETE FROM rooms WHERE id = ?", 1));
    CHECK(tx.integer("SELECT count(*) FROM rooms") == 2);
    CHECK(tx.integer("SELECT count(*) FROM doors") == 2);
    CHECK(tx.run_unless_referred("DELETE FROM rooms WHERE id = ?", 2));
    CHECK(tx.integer("SELECT count(*) FROM rooms") == 1);
    CHECK(tx.integer("SELECT count(*) FROM doors") == 1);
    // Any other failure is still an error.
    CHECK(kind_of([&] { tx.run_unless_referred("UPDATE rooms SET places = ?", 0); }) == ErrorKind::internal);
    CHECK(kind_of([&] { tx.run("DELETE FROM rooms WHERE id = ?", 1); }) == ErrorKind::conflict);
}

TEST_CASE("a connection is set up to lose nothing", "[store]") {
    Database database;
    CHECK(database.connection.text("PRAGMA journal_mode") == "wal");
    CHECK(database.connection.integer("PRAGMA synchronous") == 2); // FULL
    CHECK(database.connection.integer("PRAGMA foreign_keys") == 1);
    CHECK(database.connection.integer("PRAGMA wal_autocheckpoint") == 0);
    CHECK(database.connection.integer("PRAGMA trusted_schema") == 0);

    store::Connection reader(database.folder.path() / "test.db", store::Connection::Mode::read_only);
    CHECK_THROWS_AS(reader.execute("CREATE TABLE things (a)"), platform::Error);
    CHECK_THROWS_AS(
        store::Connection(database.folder.path() / "none.db", store::Connection::Mode::read_write),
        platform::Error);
}
