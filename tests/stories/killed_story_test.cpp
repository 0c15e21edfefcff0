// kill -9 in the middle of a lesson: the program itself, as a process.
#include <httplib.h>
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <nlohmann/json.hpp>

#include "support/program.h"
#include "support/socket_client.h"
#include "support/temporary_folder.h"

using nlohmann::json;
using support::Program;

namespace {

class Box {
public:
    explicit Box(const support::TemporaryFolder& folder)
        : server_({"serve", "--data", folder.path().string(), "--listen", "127.0.0.1:0", "--demo",
                   "--demo-session"}),
          port_(
              static_cast<std::uint16_t>(std::stoi(server_.wait_for_out("listening on http://127.0.0.1:")))),
          client_("127.0.0.1", port_) {}

    json ask(const std::string& method, const std::string& path, const json& body,
             const std::string& token = "") {
        httplib::Request request;
        request.method = method;
        request.path = path;
        if (!body.is_null()) request.body = body.dump();
        request.set_header("Content-Type", "application/json");
        if (!token.empty()) request.set_header("Authorization", "Bearer " + token);
        const auto reply = client_.send(request);
        REQUIRE(reply);
        INFO(method << " " << path << " -> " << reply->status << " " << reply->body);
        REQUIRE(reply->status / 100 == 2);
        return json::parse(reply->body);
    }
    void kill() {
        server_.signal(SIGKILL);
        CHECK(server_.wait() == 128 + SIGKILL);
    }
    std::uint16_t port() const { return port_; }

private:
    Program server_;
    std::uint16_t port_;
    httplib::Client client_;
};

// The first message of the server to a headset that connects.
json welcome(const Box& box, const std::string& token) {
    support::SocketClient socket(box.port(), "/v1/live", {{"Authorization", "Bearer " + token}});
    return json::parse(socket.read().value()).at("data");
}

} // namespace

TEST_CASE("a lesson goes on at the right position after kill -9", "[stories]") {
    using clock = std::chrono::steady_clock;
    const auto elapsed_ms = [](clock::time_point since) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - since).count();
    };
    const support::TemporaryFolder folder;
    std::string teacher, headset, session;
    clock::time_point sought;
    json stored;
    const json batch = {{"batch_id", "b1"}, {"events", {{{"kind", "click"}, {"at_ms", 1}}}}};
    {
        Box box(folder);
        teacher =
            box.ask("POST", "/v1/logins", {{"username", "demo"}, {"password", "demo-demo"}}).at("token");
        const json live = box.ask("GET", "/v1/sessions?state=live", nullptr, teacher).at("items").at(0);
        session = "/v1/sessions/" + live.at("id").dump();
        const json code = box.ask("POST", "/v1/pairing-codes", json::object(), teacher);
        headset = box.ask("POST", "/v1/pairings", {{"code", code.at("code")}, {"serial_number", "DPVR-07"}})
                      .at("token");
        box.ask("POST", "/v1/rooms/" + live.at("room_id").dump() + "/fill", json::object(), teacher);
        box.ask("POST", session + "/seek", {{"position_ms", 100'000}}, teacher);
        sought = clock::now();
        stored = box.ask("POST", "/v1/events", batch, headset);
        CHECK(stored.at("repeated") == false);
        box.kill();
    }
    Box box(folder);
    const json state = welcome(box, headset).at("session");
    CHECK(state.at("state") == "running");
    CHECK(state.at("run_id") == stored.at("run_id"));
    const std::int64_t now_ms = state.at("server_ms"), at_ms = state.at("at_ms"),
                       position_ms = state.at("position_ms");
    const std::int64_t off_ms = position_ms + now_ms - at_ms - 100'000 - elapsed_ms(sought);
    CHECK(std::abs(off_ms) < 1'000);

    json again = box.ask("POST", "/v1/events", batch, headset);
    CHECK(again.at("repeated") == true);
    again["repeated"] = false;
    CHECK(again == stored);
    CHECK(box.ask("POST", session + "/pause", json::object(), teacher).at("session").at("state") == "paused");
}
