// The lines of docs/dialects/unreal.md, one row each: literal bytes both ways.
#include "support/unreal_school.h"
#include "support/wire_lines.h"

using namespace std::chrono_literals;
using namespace unreal;
using support::WireLines;

namespace {

// By the base URL with the site key in it, or without it: "open".
WireLines lines_of(const School& school) {
    return WireLines([&school](const std::string& method, const std::string& path, const std::string& body,
                               const std::string& as) {
        return as == "open"      ? school.send(method, path, body)
               : method == "GET" ? school.get(path)
                                 : school.post(path, body);
    });
}

const std::string now = "2026-09-01T08:00:00.000Z"; // 1788249600

std::string recorded(const std::string& seconds) {
    return R"({"data_type":"session","duration_seconds":)" + seconds +
           R"(,"message":"Session recorded","received_at":")" + now +
           R"(","session_id":"<last:uuid>","status":"success"})";
}

const std::string received = R"({"status":"received","timestamp":")" + now + R"("})";

} // namespace

TEST_CASE("unreal, line by line: sessions", "[dialects]") {
    const School school;
    auto lines = lines_of(school);
    const std::string start = R"({"session_start":1788249600,"session_end":)";
    lines.check({
        {"POST /session: session_start, session_end, who", "POST /api/v1/unreal/session",
         R"({"session_start":1788249600,"session_end":1788249690.5,"customer_id":"anna","property_id":"p","device_type":"Quest"})",
         201, recorded("90")},
        {"duration_seconds is cut toward zero; an end before its start is accepted and shown",
         "POST /api/v1/unreal/session", start + "1788249598.5}", 201, recorded("-1")},
        {"ISO 8601 is taken", "POST /api/v1/unreal/session", start + R"("2026-09-01T08:00:05Z"})", 201,
         recorded("5")},
        {"an integer is taken", "POST /api/v1/unreal/session", start + "1788249607}", 201, recorded("7")},
        {"a number may come as text", "POST /api/v1/unreal/session", start + R"("1788249608.5"})", 201,
         recorded("8")},
        {"02-Dec-2025, 2:54:12 pm is taken too", "POST /api/v1/unreal/session",
         R"({"session_start":"02-Dec-2025, 2:54:12 pm","session_end":"02-dec-2025, 2:55:12 PM"})", 201,
         recorded("60")},
        {"12 am is midnight, 12 pm noon", "POST /api/v1/unreal/session",
         R"({"session_start":"2-Dec-2025, 12:00:00 am","session_end":"02-Dec-2025, 12:00:00 pm"})", 201,
         recorded("43200")},
        {"a missing time of start is now", "POST /api/v1/unreal/session", R"({"session_end":1788249603})",
         201, recorded("3")},
        {"a missing time of end is now", "POST /api/v1/unreal/session", R"({"session_start":1788249590})",
         201, recorded("10")},
        {"not a time in /session: 400", "POST /api/v1/unreal/session",
         start + R"("33-Dec-2025, 2:54:12 pm"})", 400,
         R"({"detail":"Invalid timestamp format: session_end must be ISO 8601 or Unix seconds"})"},
        {"a session of no known kind: 422", "POST /api/v1/unreal/session", R"({"customer_id":"anna"})", 422,
         R"({"detail":[{"input":{"customer_id":"anna"},"loc":["body","session_start"],"msg":"Field required",)"
         R"("type":"missing"},{"input":{"customer_id":"anna"},"loc":["body","session_end"],)"
         R"("msg":"Field required","type":"missing"}]})"},
        {"text must be text (customer_id 7: 422)", "POST /api/v1/unreal/session/start",
         R"({"customer_id":7})", 422,
         R"({"detail":[{"input":7,"loc":["body","customer_id"],"msg":"Input should be a valid string",)"
         R"("type":"string_type"}]})"},
        {"malformed JSON is 422 too", "POST /api/v1/unreal/session/start", R"({"customer_id":)", 422,
         R"({"detail":[{"input":{},"loc":["body"],"msg":"JSON decode error","type":"json_invalid"}]})"},
        {"a NUL after the value is not taken", "POST /api/v1/unreal/session/start", std::string("{}\0", 3),
         422, R"({"detail":[{"input":{},"loc":["body"],"msg":"JSON decode error","type":"json_invalid"}]})"},
    });
    // A byte order mark and NaN are no JSON; the original's parser takes them.
    lines.check({{"a byte order mark is taken", "POST /api/v1/unreal/session",
                  "\xef\xbb\xbf" + start + "1788249601}", 201, recorded("1")},
                 {"NaN is taken", "POST /api/v1/unreal/session", start + R"(1788249601,"extra":NaN})", 201,
                  recorded("1")}});
    CHECK(school.figure("SELECT data FROM runs ORDER BY id LIMIT 1") ==
          R"({"customer_id":"anna","device_type":"Quest","property_id":"p"})");
}

