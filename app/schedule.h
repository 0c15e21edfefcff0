// Does the work that no call asks for: counted calls, prolonged logins and reports reach the store, silent
// headsets go offline, commands expire, erased people's rows go in small pieces.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "store/transaction.h"

namespace app {

class Services;

class Schedule {
public:
    explicit Schedule(Services& services) : s_(services) {}

    // About every second, on the io thread.
    void tick();

private:
    void keep_busy(std::int64_t now_ms);
    void submit(std::string_view name, std::function<void(store::Tx&)> work, std::atomic<bool>& under_way);

    Services& s_;
    std::atomic<bool> flushing_audit_{false}, keeping_reports_{false}, keeping_logins_{false},
        keeping_busy_{false}, erasing_{false}, reducing_{false};
};

} // namespace app
