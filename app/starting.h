// A start may take long: a restore, the copy before an upgrade, the upgrade itself. Until this is
// destroyed, the service manager hears that it goes on; after an hour, that would no longer be believed.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

namespace app {

class Starting {
public:
    Starting();
    ~Starting();
    Starting(const Starting&) = delete;
    Starting& operator=(const Starting&) = delete;

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    bool ready_ = false;
    std::thread thread_;
};

} // namespace app
