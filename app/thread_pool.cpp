#include "app/thread_pool.h"

#include "platform/error.h"

namespace app {

ThreadPool::ThreadPool(std::size_t threads, std::size_t queue_limit) : queue_limit_(queue_limit) {
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { run(); });
}

ThreadPool::~ThreadPool() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void ThreadPool::submit(std::function<void()> work) {
    {
        std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= queue_limit_)
            throw platform::Error(platform::ErrorKind::unavailable, "The box is busy. Try again in a moment.",
                                  2);
        queue_.push_back(std::move(work));
    }
    changed_.notify_one();
}

std::size_t ThreadPool::waiting() const {
    std::lock_guard lock(mutex_);
    return queue_.size();
}

void ThreadPool::run() {
    for (;;) {
        std::function<void()> work;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        work();
    }
}

} // namespace app
