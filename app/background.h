// One thread for long work that waits for the store, such as importing a roster. One piece of work at a time.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace app {

class Background {
public:
    // The work calls `is_stopping` now and then, and returns soon once it is true.
    using Work = std::function<void(const std::function<bool()>& is_stopping)>;

    Background() = default;
    ~Background() { stop(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    void run(Work work); // ignored once stopped
    void stop();         // waits for the work in progress; drops the rest

private:
    void serve();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> waiting_;
    bool stopping_ = false;
    std::thread thread_; // started with the first work
};

} // namespace app
