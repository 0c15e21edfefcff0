// What a stranger's client learns from the answers that refuse it, and what a client of tus asks first.
#include <catch2/catch_test_macros.hpp>

#include "support/live_school.h"
#include "support/raw_client.h"
#include "support/socket_client.h"

using support::LiveSchool;
using support::RawClient;

TEST_CASE("a refusal tells no token from one that is no good, and names the methods that there are",
          "[stories]") {
    LiveSchool school;
    RawClient client(school.box.port());
    const auto ask = [&](const std::string& target, const std::string& headers = "") {
        return client.ask(support::get_request(target, headers));
    };
    const auto nobody = ask("/v1/devices");
    CHECK(nobody.status == 401);
    CHECK(nobody.headers.at("www-authenticate") == "Bearer");
    CHECK(nobody.body.find("Sign in first.") != std::string::npos);
    const auto unknown = ask("/v1/devices", "Authorization: Bearer nonsense\r\n");
    CHECK(unknown.status == 401);
    CHECK(unknown.headers.at("www-authenticate") == "Bearer error=\"invalid_token\"");
    CHECK(unknown.body.find("not known here") != std::string::npos);

    const auto method = client.ask("DELETE /v1/devices HTTP/1.1\r\nHost: box\r\n\r\n");
    CHECK(method.status == 405);
    CHECK(method.headers.at("allow") == "GET, HEAD, OPTIONS");

    const auto plain = ask("/v1/live");
    CHECK(plain.status == 426);
    CHECK(plain.headers.at("upgrade") == "websocket");
    CHECK(plain.body.find("WebSocket") != std::string::npos);
    const std::string upgrade =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    CHECK(ask("/v1/live", upgrade).body.find("?token=TOKEN") != std::string::npos);
    CHECK(ask("/v1/live?token=nonsense", upgrade).body.find("not known here") != std::string::npos);
}

TEST_CASE("a client of tus learns what this server can do before it sends anything", "[stories]") {
    LiveSchool school;
    RawClient client(school.box.port());
    const auto asked = client.ask("OPTIONS /v1/uploads HTTP/1.1\r\nHost: box\r\n\r\n");
    CHECK(asked.status == 204);
    CHECK(asked.headers.at("tus-version") == "1.0.0");
    CHECK(asked.headers.at("tus-resumable") == "1.0.0");
    CHECK(asked.headers.at("tus-extension") == "creation,termination");
    CHECK(asked.headers.contains("tus-max-size"));
    CHECK(asked.headers.at("allow") == "POST, OPTIONS");
    // A browser's own question goes on being answered for the methods.
    const auto preflight = client.ask(
        "OPTIONS /v1/uploads HTTP/1.1\r\nHost: box\r\nOrigin: http://elsewhere\r\n"
        "Access-Control-Request-Method: POST\r\n\r\n");
    CHECK(preflight.status == 204);
    CHECK(preflight.headers.at("allow") == "POST, OPTIONS");
    const auto other = client.ask("OPTIONS /v1/devices HTTP/1.1\r\nHost: box\r\n\r\n");
    CHECK(other.headers.at("allow") == "GET, HEAD, OPTIONS");
}
