// The LMS dialect's live sockets, /ws/session/ID/ and /websocket/: `action` messages in, {message, status}
// out.
//
// A socket takes part in one session at a time: the one in its address or, on /websocket/, the one that runs
// for whoever holds the socket. When someone starts, pauses or stops that session, through a socket, REST or
// Lectern's page, all its sockets hear of it; they hear every such word of a socket, also one that changes
// nothing. A message that a socket relays (WebRTC) goes to the others in
// the session.
//
// Everything runs on the io thread. The actions are messages in a route table of their
// own: they are guarded, audited and answered in order like every other message, but do not appear among
// Lectern's own.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "dialects/lms/control.h"
#include "dialects/lms/parts.h"
#include "dialects/socket_dialect.h"
#include "http/serving/messages.h"
#include "platform/ids.h"

namespace dialects::lms {

class Sockets final : public SocketDialectFactory {
public:
    // Uses all of `messages` except its routes.
    Sockets(const Parts& parts, const http::MessageServices& messages);
    ~Sockets() override;

    bool serves(std::string_view path) const override;
    std::unique_ptr<http::Answer> refuse(const http::UpgradeRequest& request) override;
    std::unique_ptr<SocketDialect> open(live::ClientId client, platform::Connection& connection,
                                        const http::UpgradeRequest& request) override;

    // A command went out; called after its commit.
    void session_ordered(const sessions::OrderSnapshot& ordered);

private:
    class Socket;
    struct Announcement;

    void add_routes();
    http::Answer join(http::Call& call, store::Tx& tx);
    http::Answer find(http::Call& call, store::Read& read);
    http::Answer control(http::Call& call, store::Tx& tx, Act what);
    http::Answer relay(const http::Call& call);
    void announce(const sessions::Session& session, Act what, std::int64_t number, live::ClientId except);
    void deliver_ready();
    void deliver(const Announcement& announcement);
    void answer_for(DeviceId device_id, const Announcement& announcement);

    const Parts parts_;
    http::RouteTable routes_;
    http::MessageServices messages_;
    std::map<live::ClientId, Socket*> sockets_;
    // Announcements leave in the order of their commands, although each first asks the store who is in the
    // session.
    std::deque<std::shared_ptr<Announcement>> announcements_;
    // Commands that came by one of these sockets, by session and number: that socket has its own answer.
    std::mutex mutex_;
    std::map<std::pair<SessionId, std::int64_t>, live::ClientId> origins_;
};

} // namespace dialects::lms
