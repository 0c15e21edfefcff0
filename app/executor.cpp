#include "app/executor.h"

namespace app {

namespace {

// Only two of them can hash at once (SecretHasher); the others wait for short jobs of the store.
constexpr std::size_t worker_threads = 4;
constexpr std::size_t worker_queue = 1024;

} // namespace

Executor::Executor(store::Store& store, int most_waiting)
    : store_(store), workers_(worker_threads + static_cast<std::size_t>(most_waiting), worker_queue) {}

void Executor::run(const http::Route& route, http::Call& call, std::function<bool()> work,
                   std::function<void(std::exception_ptr)> done) {
    try {
        dispatch(route, call, std::move(work), done);
    } catch (...) {
        done(std::current_exception()); // the queue is full, or the store is stopping
    }
}

void Executor::dispatch(const http::Route& route, http::Call& call, std::function<bool()> work,
                        std::function<void(std::exception_ptr)> done) {
    switch (route.runs) {
        case http::RouteClass::reads:
            store_.submit_read(
                [&call, work = std::move(work)](store::Read& read) {
                    call.lend(read);
                    work();
                    call.take_back();
                },
                std::move(done));
            return;
        case http::RouteClass::writes:
            store_.submit({route.path,
                           [&call, work = std::move(work)](store::Tx& tx) {
                               call.lend(tx);
                               const bool good = work();
                               call.take_back();
                               return good ? store::Verdict::keep : store::Verdict::discard;
                           },
                           std::move(done)});
            return;
        case http::RouteClass::slow: {
            const bool taken = workers_.submit([work = std::move(work), done = std::move(done)] {
                std::exception_ptr failure;
                try {
                    work();
                } catch (...) {
                    failure = std::current_exception();
                }
                done(failure);
            });
            if (!taken)
                throw platform::Error(platform::ErrorKind::unavailable,
                                      "The box is busy. Try again in a moment.", 2);
            return;
        }
        case http::RouteClass::memory:
        case http::RouteClass::transfer:
            break;
    }
    throw platform::Error(platform::ErrorKind::internal,
                          "the front door runs memory and transfer routes itself");
}

} // namespace app
