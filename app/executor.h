// Where each class of route runs: reads on the store's readers, writes on its writer, slow ones on workers.
// The front door itself runs memory routes and transfers.
#pragma once

#include "app/thread_pool.h"
#include "http/seams.h"
#include "store/store.h"

namespace app {

class Executor final : public http::Executor {
public:
    explicit Executor(store::Store& store);
    void run(const http::Route& route, http::Call& call, std::function<bool()> work,
             std::function<void(std::exception_ptr)> done) override;
    std::size_t waiting() const { return workers_.waiting(); }

private:
    void dispatch(const http::Route& route, http::Call& call, std::function<bool()> work,
                  std::function<void(std::exception_ptr)> done);

    store::Store& store_;
    ThreadPool workers_;
};

} // namespace app
