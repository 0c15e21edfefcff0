#include "app/starting.h"

#include <chrono>

#include "platform/process.h"

namespace app {

namespace {

constexpr int most_tells = 180;
constexpr std::chrono::seconds between{20};

void tell() {
    platform::notify_service_manager("STATUS=starting\nEXTEND_TIMEOUT_USEC=60000000");
}

} // namespace

Starting::Starting() {
    tell();
    thread_ = std::thread([this] { run(); });
}

Starting::~Starting() {
    {
        const std::lock_guard lock(mutex_);
        ready_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void Starting::run() {
    std::unique_lock lock(mutex_);
    for (int tells = 1; tells < most_tells; ++tells) {
        if (changed_.wait_for(lock, between, [this] { return ready_; })) return;
        tell();
    }
}

} // namespace app
