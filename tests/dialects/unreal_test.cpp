// The unreal dialect as its clients speak it: literal bytes over real sockets, no code shared with the
// server.
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "support/unreal_school.h"

using Catch::Matchers::Matches;

namespace {

using namespace std::chrono_literals;
using namespace unreal;

const std::string a_uuid = R"("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")";

std::string gzip(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

// The places that a 422 names, such as "body.events".
std::vector<std::string> places(const std::string& body) {
    std::vector<std::string> list;
    const json said = json::parse(body);
    for (const auto& fault : said.at("detail")) {
        CHECK(fault.at("msg").is_string());
        CHECK(fault.at("type").is_string());
        std::string place;
        for (const auto& part : fault.at("loc"))
            place += (place.empty() ? "" : ".") + part.get<std::string>();
        list.push_back(place);
    }
    return list;
}

} // namespace

TEST_CASE("unreal: a session that is over is recorded, whichever way its times come", "[dialects]") {
    const School school;
    const std::string expected =
        R"(\{"data_type":"session","duration_seconds":90,"message":"[^"]+","received_at":)" + a_time +
        R"(,"session_id":)" + a_uuid + R"(,"status":"success"\})";
    for (const char* times :
         {R"("session_start":"2026-09-01T07:00:00Z","session_end":"2026-09-01T07:01:30.500Z")",
          R"("session_start":"2026-09-01T09:00:00+02:00","session_end":"2026-09-01T07:01:30.500000")",
          R"("session_start":1788246000,"session_end":1788246090.5)",
          R"("session_start":1788246000.0,"session_end":"1788246090.5")"}) {
        const auto answer = school.post(session, std::string("{") + times + "}");
        INFO(times << " -> " << answer.body);
        CHECK(answer.status == 201);
        CHECK_THAT(answer.body, Matches(expected));
    }
    CHECK(school.figure("SELECT count(*) || min(started_at) || max(started_at) || max(ended_at) ||"
                        " max(duration_seconds) || max(status) FROM vr_sessions") ==
          "42026-09-01T07:00:00.000Z2026-09-01T07:00:00.000Z2026-09-01T07:01:30.500Z90.5completed");
}

TEST_CASE("unreal: the customer and the property are kept", "[dialects]") {
    const School school;
    const std::string times = R"("session_start":1788246000,"session_end":1788246010)";
    school.posted(201, session, "{" + times + R"(,"customer_id":"anna","property_id":"reef-7"})");
    CHECK(school.figure("SELECT customer_id || ' ' || property_id FROM vr_sessions") == "anna reef-7");
    school.posted(201, session, "{" + times + R"(,"customer_id":"visitor 4711"})");
    school.posted(201, session, "{" + times + R"(,"customer_id":null,"property_id":null})");
    const auto runs = school.appliance.expect(200, "GET", "/v1/runs?person=" + to_string(school.anna_id),
                                              nullptr, school.head)["items"];
    REQUIRE(runs.size() == 1); // the nickname names the student; no other name does
    CHECK(runs[0]["person"]["nickname"] == "anna");
    CHECK(school.figure("SELECT group_concat(coalesce(customer_id, '-')) FROM vr_sessions") ==
          "anna,visitor 4711,-");
    school.appliance.services().store.write("roster", [](store::Tx& tx) {
        tx.run("UPDATE persons SET external_id = 'S-1' WHERE nickname = 'anna'");
    });
    school.posted(201, session + "/start", R"({"customer_id":"S-1"})");
    CHECK(school.figure("SELECT count(*) FROM runs WHERE person_id IS NOT NULL") == "2");
}

TEST_CASE("unreal: an invalid time is 400; a missing field or a wrong type is 422 and names its place",
          "[dialects]") {
    const School school;
    const std::string good = R"("session_start":1788246000,)";
    for (const char* end : {R"("yesterday")", R"("")", "-1", "1e300", R"("2026-13-01T00:00:00Z")"}) {
        const auto answer = school.post(session, "{" + good + R"("session_end":)" + end + "}");
        INFO(end << " -> " << answer.body);
        CHECK(answer.status == 400);
        CHECK(json::parse(answer.body).at("detail").is_string());
    }
    struct {
        std::string path, body;
        std::vector<std::string> places;
    } const cases[] = {
        {session, "", {"body.session_start", "body.session_end"}},
        {session, "{}", {"body.session_start", "body.session_end"}},
        {session, R"({"session_start":{},"session_end":true})", {"body.session_start", "body.session_end"}},
        {session,
         R"({"session_start":1,"session_end":2,"customer_id":7,"property_id":[]})",
         {"body.customer_id", "body.property_id"}},
        {session, "[]", {"body"}},
        {session, "{nonsense", {"body"}},
        {session + "/start", R"({"customer_id":{}})", {"body.customer_id"}},
        {session + "/end", "{}", {"body.session_id"}},
        {session + "/end", R"({"session_id":12})", {"body.session_id"}},
        {tracking + "/batch", "", {"body.session_id", "body.events"}},
        {tracking + "/batch",
         R"({"session_id":5,"events":{},"sent_at":[]})",
         {"body.session_id", "body.events", "body.sent_at"}},
        {tracking + "/batch", R"({"session_id":"","events":[]})", {"body.session_id"}},
        {tracking + "/batch", R"(["session"])", {"body"}},
        {tracking + "/batch", R"({"session_id":"s","events":[})", {"body"}},
        {tracking + "/event", "{}", {"body.event_type", "body.timestamp"}},
        {tracking + "/event",
         R"({"session_id":"s","event_type":"","timestamp":"soon"})",
         {"body.event_type", "body.timestamp"}},
        {tracking + "/event",
         R"({"session_id":[],"event_type":7,"timestamp":{},"zone_name":1,"object_name":[],"position":{"x":1,"y":"left","z":null},
             "rotation":5,"gaze_target":{},"dwell_time_ms":"long","interaction_type":false,"metadata":[]})",
         {"body.session_id", "body.event_type", "body.timestamp", "body.zone_name", "body.object_name",
          "body.position.y", "body.position.z", "body.rotation", "body.gaze_target", "body.dwell_time_ms",
          "body.interaction_type", "body.metadata"}},
        {tracking + "/event",
         R"({"session_id":"s","event_type":")" + std::string(65, 'k') + R"(","timestamp":1})",
         {"body.event_type"}},
    };
    for (const auto& [path, body, expected] : cases) {
        const auto answer = school.post(path, body);
        INFO(path << " " << body << " -> " << answer.body);
        CHECK(answer.status == 422);
        CHECK(places(answer.body) == expected);
    }
    CHECK(school.figure("SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM event_batches)") == "0");
}

