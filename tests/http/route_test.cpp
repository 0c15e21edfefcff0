#include "http/serving/route.h"

#include <catch2/catch_test_macros.hpp>

namespace {

http::Answer nobody(http::Call&) {
    return http::no_content();
}

std::string found(const http::RouteTable& table, const char* method, const char* path) {
    const auto match = table.find(method, path);
    if (match.route) {
        std::string text = match.route->path;
        for (const auto parameter : match.parameters)
            text += " " + std::string(parameter.name) + "=" + std::string(parameter.value);
        return text;
    }
    std::string text = match.allowed.empty() ? "nothing" : "only";
    for (const auto& method_name : match.allowed)
        text += " " + method_name;
    return text;
}

} // namespace

TEST_CASE("a path finds its route", "[http]") {
    http::RouteTable table;
    for (const auto* path : {"/", "/v1/rooms", "/v1/rooms/:id", "/v1/logins/current",
                             "/v1/sessions/:id/commands/:number", "/a/b/d", "/a/:y/c", "/files/*name"})
        table.add(http::get(path, "").handled(nobody));
    table.add(http::post("/v1/rooms", "").handled(nobody));
    table.add(http::del("/v1/logins/:login", "").handled(nobody));

    struct Row {
        const char *method, *path, *expected;
    };
    const Row rows[] = {
        {"GET", "/", "/"},
        {"GET", "/v1/rooms", "/v1/rooms"},
        {"GET", "/v1/rooms/", "/v1/rooms"},
        {"GET", "/v1/rooms/7", "/v1/rooms/:id id=7"},
        {"HEAD", "/v1/rooms/7", "/v1/rooms/:id id=7"},
        {"GET", "/v1/sessions/3/commands/9", "/v1/sessions/:id/commands/:number id=3 number=9"},
        {"GET", "/v1/rooms/7/8", "nothing"},
        {"GET", "/v1", "nothing"},
        {"GET", "/v2/rooms", "nothing"},
        {"PUT", "/v1/rooms", "only GET POST"},
        {"POST", "/v1/rooms/7", "only GET"},
        // a literal beats a parameter, but does not hide it from another method
        {"GET", "/v1/logins/current", "/v1/logins/current"},
        {"DELETE", "/v1/logins/current", "/v1/logins/:login login=current"},
        {"PUT", "/v1/logins/current", "only GET DELETE"},
        // a literal that leads nowhere gives way to the parameter
        {"GET", "/a/b/c", "/a/:y/c y=b"},
        {"GET", "/files/web/app.js", "/files/*name name=web/app.js"},
        {"GET", "/files", "/files/*name name="},
    };
    for (const auto& row : rows) {
        INFO(row.method << " " << row.path);
        CHECK(found(table, row.method, row.path) == row.expected);
    }
}

TEST_CASE("a route for every path hides no wrong method", "[http]") {
    http::RouteTable table;
    table.add(http::get("/*path", "").handled(nobody));
    table.add(http::post("/v1/rooms", "").handled(nobody));
    CHECK(found(table, "GET", "/anything/else") == "/*path path=anything/else");
    CHECK(found(table, "HEAD", "/") == "/*path path=");
    CHECK(found(table, "POST", "/anything/else") == "nothing");
    CHECK(found(table, "PUT", "/v1/rooms") == "only POST");
}

TEST_CASE("a path of many segments costs no more than the deepest route", "[http]") {
    http::RouteTable table;
    table.add(http::get("/a/:b/c", "").handled(nobody));
    std::string path;
    for (int i = 0; i < 60'000; ++i)
        path += "/a";
    CHECK(found(table, "GET", path.c_str()) == "nothing");
}

TEST_CASE("a route declared twice is refused", "[http]") {
    http::RouteTable table;
    table.add(http::get("/v1/rooms/:id", "").handled(nobody));
    CHECK_THROWS_AS(table.add(http::get("/v1/rooms/:room", "").handled(nobody)), platform::Error);
    table.add(http::message("clock", "").handled(nobody));
    CHECK_THROWS_AS(table.add(http::message("clock", "").handled(nobody)), platform::Error);
    CHECK(table.find_message("clock") != nullptr);
    CHECK(table.find_message("rooms") == nullptr);
}
