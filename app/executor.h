// Where each class of route runs: reads on the store's readers, writes on its writer, slow routes on workers.
// The front door itself runs memory routes and transfers.
#pragma once

#include "http/serving/seams.h"
#include "http/wire/worker_pool.h"
#include "store/store.h"

namespace app {

class Executor final : public http::Executor {
public:
    // `most_waiting` limits how many slow calls may wait for other servers at a time. They have threads of
    // their own, so that a sign-in never waits for a chat endpoint.
    explicit Executor(store::Store& store, int most_waiting = 0);
    void run(const http::Route& route, http::Call& call, std::function<bool()> work,
             std::function<void(std::exception_ptr)> done) override;

private:
    void dispatch(const http::Route& route, http::Call& call, std::function<bool()> work,
                  std::function<void(std::exception_ptr)> done);

    store::Store& store_;
    http::WorkerPool workers_;
};

} // namespace app
