// Whose a batch of events is, when headsets take each other's place.
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "support/live_school.h"

using namespace std::chrono_literals;
using namespace support;

namespace {

// A batch of one event.
Json batch(TestAppliance& box, const std::string& id, const Json& run_id = nullptr) {
    const Json event = {{"kind", "click"}, {"at_ms", box.clock.now_ms()}};
    Json body = {{"batch_id", id}, {"events", Json::array({event})}};
    if (!run_id.is_null()) body["run_id"] = run_id;
    return body;
}

std::int64_t events_on_disk(TestAppliance& box) {
    return box.services().store.read(
        [](store::Read& read) { return read.integer("SELECT sum(count) FROM event_batches").value_or(0); });
}

// Two headsets, of which the second can take the first one's place.
struct Pair {
    Pair() : head(box.set_up()), first(box.pair(head, "FIRST")), second(box.pair(head, "SECOND")) {}

    Json send(const TestAppliance::Headset& headset, const std::string& id, const Json& run_id = nullptr) {
        return box.expect(202, "POST", "/v1/events", batch(box, id, run_id), headset.credential);
    }
    void replace_first() {
        box.expect(200, "POST", "/v1/devices/" + to_string(first.id) + "/replace", {{"device_id", second.id}},
                   head);
    }

    TestAppliance box;
    Credential head;
    TestAppliance::Headset first, second;
};

} // namespace

TEST_CASE("a headset in another one's place numbers its batches by itself", "[stories][runs]") {
    Pair pair;
    pair.send(pair.first, "1");
    SECTION("as the server knows them") {}
    SECTION("after a restart") {
        pair.box.restart();
    }
    pair.replace_first();
    CHECK(pair.send(pair.second, "1")["repeated"] == false);
    CHECK(pair.send(pair.second, "1")["repeated"] == true);
    CHECK(events_on_disk(pair.box) == 2);
    // Repaired, the first one still has what was never acknowledged.
    const auto repaired = pair.box.pair(pair.head, "FIRST");
    CHECK(pair.send(repaired, "1")["repeated"] == true);
    CHECK(pair.send(repaired, "2")["repeated"] == false);
    CHECK(events_on_disk(pair.box) == 3);
}

TEST_CASE("what a headset sent before it took another one's place is not stored again", "[stories][runs]") {
    Pair pair;
    const Json before = pair.send(pair.second, "batch-1");
    pair.replace_first();
    const Json again = pair.send(pair.second, "batch-1");
    CHECK(again["repeated"] == true);
    CHECK(again["run_id"] == before["run_id"]);
    CHECK(events_on_disk(pair.box) == 1);
    CHECK(pair.send(pair.second, "batch-2", before["run_id"])["run_id"] == before["run_id"]);
    pair.box.restart();
    CHECK(pair.send(pair.second, "batch-1")["repeated"] == true);
}

TEST_CASE("a replaced headset that comes back may complete the runs that it was on", "[stories][runs]") {
    Pair pair;
    const Json run_id = pair.send(pair.first, "1")["run_id"];
    pair.replace_first();
    const auto repaired = pair.box.pair(pair.head, "FIRST");
    CHECK(pair.send(repaired, "2", run_id)["run_id"] == run_id);
    CHECK(pair.send(pair.second, "1", run_id)["run_id"] == run_id); // it goes on under the same place
    const auto stranger = pair.box.pair(pair.head, "THIRD");
    pair.box.expect(404, "POST", "/v1/events", batch(pair.box, "1", run_id), stranger.credential);
    CHECK(events_on_disk(pair.box) == 3);
}

TEST_CASE("a flat headset's late batches reach the run that a spare went on with", "[stories][runs]") {
    LiveSchool school;
    const TestAppliance::Headset spare = school.box.pair(school.teacher, "SPARE-1");
    LiveClient one(school.box, school.first.credential);
    school.order({{"action", "play"}});
    const Json run_id = one.wait_for("command").at("run_id");
    const auto send = [&](const TestAppliance::Headset& headset, const std::string& id, int status) {
        return school.box.expect(status, "POST", "/v1/events", batch(school.box, id, run_id),
                                 headset.credential);
    };
    SECTION("one that the server has heard of") {
        send(school.first, "early", 202);
    }
    SECTION("one that had sent nothing yet") {}
    send(spare, "too early", 404);
    school.box.expect(200, "POST", school.path("swap"),
                      {{"device_id", school.first.id}, {"spare_device_id", spare.id}}, school.teacher);
    const std::int64_t before = events_on_disk(school.box);
    CHECK(send(school.first, "late", 202)["run_id"] == run_id);
    CHECK(send(spare, "fresh", 202)["run_id"] == run_id);
    school.box.restart();
    CHECK(send(school.first, "later", 202)["run_id"] == run_id);
    CHECK(send(school.first, "late", 202)["repeated"] == true);
    CHECK(send(spare, "fresh", 202)["repeated"] == true);
    CHECK(events_on_disk(school.box) == before + 3);
    send(school.second, "of another", 404);
}

TEST_CASE("a paused lesson that everybody has forgotten does not keep the clock from being set",
          "[stories][sessions]") {
    LiveSchool school;
    school.order({{"action", "play"}});
    school.order({{"action", "pause"}});
    const auto set_clock = [&] {
        const Credential head{
            school.box
                .expect(201, "POST", "/v1/logins", {{"username", "head"}, {"password", "correct horse"}})
                .at("token"),
            ""};
        return school.box
            .call("PUT", "/v1/system/clock", {{"now_ms", school.box.clock.now_ms() + 60'000}}, head)
            .status;
    };
    school.box.clock.advance(11h);
    CHECK(set_clock() == 409);
    school.box.clock.advance(2h);
    CHECK(set_clock() == 200);
}
