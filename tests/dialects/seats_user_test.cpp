// The seats dialect's calls, line by line and byte for byte: who may see the seats, and how people sign in.
#include "support/seat_monitor.h"

using namespace seat_monitor;

TEST_CASE("seats: registration by invitation", "[dialects]") {
    for (const std::string prefix : {"/user/", "/api/user/"}) {
        Monitor monitor;
        const auto post = [&](const char* call, const std::string& body, const std::string& cookie = "") {
            auto answer = monitor.post(prefix + call, body, cookie);
            CHECK(answer.status == 200);
            return answer;
        };
        const std::string invitation = monitor.invite();
        CHECK(post("auth_start", R"({"username":"rossi"})").body == error_body("UserNotFound"));
        CHECK(post("auth_start", R"({"username":"rossi","invitation":"AAAA-AAAA-AAAA"})").body ==
              error_body("UserNotFound"));
        CHECK(post("register", R"({"username":"rossi","code":"000000"})").body ==
              error_body("RegistrationNotInProgress"));
        CHECK(post("auth_reset", R"({"username":"rossi"})").body == error_body("RegistrationNotInProgress"));
        auto begun = post("auth_start", R"({"username":"rossi","invitation":")" + invitation + "\"}").json();
        const std::string url = begun["data"]["qr_url"];
        CHECK(begun["data"]["status"] == "candidate");
        CHECK(begun["data"]["username"] == "rossi");
        CHECK(url.starts_with("otpauth://totp/"));
        const std::string secret = url.substr(url.rfind("&secret=") + 8);
        CHECK(secret.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == std::string::npos);
        CHECK(secret.size() >= 16);
        CHECK(post("auth_start", R"({"username":"rossi+)" + invitation + "\"}").body ==
              error_body("RegistrationInProgress"));
        CHECK(post("auth_reset", R"({"username":"rossi"})").body ==
              R"({"data":{"success":true},"error":null,"status":"success"})");
        begun = post("auth_start", R"({"username":"rossi+)" + invitation + "\"}").json();
        const std::string second_url = begun["data"]["qr_url"];
        monitor.secret = second_url.substr(second_url.rfind("&secret=") + 8);
        CHECK(post("register", R"({"username":"rossi","code":"12345"})").body == error_body("InvalidCode"));
        const auto done =
            post("register", R"({"username":"rossi","code":")" + monitor.code(monitor.secret) + "\"}");
        CHECK(done.json()["data"]["username"] == "rossi");
        CHECK(done.json()["data"]["status"] == "user");
        CHECK(done.json()["data"]["recovery_codes"].size() >= 5);
        CHECK(done.header("set-cookie").find("; Max-Age=432000; Path=/; HttpOnly; SameSite=Strict") !=
              std::string::npos);
    }
}

TEST_CASE("seats: status, login and logout", "[dialects]") {
    for (const std::string prefix : {"/user/", "/api/user/"}) {
        Monitor monitor;
        const auto post = [&](const char* call, const std::string& body, const std::string& cookie = "") {
            auto answer = monitor.post(prefix + call, body, cookie);
            CHECK(answer.status == 200);
            return answer;
        };
        const std::string cookie = monitor.registered("rossi");
        CHECK(post("status", "{}", cookie).body ==
              R"({"data":{"status":"user","username":"rossi"},"error":null,"status":"success"})");
        CHECK(post("status", "", "").body ==
              R"({"data":{"status":"guest"},"error":null,"status":"success"})");
        CHECK(post("auth_start", R"({"username":"rossi"})").body ==
              R"({"data":{"status":"user","username":"rossi"},"error":null,"status":"success"})");
        CHECK(post("register", R"({"username":"rossi","code":"000000"})").body ==
              error_body("UserAlreadyExists"));
        // A code works once; the steps just before and after are accepted.
        CHECK(post("login", R"({"username":"rossi","code":")" + monitor.code(monitor.secret) + "\"}").body ==
              error_body("InvalidCode"));
        const std::string coming =
            platform::totp_code(monitor.secret, monitor.appliance.clock.now_ms() + 30'000);
        const auto login = post("login", R"({"username":"rossi","code":")" + coming + "\"}", cookie);
        CHECK(login.body ==
              R"({"data":{"status":"user","username":"rossi"},"error":null,"status":"success"})");
        const std::string newer = Monitor::cookie_in(login.header("set-cookie"));
        CHECK(newer != cookie);
        CHECK(post("status", "{}", cookie).json()["data"]["status"] == "guest"); // rotated
        CHECK(post("logout", "{}").body == error_body("Unauthorized"));
        CHECK(post("logout", "{}", newer).body ==
              R"({"data":{"success":true},"error":null,"status":"success"})");
        CHECK(post("logout", "{}", newer).body == error_body("TokenInvalid"));
        CHECK(post("status", "{}", newer).json()["data"]["status"] == "guest");
        CHECK(post("login", R"({"username":"nobody","code":"123456"})").body == error_body("UserNotFound"));
        CHECK(post("login", R"({"username":"head","code":"123456"})").body ==
              error_body("UserNotFound")); // no authenticator
    }
}

