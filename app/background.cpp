#include "app/background.h"

#include "platform/log.h"

namespace app {

void Background::run(Work work) {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(work));
    if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
    changed_.notify_one();
}

void Background::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void Background::serve() {
    const auto is_stopping = [this] {
        std::lock_guard lock(mutex_);
        return stopping_;
    };
    for (;;) {
        Work work;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            work = std::move(waiting_.front());
            waiting_.pop_front();
        }
        try {
            work(is_stopping);
        } catch (const std::exception& error) {
            platform::log_error(std::string("work in the background ended early: ") + error.what());
        }
    }
}

} // namespace app
