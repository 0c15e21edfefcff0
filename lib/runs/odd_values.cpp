#include "runs/odd_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "runs/ingest.h"

namespace runs {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view list_of_events = "events";
constexpr std::size_t longest_field = 64;
constexpr std::size_t event_depth = 3; // of what stands directly in an event of {"events": [{...}]}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Four hexadecimal digits after \u; -1 when there are none.
int code_unit(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "\\u" || text.size() < at + 6) return -1;
    int unit = 0;
    const auto [end, fault] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
    return fault == std::errc() && end == text.data() + at + 6 ? unit : -1;
}

bool is_first_half(int unit) {
    return unit >= 0xd800 && unit < 0xdc00;
}

bool is_second_half(int unit) {
    return unit >= 0xdc00 && unit < 0xe000;
}

bool is_no_number(std::string_view token) {
    return token == "NaN" || token == "Infinity" || token == "-Infinity";
}

// Why a number can't be kept; "" when it can, or is none.
std::string_view fault_of_number(std::string_view token) {
    if (is_no_number(token)) return "must be a number that JSON has, not NaN or Infinity";
    const std::string_view digits = token.substr(token.starts_with('-') ? 1 : 0);
    if (digits.empty() || !is_digit(digits.front())) return {};
    if (token.find_first_of(".eE") == token.npos) {
        std::int64_t small = 0;
        std::uint64_t large = 0;
        const bool fits =
            std::from_chars(token.data(), token.data() + token.size(), small).ec == std::errc() ||
            std::from_chars(token.data(), token.data() + token.size(), large).ec == std::errc();
        return fits ? std::string_view() : "must be an integer of at most 64 bits";
    }
    // strtod, because from_chars tells too small and too large by the same fault.
    return std::isinf(std::strtod(std::string(token).c_str(), nullptr))
               ? "must be a number of at most 1.7e308"
               : std::string_view();
}

class Scanner {
public:
    explicit Scanner(std::string& text) : text_(text) {}

    std::vector<RefusedEvent> run() {
        if (text_.starts_with(byte_order_mark)) {
            text_.replace(0, byte_order_mark.size(), byte_order_mark.size(), ' ');
            changed_ = true;
        }
        while (at_ < text_.size())
            step();
        return std::move(refused_);
    }
    bool changed() const { return changed_; }

private:
    void step() {
        switch (const char c = text_[at_]) {
            case '"':
                return string();
            case '{':
            case '[':
                if (depth_ == event_depth - 1 && in_events_) begin_ = at_;
                if (depth_ == 1) in_events_ = c == '[' && name_ == list_of_events;
                if (++depth_ >= json_depth_limit) fault("must be nested less deep");
                break;
            case '}':
            case ']':
                if (depth_ > 0) --depth_;
                if (depth_ == event_depth - 1 && in_events_) end_event();
                if (depth_ == 1) in_events_ = false;
                break;
            case ':':
                if (depth_ == 1 || depth_ == event_depth) name_ = last_;
                break;
            case ',':
                if (depth_ == event_depth - 1 && in_events_) ++index_;
                if (depth_ == event_depth) name_ = {};
                break;
            case ' ':
            case '\t':
            case '\r':
            case '\n':
                break;
            default:
                return number();
        }
        ++at_;
    }

    void string() {
        const std::size_t begin = at_++;
        while (at_ < text_.size() && text_[at_] != '"') {
            if (text_[at_] != '\\') {
                ++at_;
                continue;
            }
            const int unit = code_unit(text_, at_);
            const bool pair = is_first_half(unit) && is_second_half(code_unit(text_, at_ + 6));
            if (!pair && (is_first_half(unit) || is_second_half(unit)))
                fault("must be whole characters: there is half of one (a lone surrogate)");
            at_ += pair ? 12 : 2;
        }
        if (depth_ <= event_depth) last_ = std::string_view(text_).substr(begin + 1, at_ - begin - 1);
        ++at_;
    }

    void number() {
        const std::size_t end = std::min(text_.find_first_of(" \t\r\n,:]}\"[{", at_), text_.size());
        const std::string_view token = std::string_view(text_).substr(at_, end - at_);
        if (const std::string_view why = fault_of_number(token); !why.empty()) {
            fault(why);
            // No field takes an empty text for a number, and no batch one for an event.
            if (!in_event() && (is_no_number(token) || in_events_)) {
                text_.replace(at_, token.size(), "\"\"" + std::string(token.size() - 2, ' '));
                changed_ = true;
            }
        }
        at_ = end;
    }

    bool in_event() const { return in_events_ && depth_ >= event_depth; }

    // Only the first of an event is told.
    void fault(std::string_view why) {
        if (!in_event() || has_fault_ || refused_.size() >= batch_events_limit) return;
        has_fault_ = true;
        refused_.push_back({index_, std::string(name_.substr(0, longest_field)), std::string(why)});
    }

    void end_event() {
        if (has_fault_) {
            const std::size_t length = at_ + 1 - begin_; // at least {"":1e400}
            text_.replace(begin_, length, "null" + std::string(length - 4, ' '));
            changed_ = true;
        }
        has_fault_ = false;
        name_ = last_ = {};
    }

    std::string& text_;
    std::size_t at_ = 0, depth_ = 0, begin_ = 0, index_ = 0;
    std::string_view last_; // the string before this place, in `text_`
    std::string_view name_; // of the field that is being read, on the outermost level or of an event
    bool in_events_ = false, has_fault_ = false, changed_ = false;
    std::vector<RefusedEvent> refused_;
};

} // namespace

std::vector<RefusedEvent> take_out_odd_values(std::string& text, bool& changed) {
    Scanner scanner(text);
    auto refused = scanner.run();
    changed = scanner.changed();
    return refused;
}

} // namespace runs
