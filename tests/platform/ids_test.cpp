#include "platform/ids.h"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "store/connection.h"
#include "store/transaction.h"
#include "support/temporary_folder.h"

namespace {

using nlohmann::json;

using AllIds =
    std::tuple<OrganisationId, PersonId, ClassId, LoginId, SiteKeyId, InvitationId, ImportId, DeviceId,
               PairingRequestId, RoomId, SeatId, SeatTypeId, ScenarioId, ContentId, UploadId, LessonId,
               CourseId, ModuleId, TimetableEntryId, SessionId, CommandId, RunId, NoteId, MessageId>;

template <class A, class B>
concept comparable = requires(A a, B b) {
    a == b;
}
|| requires(A a, B b) {
    a < b;
};

// Neither a declaration, an argument, an assignment nor a comparison accepts one where the other belongs.
template <class A, class B>
constexpr bool one_way_apart = !std::is_convertible_v<A, B> && !std::is_constructible_v<B, A> &&
                               !std::is_assignable_v<B&, A> && !comparable<A, B>;
template <class A, class B>
constexpr bool apart = std::is_same_v<A, B> || (one_way_apart<A, B> && one_way_apart<B, A>);

template <class A, class... Others>
constexpr bool apart_from_all(std::tuple<Others...>*) {
    return (apart<A, Others> && ...);
}
template <class... Ids>
constexpr bool all_apart(std::tuple<Ids...>* ids) {
    return (apart_from_all<Ids>(ids) && ...);
}
static_assert(all_apart(static_cast<AllIds*>(nullptr)));
static_assert(!apart<std::int64_t, int>); // so the rule can fail

// An integer becomes an id only explicitly, and an id an integer only by value().
template <class AnId, class Integer>
constexpr bool apart_from_integer =
    !std::is_convertible_v<Integer, AnId> && std::is_constructible_v<AnId, Integer> &&
    !std::is_convertible_v<AnId, Integer> && !std::is_constructible_v<Integer, AnId> &&
    !std::is_assignable_v<AnId&, Integer> && !std::is_assignable_v<Integer&, AnId> &&
    !comparable<AnId, Integer>;
template <class... Ids>
constexpr bool all_apart_from_integers(std::tuple<Ids...>*) {
    return ((apart_from_integer<Ids, std::int64_t> && apart_from_integer<Ids, int>)&&...);
}
static_assert(all_apart_from_integers(static_cast<AllIds*>(nullptr)));

// An id answers whether it is there in a condition, but not where a number is wanted.
static_assert(std::is_constructible_v<bool, RoomId> && !std::is_convertible_v<RoomId, bool>);

// Text does not become an id at all.
static_assert(!std::is_constructible_v<RoomId, const char*> && !std::is_constructible_v<RoomId, std::string>);

static_assert(sizeof(RoomId) == sizeof(std::int64_t) && std::is_trivially_copyable_v<RoomId>);
static_assert(platform::is_id<RoomId> && !platform::is_id<std::int64_t>);
static_assert(RoomId(7).value() == 7 && RoomId() == RoomId(0));

} // namespace

TEST_CASE("ids: the default names no row", "[platform]") {
    CHECK_FALSE(RoomId());
    CHECK(RoomId(1));
    CHECK(to_string(RoomId(9'007'199'254'740'993)) == "9007199254740993");
}

TEST_CASE("ids: they are ordered and hashed as their numbers are", "[platform]") {
    CHECK(RoomId(7) == RoomId(7));
    CHECK(RoomId(7) != RoomId(8));
    CHECK(RoomId(-1) < RoomId(0));
    CHECK(RoomId(10) > RoomId(9));
    const std::map<RoomId, int> sorted = {{RoomId(10), 3}, {RoomId(2), 2}, {RoomId(1), 1}};
    int expected = 0;
    for (const auto& [id, place] : sorted)
        CHECK(place == ++expected);
    const std::unordered_set<RoomId> several = {RoomId(7), RoomId(8), RoomId(7)};
    CHECK(several.size() == 2);
    CHECK(several.contains(RoomId(8)));
    CHECK_FALSE(several.contains(RoomId(9)));
}

TEST_CASE("ids: JSON holds them as numbers, and gives them back", "[platform]") {
    constexpr std::int64_t beyond_double = 9'007'199'254'740'993;
    const json written = {{"id", RoomId(beyond_double)},
                          {"room_ids", std::vector{RoomId(2), RoomId(3)}},
                          {"device_id", nullptr}};
    CHECK(written.dump() == R"({"device_id":null,"id":9007199254740993,"room_ids":[2,3]})");
    const json read = json::parse(written.dump());
    CHECK(read.at("id").get<RoomId>() == RoomId(beyond_double));
    CHECK(read.at("room_ids").get<std::vector<RoomId>>() == std::vector{RoomId(2), RoomId(3)});
    const RoomId assigned = read.at("id");
    CHECK(assigned == RoomId(beyond_double));
    CHECK_THROWS_AS(read.at("device_id").get<DeviceId>(), json::type_error);
    CHECK_THROWS_AS(json("7").get<RoomId>(), json::type_error);
}

TEST_CASE("ids: SQL takes them and gives them back", "[platform]") {
    const support::TemporaryFolder folder;
    store::Connection connection(folder.path() / "test.db", store::Connection::Mode::create);
    store::Tx tx(connection, 1234);
    connection.execute("CREATE TABLE seats (id INTEGER PRIMARY KEY, room_id INTEGER, device_id INTEGER)");
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    const auto seat = tx.insert<SeatId>("INSERT INTO seats (room_id, device_id) VALUES (?, ?)",
                                        RoomId(largest), std::optional<DeviceId>());
    const auto other = tx.insert<SeatId>("INSERT INTO seats (room_id, device_id) VALUES (?, ?)", RoomId(7),
                                         std::optional(DeviceId(31)));
    CHECK(seat == SeatId(1));
    CHECK(other == SeatId(2));
    auto rows = tx.query("SELECT id, room_id, device_id, typeof(room_id) FROM seats ORDER BY id");
    REQUIRE(rows.step());
    using Row = std::tuple<SeatId, RoomId, std::optional<DeviceId>, std::string>;
    CHECK(rows.values<SeatId, RoomId, std::optional<DeviceId>, std::string>() ==
          Row(seat, RoomId(largest), std::nullopt, "integer"));
    REQUIRE(rows.step());
    CHECK(rows.values<SeatId, RoomId, std::optional<DeviceId>, std::string>() ==
          Row(other, RoomId(7), DeviceId(31), "integer"));
    CHECK(tx.id<SeatId>("SELECT id FROM seats WHERE room_id = ?", RoomId(7)) == other);
    CHECK(tx.id<SeatId>("SELECT id FROM seats WHERE room_id = ?", RoomId(8)) == std::nullopt);
}
