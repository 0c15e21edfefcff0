// What a box does by itself once a day: it makes a backup, and removes old audit rows, forgotten uploads, and
// files that nothing refers to. It works on its own thread, in short steps, and not while a lesson runs unless it has waited for
// two days.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/transaction.h"

namespace app {

class Services;

class Housekeeping {
public:
    Housekeeping(Services& services, std::chrono::milliseconds look_every);
    ~Housekeeping();
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

    // Does all of it now, on this thread, which must not be one of the store's.
    void run();

private:
    void look();
    bool is_due(store::Read& read, bool lesson_on) const;
    void trim_audit();
    void clean_content();
    bool stopping() const;

    Services& services_;
    std::chrono::milliseconds look_every_;
    mutable std::mutex mutex_;
    std::condition_variable stop_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace app
