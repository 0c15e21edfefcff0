// A conversation as it happens. Staff who read along subscribe to the topic `chat/RUN`: entries "message/ID",
// and "reply" with what the persona is about to say. The student's own sockets, and the headset's, are pushed
// `chat.message` instead; a topic would let the whole school listen.
//
// May be called from any thread; works on the io thread. Reading a conversation by GET opens its topic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chat/chat.h"
#include "live/hub.h"
#include "platform/clock.h"
#include "platform/ids.h"

namespace chat {

class Feed {
public:
    static constexpr std::size_t most_topics = 300; // one more closes the oldest
    static constexpr std::size_t shown = 100;       // messages of a topic

    Feed(live::Hub& hub, platform::Clock& clock);
    ~Feed();

    void opened(OrganisationId organisation_id, RunId run_id, std::vector<Message> newest);
    void said(OrganisationId organisation_id, const Listeners& listeners, const Message& message);
    void forgotten(RunId run_id); // the run's conversation has been erased
    void growing(OrganisationId organisation_id, RunId run_id, std::string_view so_far);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace chat
