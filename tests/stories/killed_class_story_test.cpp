// kill -9 in the middle of a lesson, with a class of headsets on bad Wi-Fi: the program runs as a process, is
// killed between an order and its time, and starts again at the same address.
#include <httplib.h>
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "simulation/classroom.h"
#include "support/program.h"
#include "support/socket_client.h"
#include "support/temporary_folder.h"
#include "support/test_appliance.h"

using namespace std::chrono_literals;
using nlohmann::json;
using support::Program;

namespace {

constexpr std::size_t headsets = 8;

// The server, which comes back at the same address each time. Several threads use it.
class Box {
public:
    Box() { start(); }
    void start() {
        server_ = std::make_unique<Program>(
            std::vector<std::string>{"serve", "--data", folder_.path().string(), "--demo", "--listen",
                                     "127.0.0.1:" + std::to_string(port_)});
        port_ =
            static_cast<std::uint16_t>(std::stoi(server_->wait_for_out("listening on http://127.0.0.1:")));
    }
    void kill() {
        server_->signal(SIGKILL);
        CHECK(server_->wait() == 128 + SIGKILL);
    }
    json ask(const std::string& method, const std::string& path, const json& body = nullptr) const {
        httplib::Client client("127.0.0.1", port_);
        client.set_read_timeout(20s);
        httplib::Request request;
        request.method = method;
        request.path = path;
        if (!body.is_null()) request.body = body.dump();
        request.set_header("Content-Type", "application/json");
        if (!token_.empty()) request.set_header("Authorization", "Bearer " + token_);
        const auto reply = client.send(request);
        if (!reply || reply->status / 100 != 2)
            throw std::runtime_error(method + " " + path + ": " + (reply ? reply->body : "no answer"));
        return json::parse(reply->body);
    }
    void sign_in() {
        token_ = ask("POST", "/v1/logins", {{"username", "demo"}, {"password", "demo-demo"}}).at("token");
    }
    std::uint16_t port() const { return port_; }
    const std::string& token() const { return token_; }

private:
    const support::TemporaryFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Program> server_;
    std::string token_;
};

// Headsets on a thread of their own.
class World {
public:
    World(const Box& box, SessionId session_id)
        : network_(simulation::parse_server_url("http://127.0.0.1:" + std::to_string(box.port()))),
          classroom_(network_, options_of(box, session_id)),
          thread_([this] {
              classroom_.start();
              network_.run();
          }) {}
    ~World() {
        network_.stop();
        if (thread_.joinable()) thread_.join();
    }
    // The counts, once the session has been stopped and everything is delivered.
    json ended() {
        thread_.join();
        return classroom_.counts();
    }

private:
    static simulation::ClassroomOptions options_of(const Box& box, SessionId session_id) {
        simulation::ClassroomOptions options;
        options.headsets = headsets;
        options.start = "killed";
        options.session_id = session_id;
        options.pairing_code = [&box](const std::string&) {
            return box.ask("POST", "/v1/pairing-codes", json::object()).at("code").get<std::string>();
        };
        options.clock_error_ms = 5000;
        options.drift_ppm = 50;
        options.line = simulation::bad_wifi;
        options.until_stopped = true;
        return options;
    }

    simulation::Network network_;
    simulation::Classroom classroom_;
    std::thread thread_;
};

bool wait_until(const std::function<bool()>& condition) {
    for (int patience = 0; patience < 3; ++patience)
        if (support::TestAppliance::wait_for(condition)) return true;
    return false;
}

// A teacher's page: the latest values it was told of a topic.
class Page {
public:
    Page(const Box& box, std::string topic) : box_(box), topic_(std::move(topic)) {}
    void connect() {
        socket_ = std::make_unique<support::SocketClient>(
            box_.port(), "/v1/live",
            support::SocketClient::Headers{{"Authorization", "Bearer " + box_.token()}});
        json data = {{"topic", topic_}};
        if (!epoch_.empty()) data["since"] = {{"epoch", epoch_}, {"version", version_}};
        socket_->send(json{{"type", "subscribe"}, {"data", data}, {"eid", "1"}}.dump());
    }
    bool feels_that_it_is_gone() {
        while (const auto text = socket_->read(20s))
            take(*text);
        return true;
    }
    // Waits until the entry is as wanted, and returns it.
    json wait_for(const std::string& key, const std::function<bool(const json&)>& wanted) {
        while (!entries_.contains(key) || !wanted(entries_.at(key))) {
            const auto text = socket_->read(20s);
            if (!text) throw std::runtime_error("the server has closed the socket");
            take(*text);
        }
        return entries_.at(key);
    }
    int snapshots() const { return snapshots_; }

private:
    void take(const std::string& text) {
        json frame = json::parse(text);
        if (!frame.is_array()) frame = json::array({frame});
        for (const json& message : frame) {
            if (message.at("type") != "topic") continue;
            const json& data = message.at("data");
            epoch_ = data.value("epoch", epoch_);
            version_ = data.value("version", version_);
            if (message.at("status") == "snapshot") {
                ++snapshots_;
                entries_ = json::object();
            }
            entries_.update(data.at("entries"));
        }
    }

    const Box& box_;
    const std::string topic_;
    json entries_ = json::object();
    std::unique_ptr<support::SocketClient> socket_;
    std::string epoch_;
    std::uint64_t version_ = 0;
    int snapshots_ = 0;
};

} // namespace

TEST_CASE(
    "a class behind a bad Wi-Fi goes on together when the server is killed between an order and its time",
    "[stories]") {
    Box box;
    box.sign_in();
    const json session = box.ask("POST", "/v1/sessions", {{"title", "Reef"}, {"lesson_ids", json::array()}});
    const std::string path = "/v1/sessions/" + session.at("id").dump();
    box.ask("POST", path + "/start", json::object());
    World world(box, session.at("id"));
    Page page(box, "session/" + session.at("id").dump());
    page.connect();
    const auto newest = [&] { return box.ask("GET", path + "/commands").at("items").at(0); };
    REQUIRE(wait_until([&] { return box.ask("GET", path + "/summary").at("students").size() == headsets; }));
    const json sought = box.ask("POST", path + "/seek", {{"position_ms", 100'000}}).at("command");
    box.kill(); // acknowledged, and not yet due
    CHECK(page.feels_that_it_is_gone());
    box.start();

    page.connect(); // and catches up without a reload
    const json all_done = page.wait_for("command/" + sought.at("number").dump(), [](const json& command) {
        return command.at("counts").at("done") == headsets;
    });
    CHECK(all_done.at("open").empty());
    CHECK(page.snapshots() == 2);
    const json now = box.ask("GET", path);
    CHECK(now.at("state") == "running");
    CHECK(now.at("position_ms") == 100'000);
    CHECK(now.at("at_ms") == sought.at("at_ms"));
    box.ask("POST", path + "/pause", json::object());
    CHECK(wait_until([&] { return newest().at("counts").at("done") == headsets; }));
    box.ask("POST", path + "/stop", json::object());

    const json counts = world.ended();
    INFO(counts.dump(2));
    CHECK(counts.at("faults").empty());
    CHECK(counts.at("connections").at("opened") == 2 * headsets);
    CHECK(counts.at("events").at("made") == counts.at("events").at("acknowledged"));
    CHECK(counts.at("events").at("lost") == 0);
    CHECK(counts.at("in_lesson_ms").at("count") == headsets);
}
