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

// What of a batch could not be kept: "1.yaw_deg".
Faults refused(std::string body, std::size_t* kept = nullptr) {
    runs::EventParser parser;
    const runs::Batch& batch = parser.parse(body);
    if (kept != nullptr) *kept = batch.events.size();
    Faults fields;
    for (const runs::RefusedEvent& one : batch.refused)
        fields.push_back(std::to_string(one.index) + "." + one.field);
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

TEST_CASE("every faulty field of a batch itself is named", "[runs]") {
    const std::vector<std::pair<std::string, Faults>> cases = {
        {"", {"(not JSON)"}},
        {"{", {"(not JSON)"}},
        {"[]", {"(not JSON)"}},
        {"{}", {"batch_id", "events"}},
        {R"({"batch_id":"","events":{}})", {"batch_id", "events"}},
        {R"({"batch_id":"b","events":[],"run_id":0,"more":1})", {"run_id", "more"}},
        {R"({"batch_id":"b","events":[],"run_id":null})", {}},
        {R"({"events":[]})", {"batch_id"}},
        {R"({"boot_id":"a","events":[]})", {"number"}},
        {R"({"number":1,"events":[]})", {"boot_id"}},
        {R"({"boot_id":"a","number":0,"events":[]})", {"number"}},
        {R"({"boot_id":"","number":1,"events":[]})", {"boot_id"}},
        {R"({"boot_id":"a","number":1,"batch_id":"b","events":[]})", {"batch_id"}},
        {R"({"batch_id":NaN,"events":[]})", {"batch_id"}},
        {R"({"batch_id":1e400,"events":[]})", {"(not JSON)"}},
        {one(R"({"kind":"k","at_ms":1})") + std::string(1, '\0'), {"(not JSON)"}},
        {one(R"({"kind":"k","at_ms":1e400},{"kind":})"), {"(not JSON)"}},
    };
    for (const auto& [body, fields] : cases) {
        INFO(body.substr(0, 200));
        CHECK(faulty_fields(body) == fields);
    }
}

TEST_CASE("a value that can't be kept costs its event, which is named, and not the batch", "[runs]") {
    const std::string good = R"({"kind":"k","at_ms":1})";
    const std::vector<std::pair<std::string, Faults>> cases = {
        {"7", {"1."}},
        {"null", {"1."}},
        {"{}", {"1.kind", "1.at_ms"}},
        {R"({"kind":"","at_ms":"1"})", {"1.kind", "1.at_ms"}},
        {R"({"kind":"k","at_ms":-1})", {"1.at_ms"}},
        {R"({"kind":"k","at_ms":1e300})", {"1.at_ms"}},
        {R"({"kind":"k","at_ms":1,"yaw_deg":361,"pitch_deg":-91})", {"1.yaw_deg", "1.pitch_deg"}},
        {R"({"kind":"k","at_ms":1,"zone":1,"target":[],"dwell_ms":-1,"data":[]})",
         {"1.zone", "1.target", "1.dwell_ms", "1.data"}},
        {R"({"kind":"k","at_ms":1,"data":{"a":[1,2]},"colour":"red"})", {"1.colour"}},
        {R"({"kind":")" + std::string(64, 'k') + R"(","at_ms":1})", {}},
        {R"({"kind":")" + std::string(65, 'k') + R"(","at_ms":1})", {"1.kind"}},
        // No parser here takes these.
        {R"({"kind":"k","at_ms":1,"data":)" + std::string(40, '[') + std::string(40, ']') + "}", {"1.data"}},
        {R"({"kind":"k","at_ms":1,"data":{"n":18446744073709551616}})", {"1.data"}},
        {R"({"kind":"k","at_ms":1,"data":{"n":18446744073709551615}})", {}},
        {R"({"kind":"k","at_ms":1,"data":{"n":-9223372036854775809}})", {"1.data"}},
        {R"({"kind":"k","at_ms":1e400})", {"1.at_ms"}},
        {R"({"kind":"k","at_ms":1,"yaw_deg":NaN})", {"1.yaw_deg"}},
        {R"({"at_ms":1,"kind":"k","yaw_deg":-Infinity,"pitch_deg":NaN})", {"1.yaw_deg"}},
        {R"({"kind":"k","at_ms":1,"zone":"\ud83d!"})", {"1.zone"}},
        {R"({"kind":"k","at_ms":1,"zone":"\ude00"})", {"1.zone"}},
        {R"({"kind":"k","at_ms":1,"zone":"\ud83d\ude00"})", {}},
        {"NaN", {"1."}},
    };
    for (const auto& [event, fields] : cases) {
        INFO(event.substr(0, 200));
        std::size_t kept = 0;
        CHECK(refused(one(good + "," + event + "," + good), &kept) == fields);
        CHECK(kept == (fields.empty() ? 3 : 2));
    }
    // The data of the events around it stays where it belongs.
    std::string body =
        one(R"({"kind":"a","at_ms":1,"data":{"i":1}},{"kind":"b","at_ms":1,"data":{"i":2},"x":1},)"
            R"({"kind":"c","at_ms":1,"data":{"i":3}},{"kind":"d","at_ms":1,"data":{"i":1e999}},)"
            R"({"kind":"e","at_ms":1,"data":{"i":5}})");
    runs::EventParser parser;
    const runs::Batch& batch = parser.parse(body);
    REQUIRE(batch.events.size() == 3);
    CHECK(batch.events[0].data == R"({"i":1})");
    CHECK(batch.events[1].data == R"({"i":3})");
    CHECK(batch.events[2].data == R"({"i":5})");
    CHECK(batch.refused_count == 2);
}

TEST_CASE("a byte order mark is no reason to refuse a batch", "[runs]") {
    CHECK(faulty_fields("\xef\xbb\xbf" + one(R"({"kind":"k","at_ms":1})")).empty());
}

TEST_CASE("a numbered batch is known by its boot and its number", "[runs]") {
    runs::EventParser parser;
    std::string body = R"({"boot_id":"7f3a","number":12,"events":[]})";
    const runs::Batch& batch = parser.parse(body);
    CHECK(batch.batch_id == "7f3a/12");
    CHECK(batch.boot_id == "7f3a");
    CHECK(batch.number == 12);
    std::string plain = R"({"batch_id":"b","events":[]})";
    CHECK(parser.parse(plain).number == 0);
}

TEST_CASE("a batch of more events than allowed is refused whole", "[runs]") {
    std::string events = R"({"kind":"k","at_ms":1})";
    for (std::size_t i = 0; i < runs::batch_events_limit; ++i)
        events += R"(,{"kind":"k","at_ms":1})";
    CHECK(faulty_fields(one(events)) == Faults{"events"});
}