TEST_CASE("unreal, line by line: a session starts, lives and ends", "[dialects]") {
    const School school;
    auto lines = lines_of(school);
    lines.check({
        {"POST /session/start: session_start, who", "POST /api/v1/unreal/session/start",
         R"({"session_start":1788249580.25,"customer_id":"anna","property_id":"reef-7"})", 201,
         R"({"duration_seconds":19,"message":"Session started","received_at":")" + now +
             R"(","session_id":"<s:uuid>","status":"success"})"},
        {"GET /session/ID/status of an active one", "GET /api/v1/unreal/session/$s/status", "", 200,
         R"({"customer_id":"anna","duration_so_far":19,"property_id":"reef-7","session_id":"$s",)"
         R"("started_at":"2026-09-01T07:59:40.250Z","status":"active"})"},
        {"POST /session/ID/heartbeat", "POST /api/v1/unreal/session/$s/heartbeat", "", 200,
         R"({"session_id":"$s","status":"alive","timestamp":")" + now + R"("})"},
        {"heartbeat of an unknown one: 404", "POST /api/v1/unreal/session/nobody/heartbeat", "", 404,
         R"({"detail":"Session not found: nobody"})"},
        {"POST /session/end: session_id, session_end", "POST /api/v1/unreal/session/end",
         R"({"session_id":"$s","session_end":1788249640.25})", 200,
         R"({"duration_seconds":60,"message":"Session ended","received_at":")" + now +
             R"(","session_id":"$s","status":"success"})"},
        {"status of one that ended: duration_so_far is null, + ended_at, duration_seconds",
         "GET /api/v1/unreal/session/$s/status", "", 200,
         R"({"customer_id":"anna","duration_seconds":60,"duration_so_far":null,)"
         R"("ended_at":"2026-09-01T08:00:40.250Z","property_id":"reef-7","session_id":"$s",)"
         R"("started_at":"2026-09-01T07:59:40.250Z","status":"completed"})"},
        {"POST /session/end of an unknown one: 404", "POST /api/v1/unreal/session/end",
         R"({"session_id":"nobody"})", 404, R"({"detail":"Session not found"})"},
        {"an unknown session's status: 200", "GET /api/v1/unreal/session/nobody/status", "", 200,
         R"({"duration_so_far":null,"session_id":"nobody","started_at":null,"status":"not_found"})"},
        {"a missing start is now", "POST /api/v1/unreal/session/start", "", 201,
         R"({"duration_seconds":0,"message":"Session started","received_at":")" + now +
             R"(","session_id":"<t:uuid>","status":"success"})"},
        {"a negative duration is accepted on end too", "POST /api/v1/unreal/session/end",
         R"({"session_id":"$t","session_end":"2026-09-01T07:59:30Z"})", 200,
         R"({"duration_seconds":-30,"message":"Session ended","received_at":")" + now +
             R"(","session_id":"$t","status":"success"})"},
    });
}

