#include "runs/event_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace runs {

namespace {

void append_escaped(std::string& text, unsigned char character) {
    constexpr char hex[] = "0123456789abcdef";
    text += "\\u00";
    text += hex[character >> 4];
    text += hex[character & 15];
}

// Writes an absent value as null only once a present one follows it.
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

void append_quoted(std::string& text, std::string_view value) {
    text += '"';
    const auto is_plain = [](char character) {
        return character != '"' && character != '\\' && static_cast<unsigned char>(character) >= 0x20;
    };
    if (std::ranges::all_of(value, is_plain)) {
        text += value;
    } else {
        for (const char character : value) {
            if (static_cast<unsigned char>(character) < 0x20) {
                append_escaped(text, static_cast<unsigned char>(character));
                continue;
            }
            if (!is_plain(character)) text += '\\';
            text += character;
        }
    }
    text += '"';
}

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
    bool first = true;
    for (std::size_t cell = 0; cell < grid.size(); ++cell) {
        if (grid[cell] == 0) continue;
        if (!first) text += ',';
        first = false;
        append_number(text, cell);
        text += ',';
        append_number(text, grid[cell]);
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
    each_cell(text, [&grid](std::uint16_t cell, std::uint32_t count) { grid[cell] = count; });
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