TEST_CASE("unreal: a session starts, lives and ends", "[dialects]") {
    const School school;
    const auto started = school.posted(201, session + "/start", R"({"customer_id":"anna"})");
    CHECK(started["status"] == "success");
    CHECK(started["duration_seconds"] == 0);
    CHECK(started["received_at"] == "2026-09-01T08:00:00.000Z");
    CHECK(started["message"].is_string());
    const std::string id = started["session_id"];
    CHECK_THAT('"' + id + '"', Matches(a_uuid));

    school.appliance.clock.advance(90s);
    const auto status = school.get(session + "/" + id + "/status");
    CHECK(status.status == 200);
    CHECK(status.body == R"({"customer_id":"anna","duration_so_far":90,"property_id":null,"session_id":")" +
                             id + R"(","started_at":"2026-09-01T08:00:00.000Z","status":"active"})");
    const auto alive = school.post(session + "/" + id + "/heartbeat", "");
    CHECK(alive.status == 200);
    CHECK(alive.body ==
          R"({"session_id":")" + id + R"(","status":"alive","timestamp":"2026-09-01T08:01:30.000Z"})");

    const auto ended = school.posted(200, session + "/end", R"({"session_id":")" + id + R"("})");
    CHECK(ended["duration_seconds"] == 90);
    CHECK(ended["session_id"] == id);
    school.appliance.clock.advance(60s);
    const auto over = json::parse(school.get(session + "/" + id + "/status/").body);
    CHECK(over["status"] == "completed");
    CHECK(over["started_at"] == "2026-09-01T08:00:00.000Z");
    CHECK(over["ended_at"] == "2026-09-01T08:01:30.000Z");
    CHECK(over["duration_seconds"] == 90);
    CHECK(over["duration_so_far"].is_null());
    // Ended again, it keeps its end, and its heartbeats and events are still accepted.
    CHECK(school.posted(200, session + "/end", R"({"session_id":")" + id + R"("})")["duration_seconds"] ==
          90);
    CHECK(school.post(session + "/" + id + "/heartbeat/", "{}").status == 200);
    school.posted(202, tracking + "/event",
                  R"({"event_type":"gaze","timestamp":1788249800,"session_id":")" + id + R"("})");
    CHECK(school.figure("SELECT count(*) FROM tracking_events WHERE session_id = '" + id + "'") == "1");

    for (const auto& [method, path] : {std::pair{"POST", session + "/no-such-session/heartbeat"}}) {
        const auto unknown = school.send(method, "/k/" + school.key + path);
        CHECK(unknown.status == 404);
        CHECK(json::parse(unknown.body).at("detail").is_string());
    }
    CHECK(school.post(session + "/end", R"({"session_id":"no-such-session"})").status == 404);
    const auto unknown = school.get(session + "/no-such-session/status");
    CHECK(unknown.status == 200);
    CHECK(
        unknown.body ==
        R"({"duration_so_far":null,"session_id":"no-such-session","started_at":null,"status":"not_found"})");
}

