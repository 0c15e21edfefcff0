// The rest of the seats dialect's section, line by line: codes, cookies, roles, and who is disconnected.
#include <set>

#include "support/raw_client.h"
#include "support/seat_monitor.h"

using namespace seat_monitor;

namespace {

std::string login_with(Monitor& monitor, const std::string& code) {
    return monitor.post("/user/login", R"({"username":"rossi","code":")" + code + "\"}").body;
}

const std::string signed_in =
    R"({"data":{"status":"user","username":"rossi"},"error":null,"status":"success"})";

} // namespace

TEST_CASE("seats: one step of half a minute either way is taken, two are not, and none twice", "[dialects]") {
    Monitor monitor;
    monitor.registered("rossi");
    monitor.appliance.clock.advance(300s);
    const auto code_at = [&](int steps) {
        return platform::totp_code(monitor.secret, monitor.appliance.clock.now_ms() + steps * 30'000);
    };
    CHECK(code_at(0).size() == 6);
    CHECK(login_with(monitor, code_at(-2)) == error_body("InvalidCode"));
    CHECK(login_with(monitor, code_at(2)) == error_body("InvalidCode"));
    CHECK(login_with(monitor, code_at(-1)) == signed_in);
    CHECK(login_with(monitor, code_at(-1)) == error_body("InvalidCode"));
    CHECK(login_with(monitor, code_at(1)) == signed_in);
    CHECK(login_with(monitor, code_at(0)) == error_body("InvalidCode")); // older than one already used
}

TEST_CASE("seats: a recovery code signs in once; an administrator resets a person who lost everything",
          "[dialects]") {
    Monitor monitor;
    const std::string url =
        monitor.post("/user/auth_start", R"({"username":"rossi+)" + monitor.invite() + "\"}")
            .json()["data"]["qr_url"];
    monitor.secret = url.substr(url.rfind("&secret=") + 8);
    const json done =
        monitor
            .post("/user/register", R"({"username":"rossi","code":")" + monitor.code(monitor.secret) + "\"}")
            .json();
    const std::string recovery = done["data"]["recovery_codes"][0];
    CHECK(login_with(monitor, recovery) == signed_in);
    CHECK(login_with(monitor, recovery) == error_body("InvalidCode"));
    auto& box = monitor.appliance;
    const json found = box.expect(200, "GET", "/v1/people?q=rossi", nullptr, monitor.head);
    const std::string person = "/v1/people/" + found["items"][0]["id"].dump();
    box.expect(204, "DELETE", person + "/totp", nullptr, monitor.head);
    CHECK(login_with(monitor, monitor.code(monitor.secret)) == error_body("UserNotFound"));
    CHECK(login_with(monitor, done["data"]["recovery_codes"][1]) == error_body("UserNotFound"));
}

TEST_CASE("seats: an invitation lets in one", "[dialects]") {
    Monitor monitor;
    const std::string invitation = monitor.invite();
    const json begun =
        monitor.post("/user/auth_start", R"({"username":"rossi","invitation":")" + invitation + "\"}").json();
    const std::string url = begun["data"]["qr_url"], secret = url.substr(url.rfind("&secret=") + 8);
    const auto code = R"({"username":"rossi","code":")" + monitor.code(secret) + "\"}";
    CHECK(monitor.post("/user/register", code).json()["status"] == "success");
    CHECK(monitor.post("/user/auth_start", R"({"username":"bianchi","invitation":")" + invitation + "\"}")
              .body == error_body("UserNotFound"));
    CHECK(
        monitor.post("/user/auth_start", R"({"username":"rossi","invitation":")" + invitation + "\"}").body ==
        error_body("UserAlreadyExists"));
    CHECK(monitor.post("/user/register", code).body == error_body("UserAlreadyExists"));
}

TEST_CASE("seats: the cookie holds for five days, and no longer", "[dialects]") {
    Monitor monitor;
    const std::string cookie = monitor.registered("rossi");
    const auto standing = [&] {
        return monitor.post("/user/status", "{}", cookie).json()["data"]["status"].get<std::string>();
    };
    monitor.appliance.clock.advance(std::chrono::hours(5 * 24) - 1min);
    CHECK(standing() == "user");
    monitor.appliance.restart();
    CHECK(standing() == "user");
}

