#include "runs/ingest.h"

#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "platform/error.h"
#include "runs/slice.h"
#include "support/classroom.h"

using namespace std::chrono_literals;
using support::Classroom;

namespace {

std::string batch(const std::string& id, int events, std::optional<RunId> run_id = {}) {
    nlohmann::json body = {{"batch_id", id}, {"events", nlohmann::json::array()}};
    if (run_id) body["run_id"] = *run_id;
    for (int i = 0; i < events; ++i)
        body["events"].push_back({{"kind", "gaze"},
                                  {"at_ms", 1'788'249'600'000 + i},
                                  {"yaw_deg", 15},
                                  {"pitch_deg", 5},
                                  {"target", "turtle"},
                                  {"dwell_ms", 10}});
    return body.dump();
}

runs::Stored send(Classroom& school, DeviceId device_id, std::string body) {
    return school.write([&](store::Tx& tx) {
        return school.services->ingest.take_json(tx, {school.organisation, device_id}, {}, body);
    });
}

runs::Rollup rollup_of(Classroom& school, RunId run_id) {
    return school.read(
        [&](store::Read& read) { return runs::Ingest::rollup(read, school.organisation, run_id); });
}

runs::Run run_of(Classroom& school, RunId run_id) {
    return school.read(
        [&](store::Read& read) { return school.services->runs.get(read, school.organisation, run_id); });
}

// A connection of its own, as the sqlite3 shell opens it.
class Rows {
public:
    explicit Rows(const std::filesystem::path& file) {
        REQUIRE(sqlite3_open(file.c_str(), &database_) == SQLITE_OK);
    }
    ~Rows() { sqlite3_close(database_); }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    std::string all(const char* sql) const {
        std::string text;
        const auto append = [](void* to, int columns, char** values, char**) {
            for (int i = 0; i < columns; ++i)
                static_cast<std::string*>(to)->append(values[i] ? values[i] : "").append("|");
            return 0;
        };
        REQUIRE(sqlite3_exec(database_, sql, append, &text, nullptr) == SQLITE_OK);
        return text;
    }

private:
    sqlite3* database_ = nullptr;
};

std::int64_t stored_events(Classroom& school) {
    return school.read(
        [](store::Read& read) { return *read.integer("SELECT sum(count) FROM event_batches"); });
}

} // namespace

TEST_CASE("events of a headset outside any lesson open a run of their own", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    const runs::Stored first = send(school, device, batch("a", 3));
    CHECK(first.stored == 3);
    CHECK(first.total == 3);
    CHECK_FALSE(first.repeated);
    const runs::Run run = run_of(school, first.run_id);
    CHECK(run.origin == runs::Origin::events);
    CHECK(run.device_id == device);
    CHECK_FALSE(run.person);

    const runs::Stored second = send(school, device, batch("b", 2));
    CHECK(second.run_id == first.run_id);
    CHECK(second.total == 5);
    CHECK(rollup_of(school, first.run_id).targets.at("turtle") == 50);
    CHECK(rollup_of(school, first.run_id).gaze_total == 5);
}

TEST_CASE("after half an hour of silence a headset outside any lesson begins something new", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    const runs::Stored first = send(school, device, batch("a", 3));
    school.clock.advance(29min);
    CHECK(send(school, device, batch("b", 1)).run_id == first.run_id);
    school.clock.advance(31min);
    const std::int64_t silent_since = school.clock.now_ms() - 31 * 60'000;
    CHECK(send(school, device, batch("a", 3)).run_id == first.run_id); // a repeated batch begins nothing
    CHECK(send(school, device, batch("c", 1)).run_id != first.run_id);
    CHECK(run_of(school, first.run_id).ended_ms == silent_since);
}

TEST_CASE("a batch sent twice is stored once and answered the same", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    const runs::Stored first = send(school, device, batch("a", 3));
    send(school, device, batch("b", 4));
    const auto same = [&](const runs::Stored& again) {
        return again.repeated && again.run_id == first.run_id && again.stored == first.stored &&
               again.total == first.total && again.batch_id == "a";
    };
    CHECK(same(send(school, device, batch("a", 3))));
    school.restart();
    CHECK(same(send(school, device, batch("a", 3))));
    CHECK(stored_events(school) == 7);
    CHECK(rollup_of(school, first.run_id).events == 7);

    // Another headset's batch may have the same id.
    CHECK_FALSE(send(school, school.add_device("DPVR-08"), batch("a", 3)).repeated);
}

