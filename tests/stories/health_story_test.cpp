// What a monitor is told while the box is sick.
#include <catch2/catch_test_macros.hpp>
#include <condition_variable>
#include <mutex>

#include "support/fault_vfs.h"
#include "support/test_appliance.h"

using namespace support;

namespace {

// Holds up the writer until it is let go.
class HeldWriter {
public:
    explicit HeldWriter(store::Store& store) {
        store.submit({"held",
                      [this](store::Tx&) {
                          std::unique_lock lock(mutex_);
                          changed_.wait(lock, [this] { return let_go_; });
                          return store::Verdict::discard;
                      },
                      [this](const std::exception_ptr&) {
                          const std::lock_guard lock(mutex_);
                          ended_ = true;
                          changed_.notify_all();
                      }});
    }
    ~HeldWriter() { let_go(); }
    HeldWriter(const HeldWriter&) = delete;
    HeldWriter& operator=(const HeldWriter&) = delete;
    void let_go() {
        std::unique_lock lock(mutex_);
        let_go_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return ended_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool let_go_ = false, ended_ = false;
};

bool becomes(TestAppliance& box, const std::string& path, int status) {
    return TestAppliance::wait_for([&] { return box.call("GET", path).status == status; });
}

// Whether /readyz comes to name this fault.
bool names(TestAppliance& box, const std::string& fault) {
    return TestAppliance::wait_for([&] {
        const Reply reply = box.call("GET", "/readyz");
        return reply.status == 503 && reply.body.find(fault) != std::string::npos;
    });
}

} // namespace

TEST_CASE("a box that is well says so on all three paths", "[stories]") {
    TestAppliance box;
    CHECK(box.expect(200, "GET", "/healthz")["status"] == "alive");
    const Json ready = box.expect(200, "GET", "/readyz");
    CHECK(ready["status"] == "ready");
    CHECK(ready["faults"].empty());
    CHECK(box.expect(200, "GET", "/health")["status"] == "healthy");
}

TEST_CASE("a writer that hangs makes the box unready, and an idle one does not", "[stories]") {
    TestAppliance box({}, 1s);
    CHECK(becomes(box, "/readyz", 200));
    {
        HeldWriter held(box.services().store);
        CHECK(names(box, "the thread that writes hangs"));
        CHECK(box.call("GET", "/healthz").json()["status"] == "hung");
        const Reply health = box.call("GET", "/health");
        CHECK(health.status == 503);
        CHECK(health.json()["status"] == "unhealthy");
        CHECK(health.json()["database"] == "disconnected");
    }
    CHECK(becomes(box, "/readyz", 200)); // nobody writes, and yet it proves itself
    CHECK(becomes(box, "/healthz", 200));
}

TEST_CASE("a full and a failing disk show, and are no reason to restart", "[stories]") {
    FaultVfs faults;
    TestAppliance box({}, 1s, faults.name());
    const Credential head = box.set_up();
    int rooms = 0;
    const auto write_gives = [&](int status) {
        return TestAppliance::wait_for([&] {
            const Json room{{"name", "Room " + std::to_string(++rooms)}, {"rows", 10}, {"places", 10}};
            return box.call("POST", "/v1/rooms", room, head).status == status;
        });
    };
    std::string database;
    SECTION("full") {
        faults.fill_disk(true);
        CHECK(write_gives(507));
        CHECK(names(box, "the disk is full"));
        database = "connected";
    }
    SECTION("failing") {
        faults.fail_syncs(true);
        CHECK(write_gives(503));
        CHECK(names(box, "the disk failed"));
        database = "disconnected";
    }
    CHECK(becomes(box, "/healthz", 200));
    const Reply health = box.call("GET", "/health");
    CHECK(health.status == 503);
    CHECK(health.json()["database"] == database);
    faults.fill_disk(false);
    faults.fail_syncs(false);
    CHECK(becomes(box, "/readyz", 200));
}