TEST_CASE("seats: a login that is not used for five days ends as a guest", "[dialects]") {
    Monitor monitor;
    const std::string cookie = monitor.registered("rossi");
    monitor.appliance.clock.advance(std::chrono::hours(5 * 24) + 1s);
    CHECK(monitor.post("/user/status", "{}", cookie).body ==
          R"({"data":{"status":"guest"},"error":null,"status":"success"})");
    auto socket = monitor.open(cookie);
    CHECK(json::parse(Monitor::ask(
              socket, R"({"type":"cinemas.get_cinemas","data":null,"eid":1})"))["error"] == "Unauthorized");
}

TEST_CASE("seats: every guest gets a cookie of its own", "[dialects]") {
    Monitor monitor;
    auto one = monitor.open(), two = monitor.open();
    const std::string first = Monitor::cookie_in(one.header("set-cookie")),
                      second = Monitor::cookie_in(two.header("set-cookie"));
    CHECK(first != second);
    CHECK(first.size() >= 32);
    // A cookie that a stranger made up is not accepted for a guest: the stranger would know it.
    auto planted = monitor.open("0123456789012345678901234567890123456789");
    CHECK(Monitor::cookie_in(planted.header("set-cookie")) != "0123456789012345678901234567890123456789");
}

TEST_CASE("seats: a malformed call is answered in the dialect's own words", "[dialects]") {
    Monitor monitor;
    const auto body_of = [&](const std::string& path, const std::string& body) {
        const auto reply = monitor.post(path, body);
        INFO(path << " " << body);
        CHECK(reply.status == 200);
        return reply.body;
    };
    const std::string guest = R"({"data":{"status":"guest"},"error":null,"status":"success"})";
    for (const char* path : {"/user/status", "/user/status/", "//user//status", "/api/user/status/"})
        CHECK(body_of(path, "") == guest);
    CHECK(body_of("/user/status", "null") == guest);
    for (const char* call : {"auth_start", "auth_reset", "login", "register"}) {
        const std::string path = std::string("/user/") + call;
        CHECK(body_of(path, "") == error_body("InvalidUsername"));
        CHECK(body_of(path, "null") == error_body("InvalidUsername"));
        CHECK(body_of(path, R"({"username":7})") == error_body("InvalidUsername"));
        CHECK(json::parse(body_of(path, "{broken"))["status"] == "error");
        CHECK(json::parse(body_of(path, "\"\xff\""))["status"] == "error");
    }
    CHECK(body_of("/user/logout", "") == error_body("Unauthorized"));
}

TEST_CASE("seats: a viewer watches and does not set; another site's page does neither", "[dialects]") {
    Monitor monitor;
    auto& box = monitor.appliance;
    const std::string code =
        box.expect(201, "POST", "/v1/invitations", {{"role", "viewer"}}, monitor.head)["code"];
    const std::string url =
        monitor.post("/user/auth_start", R"({"username":"vera+)" + code + "\"}").json()["data"]["qr_url"];
    const std::string secret = url.substr(url.rfind("&secret=") + 8);
    const auto done =
        monitor.post("/user/register", R"({"username":"vera","code":")" + monitor.code(secret) + "\"}");
    const std::string cookie = Monitor::cookie_in(done.header("set-cookie"));
    auto socket = monitor.open(cookie);
    CHECK(Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":1},"eid":"h"})") ==
          reply("snapshot", R"("hall.subscribe")", hall, R"("h")"));
    CHECK(
        Monitor::ask(
            socket,
            R"({"type":"hall.update_seat_status","data":{"hall_id":1,"seat_id":1,"status":"RESERVED"},"eid":"u"})") ==
        failed(R"("hall.update_seat_status")", R"("u")", "Unauthorized"));
    CHECK_THROWS_AS(
        SocketClient(box.port(), "/",
                     {{"Cookie", "handshake_token=" + cookie}, {"Origin", "http://evil.example"}}),
        support::HandshakeRefused);
    const auto foreign = box.call_raw("POST", "/user/logout", "{}",
                                      {{"Content-Type", "application/json"},
                                       {"Cookie", "handshake_token=" + cookie},
                                       {"Origin", "http://evil.example"}});
    CHECK(foreign.json()["status"] == "error");
    CHECK(monitor.post("/user/status", "{}", cookie).json()["data"]["status"] == "user");
}