TEST_CASE("seats: user names are 3 to 32 letters, digits, _ and -", "[dialects]") {
    Monitor monitor;
    const std::string invitation = monitor.invite();
    for (const char* name :
         {"ab", "a b c", "a.b", "\xc3\xa9t\xc3\xa9", "", "abcdefghijklmnopqrstuvwxyz0123456"})
        for (const char* call : {"auth_start", "auth_reset", "login", "register"})
            CHECK(monitor
                      .post(std::string("/user/") + call, json{{"username", name}, {"code", "123456"}}.dump())
                      .body == error_body("InvalidUsername"));
    CHECK(monitor.post("/user/login", R"({"code":"123456"})").body == error_body("InvalidUsername"));
    CHECK(monitor.post("/user/login", "[]").body == error_body("InvalidUsername"));
    for (const char* name : {"abc", "A_b-9", "abcdefghijklmnopqrstuvwxyz012345"})
        CHECK(monitor.post("/user/auth_reset", json{{"username", name}}.dump()).body ==
              error_body("RegistrationNotInProgress"));
}

TEST_CASE("seats: a candidate expires after five minutes", "[dialects]") {
    Monitor monitor;
    const std::string invitation = monitor.invite();
    const std::string start = R"({"username":"rossi","invitation":")" + invitation + "\"}";
    CHECK(monitor.post("/user/auth_start", start).json()["status"] == "success");
    monitor.appliance.clock.advance(299s);
    CHECK(monitor.post("/user/auth_start", start).body == error_body("RegistrationInProgress"));
    monitor.appliance.clock.advance(2s);
    CHECK(monitor.post("/user/register", R"({"username":"rossi","code":"123456"})").body ==
          error_body("RegistrationNotInProgress"));
    CHECK(monitor.post("/user/auth_start", start).json()["status"] == "success");
}

TEST_CASE("seats: three wrong codes in five minutes at registration, five in fifteen at login",
          "[dialects]") {
    Monitor monitor;
    const std::string url =
        monitor.post("/user/auth_start", R"({"username":"rossi+)" + monitor.invite() + "\"}")
            .json()["data"]["qr_url"];
    const std::string secret = url.substr(url.rfind("&secret=") + 8);
    const auto wrong = [&](const std::string& call) {
        return monitor.post("/user/" + call, R"({"username":"rossi","code":"nonono"})").body;
    };
    const auto right = [&](const std::string& call) {
        return monitor.post("/user/" + call, R"({"username":"rossi","code":")" + monitor.code(secret) + "\"}")
            .json();
    };
    for (int i = 0; i < 3; ++i)
        CHECK(wrong("register") == error_body("InvalidCode"));
    CHECK(wrong("register") == error_body("TooManyValidationAttempts"));
    CHECK(right("register")["error"] == "TooManyValidationAttempts");
    monitor.appliance.clock.advance(301s);
    const std::string again =
        monitor.post("/user/auth_start", R"({"username":"rossi+)" + monitor.invite() + "\"}")
            .json()["data"]["qr_url"];
    monitor.secret = again.substr(again.rfind("&secret=") + 8);
    CHECK(
        monitor
            .post("/user/register", R"({"username":"rossi","code":")" + monitor.code(monitor.secret) + "\"}")
            .json()["status"] == "success");
    for (int i = 0; i < 5; ++i)
        CHECK(wrong("login") == error_body("InvalidCode"));
    CHECK(wrong("login") == error_body("TooManyLoginAttempts"));
    monitor.appliance.clock.advance(899s);
    CHECK(wrong("login") == error_body("TooManyLoginAttempts"));
    monitor.appliance.clock.advance(2s);
    CHECK(
        monitor.post("/user/login", R"({"username":"rossi","code":")" + monitor.code(monitor.secret) + "\"}")
            .json()["status"] == "success");
}

