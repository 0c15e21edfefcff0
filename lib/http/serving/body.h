// Takes apart what arrived, and checks it against the route's shapes.
#pragma once

#include <cstddef>
#include <string_view>

#include "http/serving/route.h"

namespace http {

// The most values that any JSON may have; from whom fewer are taken, `StandingLimits` says.
constexpr std::size_t most_json_values = 200'000;

// The engine takes apart forms and multipart bodies; everything else is used where it lies.
bool is_form(const Call& call);
// Whether the body says that it is compressed. Strangers' bodies may not be.
bool is_packed(const Call& call);
// Inflates the body, but never beyond `most` bytes. Throws Error bad_request or too_large.
void unpack(Call& call, std::size_t most);

// Checks the query parameters, then parses the body (JSON, or a form turned into an object of texts) and
// checks it. Throws Error bad_request, too_large or invalid.
void prepare_body(const Route& route, Call& call, std::size_t most_values = most_json_values);
void prepare_query(const Route& route, const Call& call);

// Throws Error bad_request when the text is not JSON, or is nested deeper or has more values than any client of
// ours has reason to. Both are counted before anything is built: a tree takes forty times the room of its text.
Json parse_json(std::string_view text, std::size_t most_values = most_json_values);
// "a=1&b=two+words", decoded.
void parse_query(std::string_view query, Values& values);
// Decodes percent signs; false when they are faulty or hide a control character.
bool decode_percent(std::string_view text, bool plus_is_space, std::string& out);

[[noreturn]] void throw_too_large(std::size_t limit);

} // namespace http
