// What happens to a call: who asks, what is checked, what goes into the audit log.
#include <catch2/catch_test_macros.hpp>

#include "http/house.h"
#include "support/raw_client.h"

using house::House;
using http::Json;
using support::get_request;
using support::post_request;
using support::RawClient;

namespace {

const std::string teacher = "Authorization: Bearer teacher\r\n";

} // namespace

TEST_CASE("everything is closed unless declared open", "[http]") {
    House house;
    RawClient client(house.port);
    auto answer = client.ask(get_request("/rooms/1"));
    CHECK(answer.status == 401);
    CHECK(answer.headers.at("www-authenticate") == "Bearer");
    CHECK(client.ask(get_request("/rooms/1", "Authorization: Bearer wrong\r\n")).status == 401);
    CHECK(client.ask(get_request("/rooms/1", "Authorization: Basic teacher\r\n")).status == 401);
    CHECK(client.ask(get_request("/rooms/1", "Authorization: Bearer student\r\n")).status == 403);
    CHECK(client.ask(get_request("/rooms/1", teacher)).status == 200);
    CHECK(client.ask(get_request("/rooms/1", "authorization: token teacher\r\n")).status == 200);
    // a token in a URL lands in histories and logs: only sockets take one
    CHECK(client.ask(get_request("/rooms/1?token=teacher")).status == 401);
    CHECK(client.ask(get_request("/rooms/zero", teacher)).status == 404);
    CHECK(client.ask(get_request("/rooms/0", teacher)).status == 404);
}

TEST_CASE("a cookie is a credential, and then the origin counts", "[http]") {
    http::FrontDoorOptions options;
    options.allowed_origins = {"https://school.example"};
    House house(options);
    RawClient client(house.port);
    const std::string cookie = "Cookie: theme=dark; lectern=teacher\r\n";
    const auto write = [&](const std::string& headers) {
        return client.ask(post_request("/rooms", R"({"name":"a"})", headers)).status;
    };
    CHECK(write(cookie) == 201);
    CHECK(write(cookie + "Origin: http://box\r\n") == 201);
    CHECK(write(cookie + "Origin: https://school.example\r\n") == 201);
    CHECK(write(cookie + "Origin: http://evil.example\r\n") == 403);
    CHECK(write(cookie + "Origin: null\r\n") == 403);
    CHECK(write(cookie + "Sec-Fetch-Site: cross-site\r\n") == 403);
    CHECK(write(cookie + "Sec-Fetch-Site: same-origin\r\n") == 201);
    // no browser sends a token unasked
    CHECK(write(teacher + "Origin: http://evil.example\r\n") == 201);
    // and reading changes nothing
    CHECK(client.ask(get_request("/rooms/1", cookie + "Origin: http://evil.example\r\n")).status == 200);
    CHECK(client.ask(get_request("/whoami", cookie)).body.find(R"("cookie":true)") != std::string::npos);
}

TEST_CASE("no foreign origin may read unless it is allowed", "[http]") {
    http::FrontDoorOptions options;
    options.allowed_origins = {"https://school.example"};
    House house(options);
    RawClient client(house.port);
    CHECK_FALSE(client.ask(get_request("/hello", "Origin: http://evil.example\r\n"))
                    .headers.contains("access-control-allow-origin"));
    const auto allowed = client.ask(get_request("/hello", "Origin: https://school.example\r\n"));
    CHECK(allowed.headers.at("access-control-allow-origin") == "https://school.example");
    CHECK(allowed.headers.at("access-control-allow-credentials") == "true");
    CHECK(allowed.headers.at("vary") == "Origin");
    for (const char* name : {"Tus-Resumable", "Upload-Offset", "Location", "Content-Range", "ETag"})
        CHECK(allowed.headers.at("access-control-expose-headers").find(name) != std::string::npos);

    const auto preflight = [&](const std::string& origin) {
        return client.ask(
            "OPTIONS /rooms HTTP/1.1\r\nHost: box\r\nAccess-Control-Request-Method: POST\r\nOrigin: " +
            origin + "\r\n\r\n");
    };
    const auto good = preflight("https://school.example");
    CHECK(good.status == 204);
    CHECK(good.headers.at("access-control-allow-methods") == "POST, OPTIONS");
    // What tus-js-client and players ask for.
    for (const char* name :
         {"Authorization", "Content-Type", "Tus-Resumable", "Upload-Length", "Upload-Metadata",
          "Upload-Offset", "X-HTTP-Method-Override", "Range", "If-Range"})
        CHECK(good.headers.at("access-control-allow-headers").find(name) != std::string::npos);
    CHECK_FALSE(preflight("http://evil.example").headers.contains("access-control-allow-methods"));
}