TEST_CASE("an id that belongs to other events is a conflict, and nothing is lost silently", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    const runs::Stored first = send(school, device, batch("1", 3));
    CHECK_THROWS_AS(send(school, device, batch("1", 4)), platform::Error);
    std::string other = batch("1", 3);
    other.replace(other.find("turtle"), 6, "shark!");
    CHECK_THROWS_AS(send(school, device, other), platform::Error);
    CHECK(send(school, device, batch("1", 3)).repeated);
    CHECK(rollup_of(school, first.run_id).events == 3);
    // Of a headset that counts from one in each boot, nothing is mistaken.
    const auto numbered = [](const std::string& boot_id, int events) {
        auto body = nlohmann::json::parse(batch("", events));
        body.erase("batch_id");
        body["boot_id"] = boot_id;
        body["number"] = 1;
        return body.dump();
    };
    CHECK_FALSE(send(school, device, numbered("boot a", 1)).repeated);
    CHECK_FALSE(send(school, device, numbered("boot b", 2)).repeated);
    CHECK(send(school, device, numbered("boot a", 1)).repeated);
    CHECK_THROWS_AS(send(school, device, numbered("boot a", 2)), platform::Error);
    CHECK(stored_events(school) == 6);
}

TEST_CASE("of each headset the newest boots are known, and so many numbers of each", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    runs::BatchNumbers& numbers = school.services->runs.numbers();
    const auto store_number = [&](const std::string& boot_id, std::int64_t number) {
        school.write([&](store::Tx& tx) {
            numbers.stored(tx, school.organisation, device, device.value(), boot_id, number);
        });
    };
    for (std::int64_t number = 1'000; number > 1; --number)
        store_number("a", number);
    CHECK(numbers.of(device).at(0).up_to == 0);
    CHECK(numbers.of(device).at(0).beyond.size() == runs::BatchNumbers::most_beyond);
    store_number("a", 1); // those above are not told, and are sent again
    for (std::int64_t number = 2; number < 745; ++number)
        store_number("a", number);
    CHECK(numbers.of(device).at(0).up_to == 1'000);
    for (const char* boot_id : {"b", "c", "d", "e"}) {
        school.clock.advance(1s);
        store_number(boot_id, 1);
    }
    const auto known = numbers.of(device);
    REQUIRE(known.size() == runs::BatchNumbers::most_boots);
    CHECK(known.front().boot_id == "e");
    CHECK(known.back().boot_id == "b");
    school.restart();
    const auto again = school.services->runs.numbers().of(device);
    REQUIRE(again.size() == known.size());
    CHECK(again.front().boot_id == "e");
}

TEST_CASE("the same batch twice in one transaction is stored once", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    school.write([&](store::Tx& tx) {
        std::string one = batch("a", 3), other = batch("a", 3);
        const runs::Sender sender{school.organisation, device};
        CHECK_FALSE(school.services->ingest.take_json(tx, sender, {}, one).repeated);
        CHECK(school.services->ingest.take_json(tx, sender, {}, other).repeated);
    });
    CHECK(stored_events(school) == 3);
}

TEST_CASE("a rolled-back batch leaves nothing in memory either", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    const runs::Stored first = send(school, device, batch("a", 3));
    CHECK_THROWS(school.write([&](store::Tx& tx) {
        std::string body = batch("b", 4);
        school.services->ingest.take_json(tx, {school.organisation, device}, {}, body);
        throw std::runtime_error("the handler failed later");
    }));
    const runs::Stored second = send(school, device, batch("b", 4));
    CHECK_FALSE(second.repeated);
    CHECK(second.total == 7);
    CHECK(rollup_of(school, first.run_id).events == 7);
}

TEST_CASE("a run takes events only of its own headset, also after its end", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    const DeviceId other = school.add_device("DPVR-08");
    const RunId run = send(school, device, batch("a", 1)).run_id;
    school.write([&](store::Tx& tx) {
        school.services->runs.finish(tx, school.organisation, run, school.clock.now_ms());
    });
    CHECK(send(school, device, batch("late", 2, run)).total == 3);
    CHECK_THROWS_AS(send(school, other, batch("x", 1, run)), platform::Error);
    CHECK_THROWS_AS(send(school, device, batch("x", 1, RunId(run.value() + 100))), platform::Error);
}

TEST_CASE("nobody sends into another organisation's run", "[runs]") {
    Classroom school;
    const RunId run = send(school, school.add_device("DPVR-07"), batch("a", 1)).run_id;
    const OrganisationId elsewhere = school.write(
        [&](store::Tx& tx) { return school.services->organisations.add(tx, {.name = "Elsewhere"}).id; });
    CHECK_THROWS_AS(school.write([&](store::Tx& tx) {
        std::string body = batch("b", 1, run);
        return school.services->ingest.take_json(tx, {elsewhere, DeviceId()}, {}, body);
    }),
                    platform::Error);
}

TEST_CASE("the sqlite3 shell sees events as rows", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    std::string body = R"({"batch_id":"a","events":[
        {"kind":"zone_enter","at_ms":1788249600250,"zone":"reef","data":{"object_name":"Door","position":{"x":1}}},
        {"kind":"gaze","at_ms":1788249600000,"yaw_deg":-12.5,"pitch_deg":3,"target":"turtle","dwell_ms":40}]})";
    send(school, device, body);
    school.sign_in(device, school.add_student("Ada"));

    const Rows shell(school.folder.path() / "lectern.db");
    CHECK(shell.all("SELECT event_type, timestamp, zone_name, object_name, position FROM tracking_events"
                    " WHERE zone_name IS NOT NULL") ==
          R"(zone_enter|2026-09-01T08:00:00.250Z|reef|Door|{"x":1}|)");
    CHECK(shell.all("SELECT rotation, gaze_target, dwell_time_ms, object_name FROM tracking_events"
                    " WHERE event_type = 'gaze'") == R"({"pitch":3,"yaw":-12.5}|turtle|40||)");
    CHECK(shell.all("SELECT started_at, ended_at, status, customer_id FROM vr_sessions") ==
          "2026-09-01T08:00:00.000Z||active|Ada|");
}

