// A few threads and a bounded queue, for work that may block: transfers here, slow routes in the appliance.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace http {

class WorkerPool {
public:
    WorkerPool(std::size_t threads, std::size_t most_waiting);
    ~WorkerPool(); // finishes the jobs that wait

    // False when too many jobs are waiting already. The job must not throw.
    bool submit(std::function<void()> job);
    void stop();
    std::size_t busy() const;

private:
    void work();

    const std::size_t most_threads_, most_waiting_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> waiting_;
    std::vector<std::thread> threads_; // started as they are needed: a box without transfers has none
    std::size_t idle_ = 0, busy_ = 0;
    bool stopping_ = false;
};

} // namespace http
