// Store and forward: whatever is lost on the way, be it the Wi-Fi or the server itself, each event arrives
// once. The program runs as a process and is killed by SIGKILL; headsets cut their own connections; the log
// is the one that the simulator's headsets keep.
#include <httplib.h>
#include <signal.h>
#include <sqlite3.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "simulation/event_log.h"
#include "support/program.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

using namespace std::chrono_literals;
using nlohmann::json;
using support::Program;

namespace {

constexpr int kills = 50;
constexpr std::size_t headsets = 4;

// The server, which comes back at the same address each time.
class Box {
public:
    explicit Box(const support::TemporaryFolder& folder) : folder_(folder.path().string()) { start(); }

    void start() {
        server_ = std::make_unique<Program>(std::vector<std::string>{
            "serve", "--data", folder_, "--demo", "--listen", "127.0.0.1:" + std::to_string(port_)});
        port_ =
            static_cast<std::uint16_t>(std::stoi(server_->wait_for_out("listening on http://127.0.0.1:")));
    }
    void kill() {
        server_->signal(SIGKILL);
        CHECK(server_->wait() == 128 + SIGKILL);
    }
    void stop() {
        server_->signal(SIGTERM);
        CHECK(server_->wait() == 0);
    }
    std::uint16_t port() const { return port_; }
    json ask(const std::string& method, const std::string& path, const json& body, const std::string& token) {
        httplib::Client client("127.0.0.1", port_);
        httplib::Request request;
        request.method = method;
        request.path = path;
        if (!body.is_null()) request.body = body.dump();
        request.set_header("Content-Type", "application/json");
        if (!token.empty()) request.set_header("Authorization", "Bearer " + token);
        const auto reply = client.send(request);
        REQUIRE(reply);
        INFO(method << " " << path << " -> " << reply->status << " " << reply->body);
        REQUIRE(reply->status / 100 == 2);
        return json::parse(reply->body);
    }

private:
    std::string folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<Program> server_;
};

// What the headsets report to the code that pulls the plug.
class Progress {
public:
    void acknowledged() {
        const std::lock_guard lock(mutex_);
        ++batches_;
        changed_.notify_all();
    }
    // Waits until this many more batches have been acknowledged.
    void wait_for(int more) {
        std::unique_lock lock(mutex_);
        const int wanted = batches_ + more;
        CHECK(changed_.wait_for(lock, 30s, [&] { return batches_ >= wanted; }));
    }
    void pause() { // for a headset that finds no server
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 5ms);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int batches_ = 0;
};

// Makes events without a pause and sends them over a connection that does not last.
class Headset {
public:
    Headset(Progress& progress, std::uint16_t port, std::string token, int number)
        : progress_(progress),
          port_(port),
          token_(std::move(token)),
          random_(static_cast<unsigned>(number)),
          log_("headset " + std::to_string(number)) {}

    void live(const std::atomic<bool>& recording) {
        while (recording || !log_.is_empty()) {
            for (int i = 0; recording && i < 10; ++i) {
                const std::string n = std::to_string(++made_);
                log_.add(run_id_, R"({"kind":"gaze","at_ms":)" + std::to_string(1'788'249'600'000 + made_) +
                                      R"(,"position_ms":)" + n +
                                      R"(0,"yaw_deg":1,"pitch_deg":2,"data":{"n":)" + n + "}}");
            }
            log_.seal();
            try {
                while (const simulation::Batch* batch = log_.next_to_send(1))
                    send(*batch);
            } catch (const std::exception&) { // the connection, or the server, is gone
                log_.connection_lost();
                client_.reset();
                ++losses;
            }
            progress_.pause();
        }
    }
    std::int64_t made() const { return made_; }
    RunId run_id() const { return run_id_; }
    std::uint64_t repeated() const { return log_.repeated_batches(); }
    std::atomic<int> losses = 0;

private:
    void send(const simulation::Batch& batch) {
        if (!client_) client_ = std::make_unique<support::RawClient>(port_);
        std::string body = R"({"batch_id":")" + batch.id + '"';
        if (batch.run_id)
            body += R"(,"run_id":)" + to_string(batch.run_id) + R"(,"reported_total":)" +
                    std::to_string(batch.made);
        body += R"(,"events":[)" + batch.events + "]}";
        client_->send(support::post_request(
            "/v1/events", body,
            "Content-Type: application/json\r\nAuthorization: Bearer " + token_ + "\r\n"));
        // Now and then the Wi-Fi fails before the answer arrives: the batch is stored, and the headset does
        // not know.
        if (std::uniform_int_distribution<int>(0, 19)(random_) == 0) throw std::runtime_error("lost");
        const auto answer = client_->answer();
        if (answer.status != 202) throw std::runtime_error(answer.body);
        const json stored = json::parse(answer.body);
        run_id_ = stored.at("run_id");
        log_.acknowledge(stored.at("batch_id"), run_id_, stored.at("repeated"));
        progress_.acknowledged();
    }

