#include "runs/json_body.h"

#include <algorithm>

#include "platform/error.h"
#include "runs/event_text.h"
#include "runs/odd_values.h"

namespace runs {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t body_limit = 32u << 20; // how large a compressed body of 8 MiB may become
constexpr std::size_t usual_body = 64u << 10;
constexpr std::size_t texts_kept = 1u << 20; // of memory, from one batch to the next

void append_array(std::string& text, dom::array array) {
    char before = '[';
    for (const dom::element element : array) {
        text += before;
        append_json(text, element);
        before = ',';
    }
    text += before == '[' ? "[]" : "]";
}

void append_object(std::string& text, dom::object object) {
    char before = '{';
    for (const dom::key_value_pair field : object) {
        text += before;
        append_quoted(text, field.key);
        text += ':';
        append_json(text, field.value);
        before = ',';
    }
    text += before == '{' ? "{}" : "}";
}

} // namespace

// The parser's memory is a dozen times the body's; the next small batch gives back what a big one took.
dom::element JsonBody::parse(std::string& body) {
    using platform::Error;
    using platform::ErrorKind;
    if (body.size() > body_limit) throw Error(ErrorKind::too_large, "A batch has at most 32 MiB.");
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    if (parser_.capacity() > usual_body && body.size() <= usual_body) parser_ = dom::parser();
    if (body.size() > parser_.capacity() &&
        parser_.allocate(std::max(body.size(), usual_body), json_depth_limit))
        throw Error(ErrorKind::unavailable, "There is no memory for this batch.", 5);
    odd_.clear();
    dom::element root;
    if (!parser_.parse(body.data(), body.size(), false).get(root)) return root;
    bool changed = false;
    odd_ = take_out_odd_values(body, changed);
    if (!changed || parser_.parse(body.data(), body.size(), false).get(root))
        throw Error(ErrorKind::bad_request, "The body is not JSON.");
    return root;
}

void append_json(std::string& text, dom::element element) {
    switch (element.type()) {
        case dom::element_type::ARRAY:
            return append_array(text, element);
        case dom::element_type::OBJECT:
            return append_object(text, element);
        case dom::element_type::INT64:
            return append_number(text, std::int64_t(element));
        case dom::element_type::UINT64:
            return append_number(text, std::uint64_t(element));
        case dom::element_type::DOUBLE:
            return append_number(text, double(element));
        case dom::element_type::STRING:
            return append_quoted(text, std::string_view(element));
        case dom::element_type::BOOL:
            text += bool(element) ? "true" : "false";
            return;
        case dom::element_type::NULL_VALUE:
            text += "null";
            return;
    }
}

void DataTexts::clear() {
    bytes_.clear();
    places_.clear();
    if (bytes_.capacity() > texts_kept) bytes_.shrink_to_fit();
}

void DataTexts::keep(std::size_t event, std::size_t offset) {
    places_.push_back({event, offset, bytes_.size() - offset});
}

void DataTexts::drop(std::size_t event, std::size_t offset) {
    bytes_.resize(offset);
    if (!places_.empty() && places_.back().event == event) places_.pop_back();
}

void DataTexts::give_to(std::span<Event> events) const {
    for (const Place& place : places_)
        events[place.event].data = std::string_view(bytes_).substr(place.offset, place.length);
}

} // namespace runs
