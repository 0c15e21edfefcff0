// A few threads and a bounded queue for work that may block: password hashing, other servers, streams.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace app {

class ThreadPool {
public:
    ThreadPool(std::size_t threads, std::size_t queue_limit);
    ~ThreadPool(); // finishes what was accepted
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    // Throws platform::Error unavailable when the queue is full.
    void submit(std::function<void()> work);
    std::size_t waiting() const;

private:
    void run();

    const std::size_t queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace app
