#include "store/readers.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <utility>

#include "platform/error.h"
#include "platform/log.h"

namespace store {
namespace {

using platform::Error;
using platform::ErrorKind;

[[noreturn]] void throw_paused() {
    throw Error(ErrorKind::unavailable, "The database is being reopened after a disk failure.", 1);
}

// Ends the read transaction in every case.
class Snapshot {
public:
    explicit Snapshot(Connection& connection) : connection_(connection) {
        connection_.prepared("BEGIN", Statement::Bytes::borrowed).step();
    }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot() {
        try {
            connection_.prepared("ROLLBACK", Statement::Bytes::borrowed).step();
        } catch (const Error& error) { // SQLite itself has ended it
            platform::log_warning(std::string("store: the end of a read: ") + error.what());
        }
    }

private:
    Connection& connection_;
};

} // namespace

Readers::Readers(const Folder& folder, const platform::Clock& clock, int threads, std::size_t queue_limit)
    : folder_(folder), clock_(clock), queue_limit_(queue_limit) {
    for (int i = 0; i < std::max(threads, 1); ++i) {
        places_.push_back(std::make_unique<Place>());
        open(*places_.back());
    }
    for (const auto& place : places_)
        threads_.emplace_back([this, &place = *place] { run(place); });
}

Readers::~Readers() {
    stop();
}

void Readers::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
    for (const auto& place : places_)
        close(*place);
}

void Readers::submit(std::function<void(Read&)> work, std::function<void(std::exception_ptr)> done) {
    const std::lock_guard lock(mutex_);
    if (stopping_) throw Error(ErrorKind::unavailable, "The server is stopping.", 5);
    if (queue_.size() >= queue_limit_) throw Error(ErrorKind::unavailable, "Too many reads are waiting.", 1);
    queue_.push_back({std::move(work), std::move(done)});
    changed_.notify_one();
}

bool Readers::is_this_thread() const {
    return std::ranges::any_of(
        threads_, [](const std::thread& thread) { return thread.get_id() == std::this_thread::get_id(); });
}

void Readers::visit(const std::function<void(Connection&)>& work) {
    const std::lock_guard busy(visitor_.busy);
    {
        const std::lock_guard lock(mutex_);
        if (paused_ || stopping_) throw_paused();
    }
    open(visitor_);
    try {
        work(*visitor_.connection);
    } catch (...) {
        close(visitor_);
        throw;
    }
    close(visitor_);
}

void Readers::pause() {
    {
        const std::lock_guard lock(mutex_);
        paused_ = true;
        for (const auto& place : places_) {
            if (place->connection) sqlite3_interrupt(place->connection->handle());
        }
        if (visitor_.connection) sqlite3_interrupt(visitor_.connection->handle());
    }
    for (const auto& place : places_) {
        const std::lock_guard busy(place->busy);
        close(*place);
    }
    const std::lock_guard busy(visitor_.busy); // the visit has closed its connection by now
}

void Readers::resume() {
    for (const auto& place : places_) {
        const std::lock_guard busy(place->busy);
        open(*place);
    }
    const std::lock_guard lock(mutex_);
    paused_ = false;
}

void Readers::open(Place& place) {
    auto connection = folder_.open(Connection::Mode::read_only);
    const std::lock_guard lock(mutex_);
    place.connection = std::move(connection);
}

void Readers::close(Place& place) {
    const std::lock_guard lock(mutex_);
    place.connection.reset();
}

void Readers::run(Place& place) {
    for (;;) {
        Request request;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            request = std::move(queue_.front());
            queue_.pop_front();
        }
        std::exception_ptr failure;
        try {
            read(place, request);
        } catch (...) {
            failure = std::current_exception();
        }
        try {
            if (request.done) request.done(failure);
        } catch (const std::exception& error) {
            platform::log_error(std::string("store: the answer of a read failed: ") + error.what());
        }
    }
}

void Readers::read(Place& place, const Request& request) {
    const std::lock_guard busy(place.busy);
    if (!place.connection) throw_paused();
    const Snapshot snapshot(*place.connection);
    Read read(*place.connection, clock_.now_ms());
    request.work(read);
}

} // namespace store