TEST_CASE("seats: a site key in the address makes a guest, and so does an invalid key", "[dialects]") {
    Monitor monitor;
    auto& box = monitor.appliance;
    const std::string key = box.expect(201, "POST", "/v1/site-keys", {{"name", "Wall"}}, monitor.head)["key"];
    auto socket = SocketClient(box.port(), "/k/" + key + "/ws");
    CHECK(Monitor::ask(socket, R"({"type":"user.subscribe","data":{},"eid":"u"})") ==
          reply("snapshot", R"("user.subscribe")", R"({"status":"guest"})", R"("u")"));
    CHECK(Monitor::ask(socket, R"({"type":"cinemas.get_cinemas","data":null,"eid":1})") ==
          failed(R"("cinemas.get_cinemas")", R"("1")", "Unauthorized"));
    CHECK(box.call_raw("POST", "/k/" + key + "/user/status", "{}", {{"Content-Type", "application/json"}})
              .body == R"({"data":{"status":"guest"},"error":null,"status":"success"})");
}

TEST_CASE("seats: a seat's occupant is its headset and its student; maintenance counts as such",
          "[dialects]") {
    Monitor monitor;
    auto& box = monitor.appliance;
    auto socket = monitor.open_signed_in();
    Monitor::ask(socket, R"({"type":"hall.subscribe","data":{"id":1},"eid":"h"})");
    const auto student = box.add_person(monitor.head, "student", "ada")["id"];
    box.expect(200, "PATCH", "/v1/seats/1", {{"person_id", student}}, monitor.head);
    CHECK(json::parse(socket.read().value())["data"]["seats"][0]["status"] == "RESERVED");
    box.expect(200, "PATCH", "/v1/seats/1", {{"person_id", nullptr}}, monitor.head);
    CHECK(json::parse(socket.read().value())["data"]["seats"][0]["status"] == "VACANT");
    box.expect(200, "PATCH", "/v1/seats/1", {{"status", "maintenance"}}, monitor.head);
    const json said = json::parse(socket.read().value());
    CHECK(said["data"]["seats"][0]["status"] == "MAINTENANCE");
    CHECK(said["data"]["seat_types"][0]["seats"] ==
          json{{"MAINTENANCE", 1}, {"OCCUPIED", 0}, {"RESERVED", 0}, {"VACANT", 1}});
}

TEST_CASE("seats: a client that answers nothing is pinged after 5 seconds and closed after 15",
          "[dialects]") {
    Monitor monitor(http::FrontDoorOptions{}.silent_limit);
    support::RawClient silent(monitor.appliance.port());
    const auto opened = silent.ask(
        support::get_request("/ws",
                             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    REQUIRE(opened.status == 101);
    CHECK_FALSE(silent.hears_something(4s)); // other sockets are pinged after 3
    CHECK(silent.hears_something(4s));       // the ping
    const auto before = std::chrono::steady_clock::now();
    CHECK(silent.ends(20s));
    CHECK(std::chrono::steady_clock::now() - before > 6s); // other sockets are closed after 10
}

TEST_CASE("seats: every call leaves its row, and none holds a code or a cookie", "[dialects]") {
    Monitor monitor;
    const std::string cookie = monitor.registered("rossi");
    login_with(monitor, "424242");
    monitor.post("/user/logout", "{}", cookie);
    auto socket = monitor.open(cookie);
    Monitor::ask(socket, R"({"type":"cinemas.get_cinemas","data":null,"eid":1})");
    monitor.appliance.clock.advance(10min); // counted rows are summed up by now
    std::set<std::string> wanted{"POST /user/auth_start", "POST /user/register", "POST /user/login",
                                 "POST /user/logout", "MESSAGE cinemas.get_cinemas"};
    CHECK(support::TestAppliance::wait_for([&] {
        monitor.appliance.services().store.read([&](store::Read& read) {
            auto rows = read.query("SELECT action, path || error || target FROM audit_log");
            while (rows.step()) {
                const auto [action, row] = rows.values<std::string, std::string>();
                wanted.erase(action);
                for (const std::string& secret : {std::string("424242"), cookie, monitor.secret})
                    if (row.find(secret) != std::string::npos) FAIL("a secret in the log");
            }
        });
        return wanted.empty();
    }));
    INFO((wanted.empty() ? "" : *wanted.begin()));
    CHECK(wanted.empty());
}