TEST_CASE("each five seconds of a lesson are kept beside the rollup", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    const auto looks = [](const std::string& id, const std::vector<int>& seconds) {
        nlohmann::json body = {{"batch_id", id}, {"reported_total", 12}, {"events", nlohmann::json::array()}};
        for (const int second : seconds)
            body["events"].push_back({{"kind", "gaze"},
                                      {"at_ms", 1'788'249'600'000 + second * 1000},
                                      {"position_ms", second * 1000},
                                      {"yaw_deg", second},
                                      {"pitch_deg", 0},
                                      {"target", "turtle"}});
        return body.dump();
    };
    const runs::Stored first = send(school, device, looks("a", {0, 1, 7, 31}));
    CHECK(first.reported_total == 12);
    const auto slices = [&] {
        return school.read([&](store::Read& read) { return runs::slices_of(read, first.run_id); });
    };
    const auto by_number = [&] {
        std::string text;
        for (const runs::Slice& slice : slices())
            text += std::to_string(slice.number) + ":" + std::to_string(slice.looks) + " ";
        return text;
    };
    CHECK(by_number() == "0:2 1:1 6:1 ");
    // Older events arrive later, even at a server that has lost its memory of the run.
    send(school, device, looks("b", {33, 2, 7}));
    school.restart();
    send(school, device, looks("c", {4, 8, 34, 100}));
    send(school, device, looks("c", {4, 8, 34, 100})); // twice
    CHECK(by_number() == "0:4 1:3 6:3 20:1 ");
    const runs::Slice zero = slices().front();
    CHECK(zero.cells == std::vector<std::pair<std::uint16_t, std::uint32_t>>{{9 * 36 + 18, 4}});
    CHECK(zero.targets.at("turtle") == 4);
    REQUIRE(zero.mean_direction());
    CHECK(std::abs(zero.mean_direction()->yaw_deg - 1.75) < 0.01); // of 0, 1, 2 and 4
    CHECK(rollup_of(school, first.run_id).reported_total == 12);
    CHECK(rollup_of(school, first.run_id).events == 11);
}

TEST_CASE("events without a position in the lesson are placed by their time", "[runs]") {
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07");
    std::string body =
        R"({"batch_id":"a","events":[{"kind":"click","at_ms":1000},{"kind":"click","at_ms":7000},
        {"kind":"click","at_ms":400}]})";
    const runs::Stored stored = send(school, device, body);
    const auto slices = school.read([&](store::Read& read) { return runs::slices_of(read, stored.run_id); });
    REQUIRE(slices.size() == 2);
    CHECK(slices[0].interactions == 2);
    CHECK(slices[1].number == 1);
}