TEST_CASE("unreal: a session whose end lies in the future is taken as given", "[dialects]") {
    const School school;
    const auto told = school.posted(201, session, R"({"session_start":1788249600,"session_end":1788253200})");
    CHECK(told["duration_seconds"] == 3600);
    const auto status =
        json::parse(school.get(session + "/" + told["session_id"].get<std::string>() + "/status").body);
    CHECK(status["status"] == "completed");
    CHECK(status["ended_at"] == "2026-09-01T09:00:00.000Z");
}

TEST_CASE("unreal: an event is stored with all its fields", "[dialects]") {
    const School school;
    const auto answer = school.post(
        tracking + "/event",
        R"({"event_type":"interaction","timestamp":"2026-09-01T07:59:59.250Z","session_id":"s-1","zone_name":"reef",
            "object_name":"valve","position":{"x":1.5,"y":-2,"z":0},"rotation":{"pitch":10,"yaw":-20.5,"roll":3},
            "gaze_target":"turtle","dwell_time_ms":1200,"interaction_type":"grab","metadata":{"hand":"left","n":[1,null]},
            "unknown":true})");
    CHECK(answer.status == 202);
    CHECK_THAT(answer.body, Matches(R"(\{"status":"received","timestamp":)" + a_time + R"(\})"));
    const auto column = [&](const std::string& name) {
        return school.figure("SELECT " + name + " FROM tracking_events");
    };
    CHECK(column("session_id") == "s-1");
    CHECK(column("event_type") == "interaction");
    CHECK(column("timestamp") == "2026-09-01T07:59:59.250Z");
    CHECK(column("zone_name") == "reef");
    CHECK(column("object_name") == "valve");
    CHECK(column("position") == R"({"x":1.5,"y":-2,"z":0})");
    CHECK(column("rotation") == R"({"pitch":10,"yaw":-20.5,"roll":3})");
    CHECK(column("gaze_target") == "turtle");
    CHECK(column("dwell_time_ms") == "1200");
    CHECK(column("interaction_type") == "grab");
    CHECK(column("metadata") == R"({"hand":"left","n":[1,null],"unknown":true})");

    const auto without = school.post(tracking + "/event", R"({"event_type":"gaze","timestamp":1788249600})");
    CHECK(without.status == 400);
    CHECK(without.body == R"({"detail":"session_id is required"})");
    // Two identical events count as two.
    for (int i = 0; i < 2; ++i)
        school.posted(
            202, tracking + "/event",
            R"({"event_type":"click","timestamp":1788249600.5,"session_id":"s-1","zone_name":null})");
    CHECK(school.figure("SELECT count(*) FROM tracking_events WHERE event_type = 'click'") == "2");
    CHECK(school.figure("SELECT events FROM run_rollups") == "3");
}

