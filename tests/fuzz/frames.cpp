// WebSocket frames, of all kinds and lengths, with and without compression. The first byte of the input says
// who sends them. What the socket hears and says back doesn't depend on the pieces in which frames come.
#include <algorithm>

#include "fuzz/support/door.h"
#include "fuzz/support/fuzz.h"

namespace fuzz {

namespace {

std::string handshake(unsigned char kind) {
    static constexpr const char* tokens[] = {"staff", "headset", "student", "nobody"};
    std::string head =
        "GET /live HTTP/1.1\r\nHost: box\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    head += std::string("Authorization: Bearer ") + tokens[kind % 4] + "\r\n";
    if (kind & 4) head += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    if (kind & 8) head += "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=8\r\n";
    return head + "\r\n";
}

struct Frame {
    int kind = 0; // with the bits before it
    std::string payload;
    bool operator==(const Frame&) const = default;
};

// What the box said after the handshake. Its frames are never masked, and must be whole but for the last, which
// may be cut where the connection ended.
std::vector<Frame> frames_of(std::string_view answers) {
    demand(answers.starts_with("HTTP/1.1 101 "), "a handshake is answered", answers);
    answers.remove_prefix(answers.find("\r\n\r\n") + 4);
    std::vector<Frame> frames;
    while (answers.size() >= 2) {
        const auto at = [&](std::size_t i) { return static_cast<unsigned char>(answers[i]); };
        demand((at(1) & 0x80) == 0, "a server doesn't mask its frames");
        std::size_t length = at(1), head = 2;
        const std::size_t more = length == 127 ? 8 : length == 126 ? 2 : 0;
        if (answers.size() < head + more) break;
        if (more > 0) length = 0;
        for (; head < 2 + more; ++head)
            length = length << 8 | at(head);
        if (answers.size() < head + length) break;
        frames.push_back({at(0), std::string(answers.substr(head, length))});
        answers.remove_prefix(head + length);
    }
    return frames;
}

bool is_message(const Frame& frame) {
    return (frame.kind & 0x0F) < 8;
}

// Only messages: a pong may overtake one, and two pings in one piece may share a pong.
std::vector<Frame> messages_of(const std::vector<Frame>& frames) {
    std::vector<Frame> messages;
    std::ranges::copy_if(frames, std::back_inserter(messages), is_message);
    return messages;
}

} // namespace

void fuzz_frames(std::string_view input) {
    static ToyDoor door;
    const std::string head = handshake(take_byte(input));
    const auto whole = messages_of(frames_of(door.talk({head, input})));
    std::vector<std::string_view> pieces = pieces_of(input);
    pieces.insert(pieces.begin(), head);
    const auto in_pieces = messages_of(frames_of(door.talk(pieces)));
    // A fault ends the socket at once, and what it was about to say before is lost: more of that in one piece.
    const std::size_t common = std::min(whole.size(), in_pieces.size());
    demand(std::equal(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(common), in_pieces.begin()),
           "the same messages are heard in one piece and in many");
}

} // namespace fuzz
