// The documents and files that the front door itself serves.
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "http/serving/assets.h"
#include "http/serving/openapi.h"
#include "http/serving/problem.h"
#include "http/serving/topics.h"

using http::Access;
using http::Json;

namespace {

void add_sample_routes(http::RouteTable& table) {
    const auto nobody = [](http::Call&) { return http::no_content(); };
    const auto room = http::object({{"id", http::identifier()}, {"name", http::text(1, 80)}}).named("Room");
    table.add(http::get("/v1/rooms", "Lists the rooms")
                  .by(Access::viewer)
                  .asks({{"limit?", http::integer(1, 200)}})
                  .gives(http::page_of(room))
                  .handled(nobody));
    table.add(http::patch("/v1/rooms/:id", "Renames a room")
                  .writes()
                  .by(Access::teacher)
                  .takes(http::object({{"name", http::text(1, 80)}}))
                  .gives(room)
                  .handled(nobody));
    table.add(http::get("/health", "Is the server well").memory().by(Access::open).handled(nobody));
    table.add(http::get("/*path", "The page").memory().by(Access::open).handled(nobody));
    table.add(http::message("clock", "Tells the time")
                  .memory()
                  .by(Access::headset)
                  .takes(http::object({{"t0", http::number(0, 1e15)}}))
                  .gives(room)
                  .handled(nobody));
}

std::string gzip(const std::string& text) {
    std::string out(text.size() + 100, '\0');
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string in = text;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string header(const http::Answer& answer, std::string_view name) {
    for (const auto& [key, value] : answer.headers)
        if (key == name) return value;
    return "";
}

} // namespace

TEST_CASE("the route table is an OpenAPI document", "[http]") {
    http::RouteTable table;
    add_sample_routes(table);
    const auto document = http::openapi(table);
    CHECK(document["openapi"] == "3.1.0");
    CHECK(document["paths"].size() == 3);
    const auto& list = document["paths"]["/v1/rooms"]["get"];
    CHECK(list["operationId"] == "getV1Rooms");
    CHECK(list["tags"] == Json{"rooms"});
    CHECK(list["parameters"][0]["name"] == "limit");
    CHECK(list["parameters"][0]["required"] == false);
    CHECK(list["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["items"]["items"]
              ["$ref"] == "#/components/schemas/Room");
    CHECK(list["responses"]["default"]["content"].contains("application/problem+json"));
    const auto& rename = document["paths"]["/v1/rooms/{id}"]["patch"];
    CHECK(rename["parameters"][0] ==
          Json::parse(R"({"name":"id","in":"path","required":true,"schema":{"type":"string"}})"));
    CHECK(rename["requestBody"]["content"]["application/json"]["schema"]["required"] == Json{"name"});
    CHECK(rename["x-runs"] == "writes");
    CHECK(document["paths"]["/health"]["get"]["security"] == Json::array());
    CHECK(document["components"]["schemas"].contains("Room"));
    CHECK(document["components"]["schemas"].contains("Problem"));
}

TEST_CASE("the socket's messages are an AsyncAPI document", "[http]") {
    http::RouteTable table;
    add_sample_routes(table);
    const auto document = http::asyncapi(table);
    CHECK(document["asyncapi"] == "3.0.0");
    CHECK(document["channels"]["live"]["messages"].size() == 2);
    CHECK(document["operations"]["clock"]["messages"][0]["$ref"] == "#/channels/live/messages/clock");
    CHECK(document["components"]["messages"]["clock"]["payload"]["properties"]["data"]["required"] ==
          Json{"t0"});
    CHECK(document["components"]["schemas"].contains("Room"));
    table.add(http::RouteBuilder("PUSH", "picture", "A frame of bytes").by(http::Access::headset));
    table.add(http::RouteBuilder("PUSH", "told", "A word").gives(http::object({{"word", http::text(1, 9)}})));
    const auto pushed = http::asyncapi(table);
    CHECK(pushed["operations"]["picture"]["action"] == "receive");
    CHECK(pushed["components"]["messages"]["picture"]["payload"]["format"] == "binary");
    CHECK(pushed["operations"]["push.told"]["action"] == "send");
    CHECK(pushed["components"]["messages"]["told"]["payload"]["properties"]["data"]["required"] ==
          Json{"word"});
}

TEST_CASE("the entries of topics are in the AsyncAPI document and in no other", "[http]") {
    http::RouteTable table;
    const auto seat = http::object({{"row", http::integer(1, 50)}}).named("Seat");
    table.add(http::topic("room", "A classroom"));
    table.add(http::topic("view", "Pictures"));
    table.add(http::entry("room", "seat/*", seat));
    table.add(http::entry("room", "door", seat));
    CHECK_THROWS_AS(table.add(http::entry("room", "door", seat)), platform::Error);
    const http::Shape topic = http::topic_message_shape(table);
    table.add(http::RouteBuilder("PUSH", "topic", "News").gives(topic));

    const auto document = http::asyncapi(table);
    const auto& schemas = document["components"]["schemas"];
    CHECK(schemas["TopicMessage"]["oneOf"][0]["$ref"] == "#/components/schemas/RoomTopic");
    CHECK(schemas["RoomTopic"]["description"] == "A classroom");
    CHECK(schemas["RoomTopic"]["properties"]["topic"]["pattern"] == "^(?:room/[1-9][0-9]*)$");
    CHECK(schemas["RoomEntries"]["properties"]["door"]["$ref"] == "#/components/schemas/Seat");
    CHECK(schemas["RoomEntries"]["patternProperties"]["^seat/.+$"]["$ref"] == "#/components/schemas/Seat");
    CHECK(http::openapi(table)["paths"].empty());

    const auto fits = [&](const char* entries) {
        return topic.faults({{"topic", "room/7"}, {"entries", Json::parse(entries)}}).empty();
    };
    CHECK(fits(R"({"seat/1":{"row":3},"door":{"row":1}})"));
    CHECK_FALSE(fits(R"({"seat/1":{"row":3,"colour":"red"}})"));
    CHECK_FALSE(fits(R"({"window":{"row":3}})"));
    CHECK_FALSE(topic.faults({{"topic", "view/1"}, {"entries", {{"door", {{"row", 1}}}}}}).empty());
}

TEST_CASE("the AsyncAPI document says where the socket is and how to sign in to it", "[http]") {
    http::RouteTable table;
    add_sample_routes(table);
    const auto document = http::asyncapi(table);
    REQUIRE(document.contains("servers"));
    const auto& schemes = document["components"]["securitySchemes"];
    CHECK(schemes["query_token"]["in"] == "query");
    CHECK(schemes["query_token"]["name"] == "token");
    CHECK(schemes["cookie"]["name"] == "lectern");
    std::set<std::string> protocols;
    for (const auto& server : document["servers"]) {
        protocols.insert(server["protocol"]);
        CHECK(server["host"] == "{box}");
        CHECK(server["variables"]["box"]["default"] == "localhost:8080");
        CHECK(server["security"].size() == schemes.size());
        for (const auto& way : server["security"])
            CHECK(document.contains(Json::json_pointer(way["$ref"].get<std::string>().substr(1))));
    }
    CHECK(protocols == std::set<std::string>{"ws", "wss"});
}

TEST_CASE("the documents describe themselves, once all routes are there", "[http]") {
    http::RouteTable table;
    http::add_documentation_routes(table);
    add_sample_routes(table);
    http::Call call;
    const auto answer = table.find("GET", "/openapi.json").route->handle(call);
    const auto document = Json::parse(answer.body);
    CHECK(document["paths"].contains("/openapi.json"));
    CHECK(document["paths"].contains("/v1/rooms"));
    CHECK(table.find("GET", "/docs").route != nullptr);
}

TEST_CASE("a file of the page is served packed, unpacked, or not again", "[http]") {
    const std::string page = "<!doctype html><title>Lectern</title>";
    const std::string packed = gzip(page);
    http::Call plain, gzipping, again;
    gzipping.header_values.add("accept-encoding", "gzip, deflate, br");
    const auto first = http::asset_of(gzipping, "index.html", packed);
    CHECK(first.status == 200);
    CHECK(first.content_type == "text/html; charset=utf-8");
    CHECK(header(first, "Content-Encoding") == "gzip");
    CHECK(header(first, "Cache-Control") == "no-cache");
    CHECK(first.body == packed);
    const auto unpacked = http::asset_of(plain, "index.html", packed);
    CHECK(unpacked.body == page);
    CHECK(header(unpacked, "Content-Encoding").empty());
    again.header_values.add("if-none-match", header(first, "ETag"));
    const auto unchanged = http::asset_of(again, "index.html", packed);
    CHECK(unchanged.status == 304);
    CHECK(unchanged.body.empty());
    CHECK(header(http::asset_of(gzipping, "index.html", gzip(page + " ")), "ETag") != header(first, "ETag"));
    CHECK(header(http::asset_of(gzipping, "assets/index-DiwrgTda.js", packed), "Cache-Control")
              .find("immutable") != std::string::npos);
    CHECK(header(http::asset_of(gzipping, "icon.svg", packed), "Cache-Control") == "no-cache");
}

TEST_CASE("only a client that asks for a page gets the page for an unknown path", "[http]") {
    http::RouteTable table;
    http::add_asset_routes(table);
    const auto match = table.find("GET", "/live/7");
    REQUIRE(match.route != nullptr);
    http::Call script;
    script.parameters = match.parameters;
    script.header_values.add("accept", "*/*");
    CHECK_THROWS_AS(match.route->handle(script), platform::Error);
    CHECK(table.find("POST", "/live/7").route == nullptr);
    CHECK(table.find("POST", "/live/7").allowed.empty());
    http::Call browser;
    browser.header_values.add("accept", "text/html,application/xhtml+xml");
    CHECK(http::accepts_html(browser));
    CHECK_FALSE(http::accepts_html(script));
}

TEST_CASE("every kind of error has its status", "[http]") {
    using platform::ErrorKind;
    for (const auto kind :
         {ErrorKind::bad_request, ErrorKind::unauthorized, ErrorKind::forbidden, ErrorKind::not_found,
          ErrorKind::method_not_allowed, ErrorKind::conflict, ErrorKind::too_large, ErrorKind::invalid,
          ErrorKind::too_many_requests, ErrorKind::internal, ErrorKind::unavailable, ErrorKind::storage_full})
        CHECK(http::kind_of(http::status_of(kind)) == kind);
    const auto answer = http::problem({}, platform::Error(ErrorKind::too_many_requests, "Slow down.", 30));
    CHECK(header(answer, "Retry-After") == "30");
}