TEST_CASE("unreal, line by line: points of interest, views and /event", "[dialects]") {
    const School school;
    auto lines = lines_of(school);
    const auto seen = [](const std::string& rest) {
        return R"(,"received_at":")" + now + R"(","status":"success")" + rest + "}";
    };
    lines.check({
        {"POST /session: Parent, POI_Duration, POI?", "POST /api/v1/unreal/session",
         R"({"Parent":"Kitchen","POI_Duration":"1:30","POI":"Stove","POI_Source":"gaze","session_id":"s-1"})",
         201,
         R"({"data_type":"poi","duration":"1:30","duration_seconds":90,"message":"Point of interest recorded",)"
         R"("parent":"Kitchen","poi":"Stove")" +
             seen("")},
        {"POI? may be missing; M:SS durations (\"45\")", "POST /api/v1/unreal/session",
         R"({"Parent":"Kitchen","POI_Duration":"45"})", 201,
         R"({"data_type":"poi","duration":"45","duration_seconds":45,"message":"Point of interest recorded",)"
         R"("parent":"Kitchen","poi":null)" +
             seen("")},
        {"what does not parse is 0", "POST /api/v1/unreal/session",
         R"({"Parent":"Kitchen","POI_Duration":"a while"})", 201,
         R"({"data_type":"poi","duration":"a while","duration_seconds":0,)"
         R"("message":"Point of interest recorded","parent":"Kitchen","poi":null)" +
             seen("")},
        {"POST /session: View, TotalDuration, session_id?", "POST /api/v1/unreal/session",
         R"({"View":"Balcony","TotalDuration":"0:07","session_id":"s-1"})", 201,
         R"({"data_type":"view","duration":"0:07","duration_seconds":7,"message":"View recorded",)"
         R"("received_at":")" +
             now + R"(","status":"success","view":"Balcony"})"},
        {"a missing field: 422", "POST /api/v1/unreal/session", R"({"View":"Balcony"})", 422,
         R"({"detail":[{"input":{"View":"Balcony"},"loc":["body","TotalDuration"],"msg":"Field required",)"
         R"("type":"missing"}]})"},
        {"POST /event: event_type, timestamp?, session_id?, anything", "POST /api/v1/unreal/event",
         R"({"event_type":"door","session_id":"s-1","zone_name":7,"width":[1,2]})", 201,
         R"({"event_type":"door","status":"received","timestamp":")" + now + R"("})"},
        {"/event without a session", "POST /api/v1/unreal/event",
         R"({"event_type":"door","timestamp":"02-Dec-2025, 2:54:12 pm"})", 201,
         R"({"event_type":"door","status":"received","timestamp":")" + now + R"("})"},
        {"a missing field: 422", "POST /api/v1/unreal/event", "{}", 422,
         R"({"detail":[{"input":{},"loc":["body","event_type"],"msg":"Field required","type":"missing"}]})"},
    });
    const auto row = [&](const std::string& what, const std::string& where) {
        return school.figure("SELECT " + what + " FROM tracking_events WHERE " + where);
    };
    CHECK(row("zone_name || gaze_target || dwell_time_ms || timestamp",
              "event_type = 'poi' AND session_id = 's-1'") == "KitchenStove90000" + now);
    CHECK(row("metadata", "event_type = 'poi' AND session_id = 's-1'") ==
          R"({"POI":"Stove","POI_Duration":"1:30","POI_Source":"gaze","Parent":"Kitchen"})");
    CHECK(row("zone_name || dwell_time_ms", "event_type = 'view' AND session_id = 's-1'") == "Balcony7000");
    CHECK(row("metadata", "event_type = 'door' AND session_id = 's-1'") ==
          R"({"width":[1,2],"zone_name":7})");
    // Without a session they are one session a day.
    CHECK(row("session_id || timestamp", "event_type = 'door' AND session_id <> 's-1'") ==
          "events-2026-09-012025-12-02T14:54:12.000Z");
    CHECK(row("count(DISTINCT session_id)", "true") == "2");
}

namespace {

const std::string head = R"({"session_id":"s","event_type":"gaze","timestamp":)";

std::string fault(const std::string& input, const std::string& place, const std::string& words) {
    return R"({"detail":[{"input":)" + input + R"(,"loc":["body",)" + place + R"(],)" + words + "}]}";
}

struct Row {
    std::string line, body;
    int status;
    std::string answer, column, value;
};

std::vector<Row> field_rows() {
    return {
        {"a number may come as text (1727653850.5)", head + R"("1727653850.5"})", 202, received, "timestamp",
         "2024-09-29T23:50:50.500Z"},
        {"dwell_time_ms \"2500\"", head + R"(1,"dwell_time_ms":"2500"})", 202, received, "dwell_time_ms",
         "2500"},
        {"or 2500.0", head + R"(1,"dwell_time_ms":2500.0})", 202, received, "dwell_time_ms", "2500"},
        {"not 2500.5", head + R"(1,"dwell_time_ms":2500.5})", 422,
         fault("2500.5", R"("dwell_time_ms")",
               R"("msg":"Input should be a valid integer","type":"int_type")"),
         "", ""},
        {"negative values are values", head + R"(1,"dwell_time_ms":-40,"zone_name":"z"})", 202, received,
         "dwell_time_ms", "-40"},
        {"position may be partial", head + R"(1,"position":{"x":"1.5","y":-2}})", 202, received, "position",
         R"({"x":1.5,"y":-2})"},
        {"or empty", head + R"(1,"position":{}})", 202, received, "position", "{}"},
        {"or hold other names", head + R"(1,"position":{"w":3}})", 202, received, "position", R"({"w":3})"},
        {"but no words", head + R"(1,"position":{"x":1,"y":"left"}})", 422,
         fault(R"("left")", R"("position","y")",
               R"("msg":"Input should be a valid number","type":"float_type")"),
         "", ""},
        {"rotation may be partial", head + R"(1,"rotation":{"yaw":30}})", 202, received, "rotation",
         R"({"yaw":30})"},
    };
}

std::vector<Row> inner_rows() {
    return {
        {"the event's fields, or all of them inside event_data",
         head + R"(1,"event_data":{"room_name":"hall"}})", 202, received, "zone_name", "hall"},
        {"there zone_name is the zone", head + R"(1,"event_data":{"zone_name":"yard"}})", 202, received,
         "zone_name", "yard"},
        {"object the object", head + R"(1,"event_data":{"object":"cup"}})", 202, received, "object_name",
         "cup"},
        {"target the gaze target", head + R"(1,"event_data":{"target":"fish"}})", 202, received,
         "gaze_target", "fish"},
        {"action the interaction", head + R"(1,"event_data":{"action":"grab"}})", 202, received,
         "interaction_type", "grab"},
        {"duration (seconds) the dwell time", head + R"(1,"event_data":{"duration":1.25}})", 202, received,
         "dwell_time_ms", "1250"},
        {"position and rotation themselves",
         head + R"(1,"event_data":{"rotation":{"pitch":10,"yaw":20,"roll":0}}})", 202, received,
         "pitch_deg || ' ' || yaw_deg", "10 20"},
        {"the rest goes to metadata", head + R"(1,"event_data":{"size":"L","zone_name":7}})", 202, received,
         "metadata", R"({"size":"L","zone_name":7})"},
        {"a field outside event_data wins over one inside",
         head + R"(1,"zone_name":"out","event_data":{"zone_name":"in"}})", 202, received,
         "zone_name || coalesce(metadata, '')", "out"},
        {"unknown fields are no error and kept in metadata",
         head + R"(1,"speed":3,"metadata":{"hand":"left","speed":9}})", 202, received, "metadata",
         R"({"hand":"left","speed":9})"},
        {"beside it too", head + R"(1,"speed":3,"metadata":{"hand":"left"}})", 202, received, "metadata",
         R"({"hand":"left","speed":3})"},
        {"no session_id: 400", R"({"event_type":"gaze","timestamp":1})", 400,
         R"({"detail":"session_id is required"})", "", ""},
        {"a batch is all or nothing per event; success_rate is a float in percent",
         R"({"session_id":"s","events":[{"event_type":"a","timestamp":1},{"event_type":"b","timestamp":{}}]})",
         202,
         R"({"failed":1,"processed":1,"status":"received","success_rate":50.0,"timestamp":")" + now +
             R"(","total_events":2})",
         "event_type", "a"},
        {"0.0 for an empty batch", R"({"session_id":"s","events":[]})", 202,
         R"({"failed":0,"processed":0,"status":"received","success_rate":0.0,"timestamp":")" + now +
             R"(","total_events":0})",
         "", ""},
    };
}

} // namespace

