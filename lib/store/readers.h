// The readers: threads with a read-only connection each. A read sees the database as it was when the read
// began.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/clock.h"
#include "store/folder.h"
#include "store/transaction.h"

namespace store {

class Readers {
public:
    Readers(const Folder& folder, const platform::Clock& clock, int threads, std::size_t queue_limit);
    ~Readers();
    Readers(const Readers&) = delete;
    Readers& operator=(const Readers&) = delete;

    void submit(std::function<void(Read&)> work, std::function<void(std::exception_ptr)> done);
    bool is_this_thread() const;
    void stop(); // finishes what was accepted, and closes its connections

    // Runs `work` on the caller's thread with a read-only connection of its own, outside a transaction. For
    // long work.
    void visit(const std::function<void(Connection&)>& work);

    // Interrupts whatever runs and closes every connection; until resume(), reads are answered unavailable.
    // SQLite looks at its files afresh only after everybody has closed them.
    void pause();
    void resume();

private:
    struct Request {
        std::function<void(Read&)> work;
        std::function<void(std::exception_ptr)> done;
    };
    // A connection. Its user holds `busy`; opening, closing or interrupting it needs `mutex_` as well.
    struct Place {
        std::mutex busy;
        std::unique_ptr<Connection> connection;
    };

    void run(Place& place);
    void read(Place& place, const Request& request);
    void open(Place& place);
    void close(Place& place);

    const Folder& folder_;
    const platform::Clock& clock_;
    const std::size_t queue_limit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Request> queue_;
    bool stopping_ = false;
    bool paused_ = false;
    std::vector<std::unique_ptr<Place>> places_;
    Place visitor_; // one visit at a time
    std::vector<std::thread> threads_;
};

} // namespace store
