#include "runs/event_parser.h"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "platform/error.h"
#include "runs/ingest.h"

namespace {

using Faults = std::vector<std::string>;

// The fields because of which a batch is refused.
Faults faulty_fields(std::string body) {
    runs::EventParser parser;
    Faults fields;
    try {
        parser.parse(body);
    } catch (const platform::Error& error) {
        if (error.kind() == platform::ErrorKind::bad_request) return {"(not JSON)"};
        for (const auto& fault : error.fields())
            fields.push_back(fault.field);
    }
    return fields;
}

std::string one(const std::string& event) {
    return R"({"batch_id":"b","events":[)" + event + "]}";
}

} // namespace

TEST_CASE("a batch is read field by field", "[runs]") {
    std::string body = R"({"run_id":12,"events":[
        {"kind":"gaze","at_ms":1788249600000.4,"sent_ms":5,"position_ms":1000,"yaw_deg":-12.5,"pitch_deg":3,
         "zone":"reef","target":"K\u00fcste","dwell_ms":250,"data":{"a": [1, 2], "b":{}}},
        {"kind":"any other kind","at_ms":1}],"batch_id":"b-1"})";
    runs::EventParser parser;
    const runs::Batch& batch = parser.parse(body);
    CHECK(batch.batch_id == "b-1");
    CHECK(batch.run_id == RunId(12));
    REQUIRE(batch.events.size() == 2);
    const runs::Event& event = batch.events[0];
    CHECK(event.kind == "gaze");
    CHECK(event.at_ms == 1788249600000);
    CHECK(event.sent_ms == 5);
    CHECK(event.position_ms == 1000);
    CHECK(event.yaw_deg == -12.5);
    CHECK(event.pitch_deg == 3.0);
    CHECK(event.zone == "reef");
    CHECK(event.target == "Küste");
    CHECK(event.dwell_ms == 250);
    CHECK(event.data == R"({"a":[1,2],"b":{}})");
    CHECK(batch.events[1].kind == "any other kind");
    CHECK_FALSE(batch.events[1].yaw_deg);
    CHECK(batch.events[1].data.empty());
}

TEST_CASE("a parser is used again and again", "[runs]") {
    runs::EventParser parser;
    for (int round = 0; round < 3; ++round) {
        std::string small = one(R"({"kind":"gaze","at_ms":1})");
        CHECK(parser.parse(small).events.size() == 1);
        std::string events;
        for (int i = 0; i < 4'000; ++i)
            events += std::string(i ? "," : "") + R"({"kind":"gaze","at_ms":1,"data":{"i":)" +
                      std::to_string(i) + "}}";
        std::string big = one(events);
        const runs::Batch& batch = parser.parse(big);
        REQUIRE(batch.events.size() == 4'000);
        CHECK(batch.events.back().data == R"({"i":3999})");
    }
}

TEST_CASE("every faulty field of a batch is named", "[runs]") {
    const std::vector<std::pair<std::string, Faults>> cases = {
        {"", {"(not JSON)"}},
        {"{", {"(not JSON)"}},
        {"[]", {"(not JSON)"}},
        {"{}", {"batch_id", "events"}},
        {R"({"batch_id":"","events":{}})", {"batch_id", "events"}},
        {R"({"batch_id":"b","events":[],"run_id":0,"more":1})", {"run_id", "more"}},
        {R"({"batch_id":"b","events":[],"run_id":null})", {}},
        {one("7"), {"events[0]"}},
        {one("{}"), {"events[0].kind", "events[0].at_ms"}},
        {one(R"({"kind":"","at_ms":"1"})"), {"events[0].kind", "events[0].at_ms"}},
        {one(R"({"kind":"k","at_ms":-1})"), {"events[0].at_ms"}},
        {one(R"({"kind":"k","at_ms":1e300})"), {"events[0].at_ms"}},
        {one(R"({"kind":"k","at_ms":1},{"kind":"k","at_ms":1,"yaw_deg":361,"pitch_deg":-91})"),
         {"events[1].yaw_deg", "events[1].pitch_deg"}},
        {one(R"({"kind":"k","at_ms":1,"zone":1,"target":[],"dwell_ms":-1,"data":[]})"),
         {"events[0].zone", "events[0].target", "events[0].dwell_ms", "events[0].data"}},
        {one(R"({"kind":"k","at_ms":1,"colour":"red"})"), {"events[0].colour"}},
        {one(R"({"kind":")" + std::string(64, 'k') + R"(","at_ms":1})"), {}},
        {one(R"({"kind":")" + std::string(65, 'k') + R"(","at_ms":1})"), {"events[0].kind"}},
        {one(R"({"kind":"k","at_ms":1,"data":)" + std::string(40, '[') + std::string(40, ']') + "}"),
         {"(not JSON)"}},
    };
    for (const auto& [body, fields] : cases) {
        INFO(body.substr(0, 200));
        CHECK(faulty_fields(body) == fields);
    }
}

TEST_CASE("a batch of more events than allowed is refused whole", "[runs]") {
    std::string events = R"({"kind":"k","at_ms":1})";
    for (std::size_t i = 0; i < runs::batch_events_limit; ++i)
        events += R"(,{"kind":"k","at_ms":1})";
    CHECK(faulty_fields(one(events)) == Faults{"events"});
}