TEST_CASE("a site key in the path is a credential and nothing else sees it", "[http]") {
    House house;
    RawClient client(house.port);
    const auto answer = client.ask(get_request("/k/sesame//whoami?x=1"));
    CHECK(Json::parse(answer.body)["key"] == 5);
    CHECK(Json::parse(answer.body)["under_key"] == true);
    CHECK(Json::parse(answer.body)["path"] == "/whoami");
    CHECK(client.ask(get_request("/k/wrong/whoami")).status == 401);
    CHECK(client.ask(get_request("/k/wrong/hello")).status == 200);
    CHECK(client.ask(get_request("/k/sesame/rooms/1")).status == 403);
    CHECK(client.ask(get_request("/k/sesame")).status == 404);
    CHECK(client.ask(get_request("/k/sesame/secret/nowhere?token=abc")).status == 404);
    for (const auto& row : house.audit.rows()) {
        CHECK(row.entry.path.find("sesame") == std::string::npos);
        CHECK(row.entry.path.find("token") == std::string::npos);
    }
    // a token says more than the key
    CHECK(Json::parse(client.ask(get_request("/k/sesame/whoami", teacher)).body)["person"] == 11);
}

TEST_CASE("a request that does not fit is told every fault", "[http]") {
    House house;
    RawClient client(house.port);
    auto answer = client.ask(post_request("/rooms", R"({"rows":99,"colour":"red"})", teacher));
    CHECK(answer.status == 422);
    CHECK(Json::parse(answer.body)["errors"] == Json::parse(R"([
        {"field":"name","message":"is required"},
        {"field":"rows","message":"must be an integer from 1 to 50"},
        {"field":"colour","message":"is not known here"}])"));
    CHECK(house.executor.committed == 0);
    CHECK(house.executor.rolled_back == 1);
    // an empty body is {}
    CHECK(client.ask(post_request("/rooms", "", teacher)).status == 422);
    CHECK(client.ask(post_request("/echo", "  ")).body == "{}");

    answer = client.ask(get_request("/search?limit=500"));
    CHECK(answer.status == 422);
    CHECK(Json::parse(answer.body)["errors"].size() == 2);
    CHECK(client.ask(get_request("/search?limit=20&q=%C3%A4+b")).body == R"({"limit":20,"q":"ä b"})");
}

TEST_CASE("forms are taken as well as JSON", "[http]") {
    House house;
    RawClient client(house.port);
    CHECK(client
              .ask(post_request("/form", "nickname=Ana%20B&pin=0042",
                                "Content-Type: application/x-www-form-urlencoded\r\n"))
              .body == R"({"body":{"nickname":"Ana B","pin":"0042"},"parts":[]})");
    const std::string multipart =
        "--b\r\nContent-Disposition: form-data; name=\"nickname\"\r\n\r\nAna\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
        "Content-Type: image/png\r\n\r\n12345\r\n--b--\r\n";
    CHECK(client.ask(post_request("/form", multipart, "Content-Type: multipart/form-data; boundary=b\r\n"))
              .body == R"({"body":{"nickname":"Ana"},"parts":[{"file":"a.png","name":"file","size":5}]})");
    CHECK(client.ask(post_request("/form", multipart, "Content-Type: Multipart/Form-Data; Boundary=b\r\n"))
              .body == R"({"body":{"nickname":"Ana"},"parts":[{"file":"a.png","name":"file","size":5}]})");
    // and a broken one is a bad request, on a connection that goes on
    CHECK(client.ask(post_request("/form", "nonsense", "Content-Type: multipart/form-data; boundary=b\r\n"))
              .status == 400);
    CHECK(client.ask(post_request("/form", "nonsense", "Content-Type: multipart/form-data\r\n")).status ==
          400);
    CHECK(client.ask(get_request("/hello")).status == 200);
}

TEST_CASE("a compressed body is unpacked, within limits", "[http]") {
    House house;
    RawClient client(house.port);
    const std::string json_gzip(
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2\x32\xac\x05\x00\xaf\xac\x1b\x56\x07\x00"
        "\x00\x00",
        27);
    const auto ask = [&](std::string_view body, const std::string& encoding) {
        return client.ask(post_request(
            "/echo", body, "Authorization: Token student\r\nContent-Encoding: " + encoding + "\r\n"));
    };
    for (const char* encoding : {"gzip", "GZIP", "x-gzip"}) {
        const auto answer = ask(json_gzip, encoding);
        INFO(encoding << answer.body);
        CHECK(answer.status == 200);
        CHECK(answer.body == R"({"a":1})");
    }
    CHECK(ask("{}", "identity").body == "{}");
    CHECK(ask("nothing packed", "gzip").status == 400);
    CHECK(ask(json_gzip.substr(0, 20), "gzip").status == 400);
    CHECK(ask(json_gzip, "gzip\r\nContent-Encoding: gzip").status == 400);
    CHECK(ask("{}", "snappy").status == 400);
    CHECK(client.ask(post_request("/echo", json_gzip, "Content-Encoding: gzip\r\n")).status == 415);
    CHECK(client.ask(get_request("/hello")).status == 200);
}

