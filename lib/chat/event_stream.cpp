#include "chat/event_stream.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "platform/json_fields.h"
#include "platform/text.h"

namespace chat {

namespace {

using Json = nlohmann::json;

// The text in choices[0].delta.content (streamed) or choices[0].message.content (whole); nullopt when the
// object has neither.
std::optional<std::string> content_of(const Json& object) {
    const Json& choices = platform::JsonFields(object).json("choices");
    if (!choices.is_array()) return std::nullopt;
    if (choices.empty()) return ""; // usage figures arrive like this
    const platform::JsonFields choice(choices[0]);
    for (const char* name : {"delta", "message"}) {
        const Json& part = choice.json(name);
        if (!part.is_object()) continue;
        const Json& content = platform::JsonFields(part).json("content");
        if (content.is_null()) return "";
        if (content.is_string()) return content.get<std::string>();
        return std::nullopt;
    }
    return std::nullopt;
}

// Cuts where a character begins.
std::string_view head_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;
    return text.substr(0, most);
}

void remove_thoughts(std::string& text) {
    for (std::size_t begin = text.find("<think>"); begin != text.npos; begin = text.find("<think>", begin)) {
        const std::size_t end = text.find("</think>", begin);
        if (end == text.npos)
            text.resize(begin);
        else
            text.erase(begin, end + 8 - begin);
    }
}

void remove_controls(std::string& text) {
    std::erase_if(text,
                  [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; });
}

// The position after the last sentence that has ended; 0: none has.
std::size_t end_of_sentences(std::string_view text) {
    static constexpr std::array<std::string_view, 6> marks{".", "!", "?", "。", "！", "？"};
    std::size_t end = 0;
    for (const std::string_view mark : marks) {
        for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + mark.size())) {
            const std::size_t after = at + mark.size();
            // "3.5" and "e.g" end no sentence; a mark at the very end of a piece may do either, and counts as
            // an end.
            const bool ends = mark.size() > 1 || after == text.size() || text[after] == ' ' ||
                              text[after] == '\n' || text[after] == '"';
            if (ends) end = std::max(end, after);
        }
    }
    return end;
}

} // namespace

bool EventStream::take(std::string_view bytes) {
    bytes_ += bytes.size();
    while (!bytes.empty() && !done_ && !faulty_ && text_.size() < most_text) {
        const std::size_t newline = bytes.find('\n');
        line_.append(bytes.substr(0, newline));
        if (line_.size() > most_line) faulty_ = true;
        if (newline == bytes.npos || faulty_) break;
        bytes.remove_prefix(newline + 1);
        if (!take_line(std::string(line_))) faulty_ = true;
    }
    if (bytes_ > most_bytes) faulty_ = true;
    return !done_ && !faulty_ && text_.size() < most_text;
}

// An object that is not streamed may have line breaks, so lines are collected until it is whole.
bool EventStream::take_line(std::string_view line) {
    if (!streams_ && line.starts_with("{")) {
        line_ += '\n';
        return true;
    }
    std::string_view said = platform::trimmed(line);
    if (said.starts_with("data:")) {
        streams_ = true;
        said = platform::trimmed(said.substr(5));
        if (said == "[DONE]")
            done_ = true;
        else if (!take_object(said))
            return false;
    } else if (!said.empty() && said[0] != ':' && !said.starts_with("event:") && !said.starts_with("id:") &&
               !said.starts_with("retry:")) {
        return false;
    }
    line_.clear();
    return true;
}

bool EventStream::take_object(std::string_view object) {
    const auto content = content_of(Json::parse(object, nullptr, false));
    if (!content) return false;
    text_ += head_of(*content, most_text - std::min(most_text, text_.size()));
    return true;
}

void EventStream::end() {
    if (done_ || faulty_) return;
    if (!streams_ && line_.starts_with("{")) {
        if (take_object(line_))
            done_ = true;
        else
            faulty_ = true;
    } else if (!line_.empty() && !take_line(std::string(line_))) {
        faulty_ = true;
    }
    if (text_.empty() && !done_) faulty_ = true;
}

std::optional<std::string> useful_part(std::string_view text, bool complete) {
    if (!platform::is_utf8(text)) return std::nullopt;
    std::string useful(text);
    remove_thoughts(useful);
    remove_controls(useful);
    if (!complete) useful.resize(end_of_sentences(useful));
    useful = platform::trimmed(useful);
    if (useful.empty()) return std::nullopt;
    return useful;
}

} // namespace chat