    Progress& progress_;
    const std::uint16_t port_;
    const std::string token_;
    std::mt19937 random_;
    simulation::EventLog log_;
    std::unique_ptr<support::RawClient> client_;
    std::int64_t made_ = 0;
    RunId run_id_;
};

// What lies on the disk, as the sqlite3 shell would count it.
std::vector<std::int64_t> counts_in(const support::TemporaryFolder& folder, const std::string& sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder.path() / "lectern.db").c_str(), &database) == SQLITE_OK);
    std::vector<std::int64_t> counts;
    const auto take = [](void* to, int columns, char** values, char**) {
        for (int i = 0; i < columns; ++i)
            static_cast<std::vector<std::int64_t>*>(to)->push_back(values[i] ? std::atoll(values[i]) : -1);
        return 0;
    };
    CHECK(sqlite3_exec(database, sql.c_str(), take, &counts, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    return counts;
}

} // namespace

TEST_CASE("over fifty kills of the server and lost connections no event is lost and none is stored twice",
          "[stories][slow]") {
    const support::TemporaryFolder folder;
    Box box(folder);
    const std::string teacher =
        box.ask("POST", "/v1/logins", {{"username", "demo"}, {"password", "demo-demo"}}, "").at("token");
    Progress progress;
    std::vector<std::unique_ptr<Headset>> class_of_headsets;
    for (std::size_t i = 0; i < headsets; ++i) {
        const json code = box.ask("POST", "/v1/pairing-codes", json::object(), teacher);
        const json paired =
            box.ask("POST", "/v1/pairings",
                    {{"code", code.at("code")}, {"serial_number", "ONCE-" + std::to_string(i)}}, "");
        class_of_headsets.push_back(
            std::make_unique<Headset>(progress, box.port(), paired.at("token"), static_cast<int>(i)));
    }
    std::atomic<bool> recording = true;
    std::vector<std::thread> lives;
    for (const auto& headset : class_of_headsets)
        lives.emplace_back([&headset, &recording] { headset->live(recording); });
    std::mt19937 random(7);
    for (int i = 0; i < kills; ++i) {
        progress.wait_for(std::uniform_int_distribution<int>(1, 15)(random));
        box.kill();
        box.start();
    }
    recording = false;
    for (std::thread& life : lives)
        life.join();

    std::int64_t made = 0, losses = 0;
    std::uint64_t repeated = 0;
    for (const auto& headset : class_of_headsets) {
        made += headset->made();
        losses += headset->losses;
        repeated += headset->repeated();
        // The headset and the box have the same events, and the box reports it.
        const json insights =
            box.ask("GET", "/v1/runs/" + to_string(headset->run_id()) + "/insights", nullptr, teacher);
        CHECK(insights.at("result").at("events") == headset->made());
        CHECK(insights.at("result").at("reported_events") == headset->made());
        CHECK(insights.at("missing_events") == 0);
        std::int64_t in_slices = 0;
        for (const json& slice : insights.at("slices"))
            in_slices += slice.at("events").get<std::int64_t>();
        CHECK(in_slices == headset->made());
    }
    INFO(made << " events, " << losses << " losses, " << repeated << " batches sent twice");
    CHECK(losses >= kills);
    CHECK(repeated > 0); // otherwise the test has not tried its subject
    box.stop();
    CHECK(counts_in(folder,
                    "SELECT count(*), count(DISTINCT run_id || ' ' || json_extract(data, '$.n')) FROM"
                    " tracking_events") == std::vector<std::int64_t>{made, made});
    CHECK(counts_in(folder, "SELECT sum(events) FROM run_rollups") == std::vector<std::int64_t>{made});
}