TEST_CASE("large answers are compressed for clients that ask, small ones never", "[http]") {
    House house;
    RawClient client(house.port);
    const std::string gzip = "Accept-Encoding: gzip, br\r\n";
    const auto large = client.ask(get_request("/large?bytes=20000", gzip));
    CHECK(large.headers.at("content-encoding") == "gzip");
    CHECK(large.body.size() < 200);
    CHECK_FALSE(client.ask(get_request("/large?bytes=20000")).headers.contains("content-encoding"));
    CHECK_FALSE(client.ask(get_request("/large?bytes=100", gzip)).headers.contains("content-encoding"));
}

TEST_CASE("errors are problem documents, and a defect tells nothing", "[http]") {
    House house;
    RawClient client(house.port);
    auto answer = client.ask(get_request("/conflict"));
    CHECK(answer.status == 409);
    CHECK(answer.body ==
          R"({"detail":"Somebody sits there.","status":409,"title":"Conflict","type":"about:blank"})");
    answer = client.ask(get_request("/defect"));
    CHECK(answer.status == 500);
    CHECK(answer.body.find("secret") == std::string::npos);
}

TEST_CASE("a failed commit and a full queue become errors", "[http]") {
    House house;
    RawClient client(house.port);
    house.executor.commit_fails = true;
    CHECK(client.ask(post_request("/rooms", R"({"name":"a"})", teacher)).status == 507);
    house.executor.commit_fails = false;
    house.executor.full = true;
    const auto answer = client.ask(post_request("/rooms", R"({"name":"a"})", teacher));
    CHECK(answer.status == 503);
    CHECK(answer.headers.at("retry-after") == "1");
    house.executor.full = false;
    CHECK(client.ask(post_request("/rooms", R"({"name":"a"})", teacher)).status == 201);
}

TEST_CASE("every call leaves its audit row, in the transaction where there is one", "[http]") {
    House house;
    RawClient client(house.port);
    client.ask(get_request("/rooms/7?x=1", teacher));
    client.ask(post_request("/rooms", R"({"name":"a"})", teacher));
    client.ask(post_request("/rooms", R"({"name":""})", teacher));
    client.ask(post_request("/rooms", R"({"name":"a"})"));
    client.ask(get_request("/nowhere"));
    client.ask(get_request("/hello"));
    house.executor.commit_fails = true;
    client.ask(post_request("/rooms", R"({"name":"a"})", teacher));
    std::string told;
    for (const auto& row : house.audit.rows()) {
        told += row.entry.method + " " + row.entry.path + " " + std::string(row.entry.route) + " " +
                std::to_string(row.entry.status) + " by " + to_string(row.entry.caller.person_id) + " " +
                row.entry.target + (row.with_transaction ? " in" : "") + "\n";
    }
    CHECK(told ==
          "GET /rooms/7 /rooms/:id 200 by 11 {\"room\":7}\n"
          "POST /rooms /rooms 201 by 11  in\n"
          "POST /rooms /rooms 422 by 11  in\n"
          "POST /rooms /rooms 401 by 0 \n"
          "GET /nowhere  404 by 0 \n"
          "POST /rooms /rooms 201 by 11  in\n" // lost with its transaction,
          "POST /rooms /rooms 507 by 11 \n");  // so this row says what became of it
    CHECK(house.audit.count_of("/hello 200") == 1);
}

TEST_CASE("calls are limited per caller, and the limit passes", "[http]") {
    House house;
    RawClient client(house.port);
    for (int i = 0; i < 3; ++i)
        CHECK(client.ask(get_request("/limited", teacher)).status == 204);
    const auto answer = client.ask(get_request("/limited", teacher));
    CHECK(answer.status == 429);
    CHECK(answer.headers.at("retry-after") == "20");
    // others are others
    CHECK(client.ask(get_request("/limited", "Authorization: Token headset\r\n")).status == 204);
    CHECK(client.ask(get_request("/hello", teacher)).status == 200);
    house.clock.advance(std::chrono::seconds(20));
    CHECK(client.ask(get_request("/limited", teacher)).status == 204);
    CHECK(client.ask(get_request("/limited", teacher)).status == 429);
}