TEST_CASE("seats: login, register and logout change an open socket's standing in place", "[dialects]") {
    Monitor monitor;
    auto socket = monitor.open();
    const std::string guest = Monitor::cookie_in(socket.header("set-cookie"));
    auto second = monitor.open(guest, "/ws"); // the same page again: no other cookie
    CHECK(second.header("set-cookie").empty());
    for (SocketClient* one : {&socket, &second})
        CHECK(Monitor::ask(*one, R"({"type":"user.subscribe","data":{},"eid":"u"})") ==
              reply("snapshot", R"("user.subscribe")", R"({"status":"guest"})", R"("u")"));
    const std::string url =
        monitor.post("/user/auth_start", R"({"username":"rossi+)" + monitor.invite() + "\"}")
            .json()["data"]["qr_url"];
    const std::string secret = url.substr(url.rfind("&secret=") + 8);
    const auto done = monitor.post("/user/register",
                                   R"({"username":"rossi","code":")" + monitor.code(secret) + "\"}", guest);
    const std::string cookie = Monitor::cookie_in(done.header("set-cookie"));
    for (SocketClient* one : {&socket, &second}) {
        CHECK(one->read() ==
              reply("update", R"("user.subscribe")", R"({"status":"user","username":"rossi"})", R"("u")"));
        CHECK(Monitor::ask(*one, R"({"type":"cinemas.subscribe","data":null,"eid":"c"})") ==
              reply("snapshot", R"("cinemas.subscribe")", cinemas, R"("c")"));
    }
    const auto out = monitor.post("/user/logout", "{}", cookie);
    CHECK_FALSE(out.header("set-cookie").empty());
    for (SocketClient* one : {&socket, &second}) {
        CHECK(one->read() == reply("update", R"("user.subscribe")", R"({"status":"guest"})", R"("u")"));
        CHECK(Monitor::ask(*one, R"({"type":"cinemas.get_cinemas","data":null,"eid":"1"})") ==
              failed(R"("cinemas.get_cinemas")", R"("1")", "Unauthorized"));
    }
    monitor.appliance.expect(200, "PATCH", "/v1/seats/1", {{"status", "maintenance"}}, monitor.head);
    CHECK_FALSE(socket.hears_something(100ms)); // subscriptions that a guest may not have are gone
    // Signs in again, with the cookie that the logout gave.
    const std::string rotated = Monitor::cookie_in(out.header("set-cookie"));
    const std::string coming = platform::totp_code(secret, monitor.appliance.clock.now_ms() + 30'000);
    monitor.post("/user/login", R"({"username":"rossi","code":")" + coming + "\"}", rotated);
    CHECK(socket.read() ==
          reply("update", R"("user.subscribe")", R"({"status":"user","username":"rossi"})", R"("u")"));
}

TEST_CASE("seats: a socket that opens with the cookie speaks for its user; a code alone does not administer",
          "[dialects]") {
    Monitor monitor;
    const std::string cookie = monitor.registered("rossi");
    auto socket = monitor.open(cookie);
    CHECK(socket.header("set-cookie").empty());
    CHECK(Monitor::ask(socket, R"({"type":"user.subscribe","data":{},"eid":"u"})") ==
          reply("snapshot", R"("user.subscribe")", R"({"status":"user","username":"rossi"})", R"("u")"));
    const auto look = [&](const char* path) {
        return monitor.appliance.call_raw("GET", path, "", {{"Cookie", "handshake_token=" + cookie}}).status;
    };
    CHECK(look("/v1/rooms") == 200);
    CHECK(look("/v1/audit") == 403);
}