TEST_CASE("unreal, line by line: events", "[dialects]") {
    const School school;
    auto lines = lines_of(school);
    std::vector<Row> rows = field_rows();
    for (const Row& row : inner_rows())
        rows.push_back(row);
    for (const Row& row : rows) {
        const bool batch = row.body.find("\"events\"") != std::string::npos;
        lines.check({row.line, std::string("POST /api/v1/unreal/tracking/") + (batch ? "batch" : "event"),
                     row.body, row.status, row.answer});
        INFO(row.line);
        if (!row.column.empty())
            CHECK(school.figure("SELECT " + row.column +
                                " FROM tracking_events WHERE batch_id ="
                                " (SELECT batch_id FROM event_batches ORDER BY id DESC LIMIT 1)") ==
                  row.value);
    }
    // What is negative takes nothing from the sums.
    CHECK(school.figure("SELECT zones FROM run_rollups").find('-') == std::string::npos);
}

TEST_CASE("unreal, line by line: what stands at the root", "[dialects]") {
    const School school;
    school.appliance.clock.advance(5s);
    auto lines = lines_of(school);
    lines.check({
        {"GET /health: open to all", "GET /health", "", 200,
         R"({"database":"connected","environment":"production","service":"Lectern","status":"healthy",)"
         R"("success":true,"timestamp":"<time>","uptime":"running","uptime_s":5,"version":"<text>"})",
         "open"},
        {"GET /: the unreal dialect's fields plus the trainer dialect's", "GET /", "", 200,
         R"({"description":"<text>","endpoints":{"docs":"/docs","event":"/api/v1/unreal/event",)"
         R"("health":"/health","openapi":"/openapi.json","redoc":"/redoc","session":"/api/v1/unreal/session",)"
         R"("session_end":"/api/v1/unreal/session/end",)"
         R"("session_heartbeat":"/api/v1/unreal/session/{session_id}/heartbeat",)"
         R"("session_start":"/api/v1/unreal/session/start",)"
         R"("session_status":"/api/v1/unreal/session/{session_id}/status",)"
         R"("tracking_batch":"/api/v1/unreal/tracking/batch",)"
         R"("tracking_event":"/api/v1/unreal/tracking/event"},)"
         R"("integrations":["training","lms","unreal","seats","trainer"],"message":"Lectern is running",)"
         R"("service":"Lectern","status":"running","success":true,"timestamp":"<time>","version":"<text>"})",
         "open"},
    });
    CHECK(school.send("GET", "/redoc").body == school.send("GET", "/docs").body);
    CHECK(school.send("GET", "/redoc").status == school.send("GET", "/docs").status);
}
