// One thread for work that takes long and waits for the store: bringing in a roster. One after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace app {

class Background {
public:
    // Asks `is_stopping` now and then, and returns soon when it says so.
    using Work = std::function<void(const std::function<bool()>& is_stopping)>;

    Background() = default;
    ~Background() { stop(); }
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    void run(Work work); // ignored once stopped
    void stop();         // waits for the work at hand; what waits is dropped

private:
    void serve();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> waiting_;
    bool stopping_ = false;
    std::thread thread_; // from the first work on
};

} // namespace app
