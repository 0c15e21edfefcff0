// What a socket's listener may want to know besides the messages: whether anybody is still there.
#pragma once

#include <chrono>

namespace platform {

// How much longer than others a peer may be silent.
struct Patience {
    std::chrono::milliseconds before_ping{}, before_close{};
};

class SignsOfLifeListener {
public:
    virtual ~SignsOfLifeListener() = default;
    // The peer answered a ping: it is there, it just has nothing to say.
    virtual void on_sign_of_life() = 0;
    // The peer has been silent for some seconds, and a ping goes out at the same time. Called once per
    // silence.
    virtual void on_silence() = 0;
    virtual Patience patience() const { return {}; }
};

} // namespace platform
