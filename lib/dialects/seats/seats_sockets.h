// The seats dialect's live socket, at / and /websocket/ and /ws: messages with a `type`.
//
// A socket stays open as a guest, who may ask for nothing but its own login state. The cookie it was opened
// with says who it speaks for; a sign-in or sign-out by HTTP that carries the same cookie changes that in
// place and rotates the cookie.
//
// Everything runs on the io thread unless noted otherwise. The messages are routes in a table of their own:
// they are guarded, audited and answered in order like all others, but do not appear among Lectern's own.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "dialects/seats/halls.h"
#include "dialects/seats/parts.h"
#include "dialects/socket_dialect.h"
#include "http/serving/messages.h"
#include "platform/ids.h"

namespace dialects::seats {

class Sockets final : public SocketDialectFactory {
public:
    // Uses all of `messages`; its routes tell which types are Lectern's own.
    Sockets(const Parts& parts, const http::MessageServices& messages);
    ~Sockets() override;

    bool serves(std::string_view path) const override;
    std::unique_ptr<http::Answer> refuse(const http::UpgradeRequest& request) override;
    std::vector<std::pair<std::string, std::string>> headers(const http::UpgradeRequest& request) override;
    std::unique_ptr<SocketDialect> open(live::ClientId client, platform::Connection& connection,
                                        const http::UpgradeRequest& request) override;

    // ---- from any thread, after the commit ----
    void room_changed(const rooms::Room& room);
    void room_removed(RoomId room_id);
    void seat_changed(const rooms::Seat& seat);
    void seat_removed(RoomId room_id, SeatId seat_id);
    // Sockets that carry the old cookie speak for somebody else from now on, or for nobody, and carry the new
    // cookie.
    struct Standing {
        std::string old_token, new_token;
        std::optional<std::string> username; // none: a guest
    };
    void stands(const Standing& standing);

private:
    class Socket;
    void add_routes();
    http::Answer get_cinema(const http::Call& call, store::Read& read);
    http::Answer set_status(const http::Call& call, store::Tx& tx);
    http::Answer standing(const http::Call& call, store::Read& read);
    void post(std::function<void()> work);
    void tell_changes();
    // The cookie of a guest's socket: the page's, if another socket with it is open, or a new one. It is
    // derived from the handshake's nonce and a secret of this start, so asking twice gives the same cookie.
    std::string guest_token(const http::Call& call) const;
    bool is_carried(const std::string& token) const;

    const Parts parts_;
    const http::RouteTable& lecterns_;
    http::RouteTable routes_;
    http::MessageServices messages_;
    Halls halls_;
    const std::string secret_;
    std::map<live::ClientId, Socket*> sockets_;
};

} // namespace dialects::seats
