// A front door with everything behind it faked, on a free port.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "http/wire/front_door.h"
#include "http/wire/worker_pool.h"
#include "support/manual_clock.h"

namespace house {

struct Desk { // what the executor lends
    std::string name;
};

// Threads like the appliance's: several readers, one writer, several workers.
class ThreadedExecutor final : public http::Executor {
public:
    void run(const http::Route& route, http::Call& call, std::function<bool()> work,
             std::function<void(std::exception_ptr)> done) override {
        auto& pool = route.runs == http::RouteClass::writes ? writer_ : workers_;
        const bool writes = route.runs == http::RouteClass::writes;
        const bool taken = !full && pool.submit([this, &call, writes, work, done] {
            Desk desk{writes ? "writer" : "worker"};
            call.lend(desk);
            const bool good = work();
            call.take_back();
            if (writes) ++(good ? committed : rolled_back);
            done(writes && commit_fails ? std::make_exception_ptr(platform::Error(
                                              platform::ErrorKind::storage_full, "The disk is full."))
                                        : nullptr);
        });
        if (!taken)
            done(std::make_exception_ptr(
                platform::Error(platform::ErrorKind::unavailable, "Too much to do.", 1)));
    }
    std::atomic<bool> full{false}, commit_fails{false};
    std::atomic<int> committed{0}, rolled_back{0};

private:
    http::WorkerPool writer_{1, 10'000}, workers_{4, 10'000};
};

class KnownCallers final : public http::Authenticator {
public:
    platform::Caller by_token(std::string_view token) override { return find(tokens, token); }
    platform::Caller by_site_key(std::string_view key) override { return find(keys, key); }
    std::map<std::string, platform::Caller, std::less<>> tokens, keys;

private:
    static platform::Caller find(const std::map<std::string, platform::Caller, std::less<>>& map,
                                 std::string_view name) {
        const auto found = map.find(name);
        return found == map.end() ? platform::Caller{} : found->second;
    }
};

class AuditBook final : public http::AuditSink {
public:
    void record(http::AuditEntry entry, http::Call* with_transaction) override {
        const std::lock_guard lock(mutex_);
        rows_.push_back({std::move(entry), with_transaction != nullptr});
    }
    void count(const http::Route& route, const platform::Caller&, int status) override {
        const std::lock_guard lock(mutex_);
        ++counts_[route.path + " " + std::to_string(status)];
    }
    struct Row {
        http::AuditEntry entry;
        bool with_transaction;
    };
    std::vector<Row> rows() {
        const std::lock_guard lock(mutex_);
        return rows_;
    }
    int count_of(const std::string& what) {
        const std::lock_guard lock(mutex_);
        return counts_[what];
    }

private:
    std::mutex mutex_;
    std::vector<Row> rows_;
    std::map<std::string, int> counts_;
};

// Sockets at /live: echoes what it hears.
class EchoSockets final : public http::UpgradeHandler {
public:
    std::unique_ptr<http::Answer> refuse(const http::UpgradeRequest& request) override {
        if (request.call.path != "/live")
            return std::make_unique<http::Answer>(
                http::problem(request.call, {platform::ErrorKind::not_found, "There is no socket here."}));
        if (request.call.query("guest") == "no" && request.call.caller.is_stranger())
            return std::make_unique<http::Answer>(
                http::problem(request.call, {platform::ErrorKind::unauthorized, "Sign in first."}));
        return nullptr;
    }
    std::vector<std::pair<std::string, std::string>> headers(const http::UpgradeRequest&) override {
        return {{"Set-Cookie", "guest=1"}};
    }
    std::unique_ptr<platform::ConnectionListener> accept(std::shared_ptr<platform::Connection> connection,
                                                         http::UpgradeRequest request) override;

    std::atomic<int> opened{0}, closed{0};
    std::mutex mutex;
    std::vector<platform::Ending> endings;
    std::size_t longest_message = 1 << 20;                        // set it before anybody connects
    std::vector<std::weak_ptr<platform::Connection>> connections; // io thread; anybody's after the stop
};

class Gate { // handlers wait at it until it opens
public:
    void wait() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void await_waiting(int number) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(5), [&] { return waiting_ >= number; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int waiting_ = 0;
    bool open_ = false;
};

struct House {
    // Adds the routes that the tests need; see house.cpp.
    explicit House(http::FrontDoorOptions options = {});
    ~House();
    void stop(std::chrono::milliseconds grace = std::chrono::seconds(5)) { door->stop(grace); }

    http::RouteTable routes;
    KnownCallers callers;
    AuditBook audit;
    EchoSockets sockets;
    support::ManualClock clock;
    Gate gate;
    std::atomic<int> running{0}, most_running{0};
    std::mutex mutex;
    std::vector<std::string> order; // the handlers' notes
    ThreadedExecutor executor;      // behind what its threads write to, so that they end before that
    std::optional<http::FrontDoor> door;
    std::uint16_t port = 0;

private:
    void add_routes();
    void add_more_routes();
    void add_transfers();
    void note(const std::string& what);
};

platform::Caller teacher();
platform::Caller student();
platform::Caller headset();

// Runs until `done` holds, for at most five seconds.
bool eventually(const std::function<bool()>& done);

} // namespace house
