#include "runs/event_text.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace runs {

namespace {

template <class Number>
void append_number(std::string& text, Number value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text.append(digits, end);
}

void append_escaped(std::string& text, unsigned char character) {
    constexpr char hex[] = "0123456789abcdef";
    text += "\\u00";
    text += hex[character >> 4];
    text += hex[character & 15];
}

void append_quoted(std::string& text, std::string_view value) {
    text += '"';
    for (const char character : value) {
        if (character == '"' || character == '\\') {
            text += '\\';
            text += character;
        } else if (static_cast<unsigned char>(character) < 0x20) {
            append_escaped(text, static_cast<unsigned char>(character));
        } else {
            text += character;
        }
    }
    text += '"';
}

// What is absent is written as null only once something that is there comes after it.
class Row {
public:
    explicit Row(std::string& text) : text_(text) {}

    template <class Number>
    void number(const std::optional<Number>& value) {
        if (!value) return skip();
        fill();
        append_number(text_, *value);
    }
    void quoted(std::string_view value) {
        if (value.empty()) return skip();
        fill();
        append_quoted(text_, value);
    }
    void raw(std::string_view json) {
        if (json.empty()) return skip();
        fill();
        text_ += json;
    }

private:
    void skip() { ++absent_; }
    void fill() {
        for (; absent_ > 0; --absent_) {
            text_ += ",null";
        }
        text_ += ',';
    }
    std::string& text_;
    int absent_ = 0;
};

void append_event(std::string& text, const Event& event, std::int64_t base_ms) {
    text += '[';
    append_quoted(text, event.kind);
    Row row(text);
    row.number(std::optional(event.at_ms - base_ms));
    row.number(event.yaw_deg);
    row.number(event.pitch_deg);
    row.quoted(event.zone);
    row.quoted(event.target);
    row.number(event.dwell_ms);
    row.number(event.position_ms);
    row.number(event.sent_ms);
    row.raw(event.data);
    text += ']';
}

} // namespace

void append_events(std::string& text, std::span<const Event> events, std::int64_t base_ms) {
    text += '[';
    for (const Event& event : events) {
        if (&event != events.data()) text += ',';
        append_event(text, event, base_ms);
    }
    text += ']';
}

void append_grid(std::string& text, const GazeGrid& grid) {
    text += '[';
    for (const std::uint32_t& count : grid) {
        if (&count != grid.data()) text += ',';
        if (count == 0)
            text += '0'; // most of a sphere is never looked at
        else
            append_number(text, count);
    }
    text += ']';
}

void append_totals(std::string& text, const Totals& totals) {
    text += '{';
    bool first = true;
    for (const auto& [name, amount] : totals) {
        if (!first) text += ',';
        first = false;
        append_quoted(text, name);
        text += ':';
        append_number(text, amount);
    }
    text += '}';
}

GazeGrid grid_from(std::string_view text) {
    GazeGrid grid{};
    const auto counts = nlohmann::json::parse(text).get<std::vector<std::uint32_t>>();
    std::copy_n(counts.begin(), std::min(counts.size(), grid.size()), grid.begin());
    return grid;
}

Totals totals_from(std::string_view text) {
    Totals totals;
    const auto parsed = nlohmann::json::parse(text);
    for (const auto& [name, amount] : parsed.items()) {
        totals[name] = amount.get<std::int64_t>();
    }
    return totals;
}

} // namespace runs
