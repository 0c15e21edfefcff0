// Why the box closes a socket. Each reason has a close code of its own, and so has each one's sentence; what a
// client does about it stands in docs/headset-protocol.md, and a test compares the two.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace platform {

// The last two digits are those of the HTTP status that says the same, where there is one.
enum class CloseReason : std::uint16_t {
    stopping = 4000,
    login_ended = 4001,
    no_session = 4004,
    unfinished_message = 4008,
    replaced = 4009,
    silent = 4010,
    huge_message = 4013,
    no_picture = 4015,
    slow_reader = 4029,
    defect = 4050,
};

struct CloseSentence {
    CloseReason reason;
    std::string_view text; // goes with the code, at most 120 bytes
};
constexpr std::array close_sentences{
    CloseSentence{CloseReason::stopping, "the box stops or restarts"},
    CloseSentence{CloseReason::login_ended, "the token is no longer valid"},
    CloseSentence{CloseReason::no_session, "there is no such session"},
    CloseSentence{CloseReason::unfinished_message, "a message began and did not end in time"},
    CloseSentence{CloseReason::replaced, "a newer socket of this headset has taken its role"},
    CloseSentence{CloseReason::silent, "nothing was heard for a while"},
    CloseSentence{CloseReason::huge_message, "a message was larger than anybody's may be"},
    CloseSentence{CloseReason::no_picture, "bytes that are not a picture, or not from a headset"},
    CloseSentence{CloseReason::slow_reader, "too much waited for you"},
    CloseSentence{CloseReason::defect, "the box made a mistake"},
};

constexpr std::uint16_t code_of(CloseReason reason) {
    return static_cast<std::uint16_t>(reason);
}

constexpr std::string_view sentence_of(CloseReason reason) {
    for (const CloseSentence& one : close_sentences)
        if (one.reason == reason) return one.text;
    return {};
}

} // namespace platform
