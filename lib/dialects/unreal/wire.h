// The unreal dialect's wire: errors in the words of its original's framework, and times in each of the forms
// that its clients send.
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

constexpr std::size_t id_limit = 200;   // characters of the id of a session, a customer or a property
constexpr std::size_t name_limit = 200; // and of a zone's, an object's, ...

// {detail}; 422 is {detail: [{type, loc, msg, input}]}, which names every field by its place. `input` is
// what was there, or what the field is missing from; null when it is long. 500 is {error, message,
// timestamp, path}.
http::Answer error_answer(const http::Call& call, const platform::Error& error);

// The fault of a field. A place is "events" or "position.x"; the first part, "body", is put before it.
enum class Fault {
    missing,
    text,
    too_long,
    too_short,
    number,
    integer,
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
[[noreturn]] void throw_fault(const std::string& place, Fault fault);
[[noreturn]] void throw_detail(platform::ErrorKind kind, const std::string& detail);

// Milliseconds since 1970. Null for seconds before that or after the year 9999.
std::optional<std::int64_t> ms_of_seconds(double seconds);
// ISO 8601, where a missing zone means UTC, or seconds as digits, or "02-Dec-2025, 2:54:12 pm" in UTC.
std::optional<std::int64_t> ms_of_text(std::string_view text);

// "1:30" or "45", in seconds; 0 for what isn't one.
std::int64_t seconds_of_duration(std::string_view text);

// The fields of the short calls, whose bodies are small.
class Fields {
public:
    // The body as an object; an empty body is {}. Throws the fault of a body that is not an object.
    explicit Fields(const http::Call& call);

    bool has(const char* name) const { return !json(name).is_null(); }
    std::optional<std::string> optional_text(const char* name);
    std::string text(const char* name);
    std::string text_or_number(const char* name);
    // Null when it is absent. Error bad_request, once all fields are there, for a field that has a time's
    // type but isn't a time.
    std::optional<std::int64_t> time(const char* name);
    void miss(const char* name) { faults_.add(name, Fault::missing); }
    // Call this before using what was read.
    void check();
    const Json& body() const { return body_; }

private:
    const Json& json(const char* name) const { return platform::JsonFields(body_).json(name); }

    Json body_;
    Faults faults_;
    std::string no_time_; // the first field with a time's type that isn't a time
};

} // namespace dialects::unreal
