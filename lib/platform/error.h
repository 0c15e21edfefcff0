// The one error type. Domain code throws it, one mapping (http/serving/problem.cpp) turns a kind into a
// status, and no handler catches it. Where "not there" is an ordinary outcome, a function returns a
// std::optional instead.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace platform {

enum class ErrorKind {
    bad_request,        // 400: cannot be parsed at all
    unauthorized,       // 401: nobody is signed in, or the credential is wrong
    forbidden,          // 403: somebody is signed in but may not
    not_found,          // 404: also for things of another organisation
    method_not_allowed, // 405
    conflict,           // 409: the message names what stands in the way
    too_large,          // 413
    invalid,            // 422: fields() names every field at fault
    too_many_requests,  // 429: retry_after_s() is set
    internal,           // 500: our own defect; the message is for the log, never for the caller
    unavailable,        // 503: busy or stopping, try again later; retry_after_s() is set
    storage_full,       // 507
};

struct FieldError {
    std::string field;   // a path: "lessons[2].title"
    std::string message; // what was expected: "must be 1 to 80 characters"
};

class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    Error(ErrorKind kind, const std::string& message, int retry_after_s)
        : std::runtime_error(message), kind_(kind), retry_after_s_(retry_after_s) {}
    explicit Error(std::vector<FieldError> fields)
        : std::runtime_error("The request has faulty fields."),
          kind_(ErrorKind::invalid),
          fields_(std::move(fields)) {}

    ErrorKind kind() const { return kind_; }
    const std::vector<FieldError>& fields() const { return fields_; }
    std::optional<int> retry_after_s() const { return retry_after_s_; }

private:
    ErrorKind kind_;
    std::vector<FieldError> fields_;
    std::optional<int> retry_after_s_;
};

// Shorthands for what domain code throws most often.
[[noreturn]] inline void throw_not_found(const std::string& what) {
    throw Error(ErrorKind::not_found, "There is no such " + what + ".");
}
[[noreturn]] inline void throw_conflict(const std::string& message) {
    throw Error(ErrorKind::conflict, message);
}
[[noreturn]] inline void throw_invalid(const std::string& field, const std::string& message) {
    throw Error({FieldError{field, message}});
}

} // namespace platform
