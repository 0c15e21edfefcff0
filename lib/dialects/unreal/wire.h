// What dialect C puts on the wire: errors as its original's framework says them, and times in each of the
// three ways in which its clients send them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/serving/call.h"
#include "platform/error.h"

namespace dialects::unreal {

using Json = nlohmann::json;

constexpr std::size_t id_limit = 200;   // characters of a session's, a customer's and a property's id
constexpr std::size_t name_limit = 200; // and of a zone's, an object's, ...

// {detail}; 422 is {detail: [{loc, msg, type}]}, which names every field by its place.
http::Answer error_answer(const http::Call& call, const platform::Error& error);

// What is wrong with a field. A place is "events" or "position.x"; the first part, "body", is put before it.
enum class Fault {
    missing,
    text,
    too_long,
    too_short,
    number,
    dictionary,
    list,
    too_many,
    time,
    choice,
    json
};
class Faults {
public:
    void add(std::string place, Fault fault);
    void throw_if_any();

private:
    std::vector<platform::FieldError> list_;
};
[[noreturn]] void throw_fault(std::string place, Fault fault);
[[noreturn]] void throw_detail(platform::ErrorKind kind, const std::string& detail);

// Milliseconds since 1970. Seconds before that, or after the year 9999, are no time.
std::optional<std::int64_t> ms_of_seconds(double seconds);
// ISO 8601, where no zone means UTC, or seconds as digits.
std::optional<std::int64_t> ms_of_text(std::string_view text);

// The fields of the short calls, whose bodies are small.
class Fields {
public:
    // The body as an object; an empty one is {}. Throws the fault of one that is not.
    explicit Fields(const http::Call& call);

    std::optional<std::string> optional_text(const char* name);
    std::string text(const char* name);
    // Error bad_request, when all is there, for what has a time's type and is none.
    std::int64_t time(const char* name);
    // To be called before what was read is used.
    void check();

private:
    const Json* find(const char* name) const; // null when it is absent or null

    Json body_;
    Faults faults_;
    std::string no_time_; // the first field that is of a time's type but is none
};

} // namespace dialects::unreal