TEST_CASE("unreal: a batch stores valid events and counts invalid ones", "[dialects]") {
    const School school;
    const std::string body = R"({"session_id":"s-9","sent_at":"2026-09-01T08:00:00Z","events":[
        {"event_type":"zone_enter","timestamp":1788249601,"zone_name":"reef"},
        {"event_type":"gaze","timestamp":"2026-09-01T08:00:00.500Z","rotation":{"pitch":5,"yaw":15,"roll":0},
         "gaze_target":"turtle","dwell_time_ms":300,"session_id":"s-9"},
        {"event_type":"zone_exit","timestamp":1788249604.25,"zone_name":"reef"},
        {"event_type":"my own kind","timestamp":1788249600,"metadata":{}},
        {"event_type":"gaze","timestamp":1788249600,"session_id":"another"},
        {"event_type":"gaze"},
        {"timestamp":1788249600},
        {"event_type":"gaze","timestamp":1788249600,"position":{"x":"left"}},
        "no event"]})";
    const auto answer = school.post(tracking + "/batch", body);
    CHECK(answer.status == 202);
    CHECK_THAT(
        answer.body,
        Matches(R"(\{"failed":5,"processed":4,"status":"received","success_rate":44\.44+,"timestamp":)" +
                a_time + R"(,"total_events":9\})"));
    // Events opened the session that nobody had started.
    CHECK(json::parse(school.get(session + "/s-9/status").body)["status"] == "active");
    CHECK(school.figure("SELECT data FROM runs WHERE public_id = 's-9'") == R"({"opened_by_events":true})");
    CHECK(school.figure("SELECT group_concat(event_type) FROM tracking_events") ==
          "zone_enter,gaze,zone_exit,my own kind");
    CHECK(school.figure("SELECT zones || targets FROM run_rollups") == R"({"reef":3250}{"turtle":300})");

    // The same batch once more, sent at another time and with other blanks: stored once, answered the same.
    std::string again = body;
    again.replace(again.find("08:00:00Z"), 9, "08:00:07Z");
    const auto repeated = school.post(tracking + "/batch", again + "\n");
    CHECK(repeated.body == answer.body);
    CHECK(school.figure("SELECT count(*) FROM tracking_events") == "4");
    // In another session it is another batch.
    std::string other = body;
    for (auto at = other.find("s-9"); at != std::string::npos; at = other.find("s-9"))
        other.replace(at, 3, "s-8");
    school.posted(202, tracking + "/batch", other);
    CHECK(school.figure("SELECT count(*) FROM tracking_events") == "8");
    // Its own id makes two batches of identical ones, and one of different ones.
    for (const char* id : {"b-1", "b-2", "b-1"})
        school.posted(202, tracking + "/batch",
                      std::string(R"({"session_id":"s-7","batch_id":")") + id +
                          R"(","events":[{"event_type":"x","timestamp":1}]})");
    CHECK(school.figure("SELECT count(*) FROM tracking_events WHERE session_id = 's-7'") == "2");
}

TEST_CASE("unreal: batches of zero, one and ten thousand events, plain and compressed", "[dialects]") {
    const School school;
    const auto none = school.post(tracking + "/batch", R"({"session_id":"s","events":[]})");
    CHECK(none.status == 202);
    CHECK_THAT(none.body, Matches(R"(\{"failed":0,"processed":0,"status":"received","success_rate":0\.0,)"
                                  R"("timestamp":)" +
                                  a_time + R"(,"total_events":0\})"));
    const auto batch = [](const std::string& name, int events) {
        std::string body = R"({"session_id":")" + name + R"(","events":[)";
        for (int i = 0; i < events; ++i)
            body += std::string(i ? "," : "") + R"({"event_type":"gaze","timestamp":)" +
                    std::to_string(1788249600 + i) + R"(.5,"rotation":{"pitch":1,"yaw":2,"roll":0}})";
        return body + "]}";
    };
    CHECK(school.posted(202, tracking + "/batch", batch("one", 1))["success_rate"] == 100);
    CHECK(school.posted(202, tracking + "/batch", batch("many", 10'000))["processed"] == 10'000);
    const auto gzipped = [&](const std::string& body) {
        return school.send("POST", "/k/" + school.key + tracking + "/batch", gzip(body),
                           "Content-Encoding: gzip\r\n");
    };
    CHECK(json::parse(gzipped(batch("packed", 10'000)).body)["processed"] == 10'000);
    CHECK(school.figure("SELECT group_concat(events) FROM run_rollups") == "1,10000,10000");
    const auto more = school.post(tracking + "/batch", batch("more", 10'001));
    CHECK(more.status == 422);
    CHECK(places(more.body) == std::vector<std::string>{"body.events"});
    // The inflated size has the route's limit.
    CHECK(gzipped(R"({"session_id":"bomb","events":[]})" + std::string(9u << 20, ' ')).status == 413);
    CHECK(json::parse(
              gzipped(R"({"session_id":"air","events":[]})" + std::string(7u << 20, ' ')).body)["status"] ==
          "received");
    const auto garbage = school.send("POST", "/k/" + school.key + tracking + "/batch", "not gzip",
                                     "Content-Encoding: gzip\r\n");
    CHECK(garbage.status == 400);
    CHECK(json::parse(garbage.body).at("detail").is_string());
}
