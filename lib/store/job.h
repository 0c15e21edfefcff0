// Work for the writer.
#pragma once

#include <exception>
#include <functional>
#include <string_view>

#include "store/transaction.h"

namespace store {

// What a job tells the writer about its own work.
enum class Verdict {
    keep,
    discard
}; // discard: roll back its savepoint, though nothing was thrown (an answer >= 400)

struct Job {
    std::string_view name;            // a route's name; a literal, or something else that lasts
    std::function<Verdict(Tx&)> work; // on the writer thread, only SQL
    // Null: committed (or discarded, as the job asked). Called on the writer thread: be quick, and throw
    // nothing.
    std::function<void(std::exception_ptr)> done;
};

} // namespace store
