#include "http/serving/envelope.h"

#include <algorithm>
#include <utility>

namespace http {

namespace {

class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool at_end() {
        skip_blanks();
        return rest_.empty();
    }
    bool take(char wanted) {
        skip_blanks();
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // With its quotes; "" when there isn't one.
    std::string_view string() {
        skip_blanks();
        return cut(rest_.empty() || rest_.front() != '"' ? 0 : string_length(0));
    }
    // Any value.
    std::string_view value() {
        skip_blanks();
        if (rest_.empty()) return {};
        if (rest_.front() == '"') return string();
        if (rest_.front() == '{' || rest_.front() == '[') return cut(nested_length());
        return cut(std::min(rest_.find_first_of(",}] \t\r\n"), rest_.size()));
    }

private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
    std::string_view cut(std::size_t length) {
        const auto piece = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return piece;
    }
    // The length of the string that begins at `from`; 0 when it does not end.
    std::size_t string_length(std::size_t from) const {
        for (std::size_t at = from + 1; at < rest_.size(); ++at) {
            if (rest_[at] == '\\')
                ++at;
            else if (rest_[at] == '"')
                return at + 1 - from;
        }
        return 0;
    }
    std::size_t nested_length() const {
        std::size_t depth = 0;
        for (std::size_t at = 0; at < rest_.size(); ++at) {
            const char c = rest_[at];
            if (c == '"') {
                const std::size_t length = string_length(at);
                if (length == 0) return 0;
                at += length - 1;
            } else if (c == '{' || c == '[') {
                ++depth;
            } else if ((c == '}' || c == ']') && --depth == 0) {
                return at + 1;
            }
        }
        return 0;
    }

    std::string_view rest_;
};

// Of a message that is too long, a type or eid up to this long goes back.
constexpr std::size_t longest_token = 256;

} // namespace

std::optional<Envelope> envelope_of(std::string_view text) {
    Scanner scanner(text);
    Envelope envelope;
    if (!scanner.take('{')) return std::nullopt;
    if (!scanner.take('}')) {
        do {
            const std::string_view key = scanner.string();
            if (key.empty() || !scanner.take(':')) return std::nullopt;
            const std::string_view value = scanner.value();
            if (value.empty()) return std::nullopt;
            if (key == "\"type\"") envelope.type = value;
            if (key == "\"eid\"") envelope.eid = value;
            if (key == "\"data\"") envelope.data = value;
        } while (scanner.take(','));
        if (!scanner.take('}')) return std::nullopt;
    }
    if (!scanner.at_end()) return std::nullopt;
    return envelope;
}

void Skimmer::skim(std::string_view piece) {
    for (const char c : piece) {
        const bool outermost = depth_ == 1;
        if (in_string_) {
            if (escaped_)
                escaped_ = false;
            else if (c == '\\')
                escaped_ = true;
            else if (c == '"')
                in_string_ = false;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if (c == '}' || c == ']') {
            if (--depth_ == 0) end_of_value();
        } else if (outermost && c == ':') {
            key_ = std::exchange(token_, {});
            continue;
        } else if (outermost && c == ',') {
            end_of_value();
            continue;
        } else {
            in_string_ = c == '"';
        }
        const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (outermost && token_.size() <= longest_token && (in_string_ || !blank)) token_.push_back(c);
    }
}

void Skimmer::end_of_value() {
    const bool nested = token_.starts_with('{') || token_.starts_with('[');
    if (!nested && token_.size() <= longest_token) {
        if (key_ == "\"type\"") type_ = token_;
        if (key_ == "\"eid\"") eid_ = token_;
    }
    token_.clear();
    key_.clear();
}

std::string Skimmer::outline() const {
    std::string text = "{\"type\":" + (type_.empty() ? "null" : type_);
    return text + ",\"eid\":" + (eid_.empty() ? "null" : eid_) + "}";
}

} // namespace http
