// Reads the stream of an OpenAI-compatible endpoint: lines "data: {choices: [{delta: {content}}]}", then
// "data: [DONE]". Pieces arrive as the network cuts them; anything but such lines is garbage, and everything
// is bounded. An endpoint that does not stream answers with one JSON object, which is accepted too.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

class EventStream {
public:
    static constexpr std::size_t most_text = 4'000;  // bytes of an answer; the rest is not read
    static constexpr std::size_t most_line = 64'000; // bytes of a line, or of an object that is not streamed
    static constexpr std::size_t most_bytes = 1 << 20; // of the whole stream

    // False: it wants no more, because it is done, full or faulty.
    bool take(std::string_view bytes);
    // The endpoint has closed the connection.
    void end();

    bool done() const { return done_; }     // the endpoint said so itself
    bool faulty() const { return faulty_; } // not what an endpoint sends
    const std::string& text() const { return text_; }

private:
    bool take_line(std::string_view line);
    bool take_object(std::string_view object);
    void add(std::string_view text);

    std::string line_, text_;
    std::size_t bytes_ = 0;
    bool streams_ = false, done_ = false, faulty_ = false;
};

// The part of an answer that a student gets: without thoughts in <think>, without control characters,
// trimmed; of an incomplete answer only whole sentences. Nothing when none of it is left, or it is not UTF-8.
std::optional<std::string> useful_part(std::string_view text, bool complete);

} // namespace chat
