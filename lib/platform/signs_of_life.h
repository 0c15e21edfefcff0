// What a socket's listener may want to know beside the messages: whether anybody is still there.
#pragma once

namespace platform {

class SignsOfLifeListener {
public:
    virtual ~SignsOfLifeListener() = default;
    // The peer answered a ping: it is there, though it has nothing to say.
    virtual void on_sign_of_life() = 0;
    // Nothing was heard of the peer for some seconds; it is sent a ping with this. Once in each silence.
    virtual void on_silence() = 0;
};

} // namespace platform
