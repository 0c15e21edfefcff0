// What a socket's listener may want to know besides the messages: whether anybody is still there.
#pragma once

namespace platform {

class SignsOfLifeListener {
public:
    virtual ~SignsOfLifeListener() = default;
    // The peer answered a ping: it is there, it just has nothing to say.
    virtual void on_sign_of_life() = 0;
    // The peer has been silent for some seconds, and a ping goes out at the same time. Called once per
    // silence.
    virtual void on_silence() = 0;
};

} // namespace platform
