#include "store/columns.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "platform/error.h"
#include "store/connection.h"
#include "store/transaction.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;

namespace seating {

class SeatNumber {
public:
    SeatNumber() = default;
    explicit SeatNumber(std::int64_t value) : value_(value) {}
    std::int64_t value() const { return value_; }

private:
    std::int64_t value_ = 0;
};

enum class Status { vacant, occupied };
constexpr auto names_of(Status) {
    return platform::names<Status>({{Status::vacant, "vacant"}, {Status::occupied, "occupied"}});
}

struct Student {
    std::int64_t id = 0;
    std::string nickname;
};
auto columns_of(Student& student) {
    return std::tie(student.id, student.nickname);
}

} // namespace seating

namespace {

using seating::SeatNumber;
using seating::Status;
using seating::Student;

struct Database {
    support::TemporaryFolder folder;
    store::Connection connection{folder.path() / "test.db", store::Connection::Mode::create};
    store::Tx tx{connection, 1234};

    template <class... Values>
    store::Statement row(store::Sql sql, const Values&... values) {
        auto rows = tx.query(sql, values...);
        REQUIRE(rows.step());
        return rows;
    }
};

// As runs, rooms and the other modules do.
constexpr store::SqlText seats = R"sql(
    SELECT 7 AS number, 'front' AS row WHERE ?1 = 1
)sql";
constexpr store::SqlText seats_in_front = seats + "AND row = ?2";

} // namespace

TEST_CASE("columns are read into variables of their types", "[store]") {
    Database database;
    auto rows = database.row("SELECT 1, 2, 0.5, 'text', 1, 9, 'occupied'");
    std::int64_t large = 0;
    int small = 0;
    double real = 0;
    std::string text;
    bool flag = false;
    SeatNumber number;
    Status status = Status::vacant;
    rows.read(large, small, real, text, flag, number, status);
    CHECK(large == 1);
    CHECK(small == 2);
    CHECK(real == 0.5);
    CHECK(text == "text");
    CHECK(flag);
    CHECK(number.value() == 9);
    CHECK(status == Status::occupied);
}

TEST_CASE("NULL empties an optional, whatever it held", "[store]") {
    Database database;
    std::optional<std::int64_t> integer = 5;
    std::optional<std::string> text = "old";
    std::optional<SeatNumber> number = SeatNumber(3);
    std::optional<Status> status = Status::occupied;
    database.row("SELECT NULL, NULL, NULL, NULL").read(integer, text, number, status);
    CHECK_FALSE(integer.has_value());
    CHECK_FALSE(text.has_value());
    CHECK_FALSE(number.has_value());
    CHECK_FALSE(status.has_value());
    database.row("SELECT 0, '', 4, 'vacant'").read(integer, text, number, status);
    CHECK(integer == 0);
    CHECK(text == "");
    CHECK(number->value() == 4);
    CHECK(status == Status::vacant);
}

TEST_CASE("a struct takes its columns, and an optional one is empty by its first", "[store]") {
    Database database;
    Student student;
    std::optional<Student> other = Student{1, "old"};
    std::int64_t last = 0;
    database.row("SELECT 3, 'Kim', NULL, NULL, 8").read(student, other, last);
    CHECK(student.id == 3);
    CHECK(student.nickname == "Kim");
    CHECK_FALSE(other.has_value());
    CHECK(last == 8);
    database.row("SELECT 3, 'Kim', 4, 'Lee', 8").read(std::tie(student.id, student.nickname), other, last);
    REQUIRE(other.has_value());
    CHECK(other->nickname == "Lee");
}

TEST_CASE("a column may be skipped, asked for its presence or given to a function", "[store]") {
    Database database;
    bool archived = false;
    bool erased = true;
    std::size_t length = 0;
    database.row("SELECT 1, 2, NULL, 'abc'")
        .read(std::ignore, store::not_null(archived), store::not_null(erased),
              [&](std::string_view text) { length = text.size(); });
    CHECK(archived);
    CHECK_FALSE(erased);
    CHECK(length == 3);
}

TEST_CASE("a row comes as values", "[store]") {
    Database database;
    const auto rows = database.row("SELECT 3, 'Kim'");
    const auto [number, name] = rows.values<SeatNumber, std::string>();
    CHECK(number.value() == 3);
    CHECK(name == "Kim");
    CHECK(database.row("SELECT 'Lee'").values<std::string>() == "Lee");
}

TEST_CASE("reading a different number of columns than the SQL has is a defect", "[store]") {
    Database database;
    std::int64_t a = 0, b = 0;
    CHECK_THROWS_WITH(database.row("SELECT 1, 2").read(a),
                      ContainsSubstring("1 columns read of: SELECT 1, 2"));
    CHECK_THROWS_WITH(database.row("SELECT 1").read(a, b), ContainsSubstring("2 columns"));
    std::optional<Student> student;
    CHECK_THROWS_AS(database.row("SELECT NULL").read(student), platform::Error);
}

TEST_CASE("a name that an enum does not know is told", "[store]") {
    Database database;
    Status status = Status::vacant;
    CHECK_THROWS_WITH(database.row("SELECT 'broken'").read(status), ContainsSubstring("'broken'"));
}

TEST_CASE("an enum that has names is bound as its name", "[store]") {
    Database database;
    CHECK(database.row("SELECT ?", Status::occupied).string(0) == "occupied");
    CHECK(database.row("SELECT ? IS NULL", std::optional<Status>()).boolean(0));
    CHECK(platform::name_of(Status::vacant) == "vacant");
    CHECK(platform::named<Status>("vacant") == Status::vacant);
    CHECK_FALSE(platform::named<Status>("").has_value());
}

TEST_CASE("SQL texts are joined when the program is compiled", "[store]") {
    Database database;
    CHECK(database.row(seats_in_front, 1, "front").values<std::int64_t, std::string>() ==
          std::tuple(std::int64_t{7}, std::string("front")));
    CHECK_FALSE(database.tx.query(seats_in_front, 1, "back").step());
    CHECK(store::Sql(seats).text() != store::Sql(seats_in_front).text());
    CHECK_THAT(store::Sql(seats_in_front).text(), ContainsSubstring("WHERE ?1 = 1\nAND row = ?2"));
}
