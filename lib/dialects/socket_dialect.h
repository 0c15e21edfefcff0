// A dialect's share of one socket. Several dialects and Lectern's own messages meet on the same paths, so
// each dialect is asked in turn whether a message is its own. A message that none of them takes is Lectern's.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/serving/seams.h"
#include "live/hub.h"
#include "platform/signs_of_life.h"

namespace dialects {

class SocketDialect {
public:
    virtual ~SocketDialect() = default; // the socket is gone
    // `message` is the parsed frame, or null when `text` is not JSON. Returns true if it was this dialect's.
    virtual bool take(const nlohmann::json* message, std::string_view text) = 0;
    // A message was longer than its sender's may be, and was read past.
    virtual bool take_too_large(std::string_view outline) { return take(nullptr, outline); }
    // Nothing was heard for some seconds; a protocol ping is sent along with this call.
    virtual void on_silence() {}
    // How much longer than others its clients may be silent.
    virtual platform::Patience patience() const { return {}; }
};

// A dialect as the sockets of the box see it. All calls come on the io thread.
class SocketDialectFactory {
public:
    virtual ~SocketDialectFactory() = default;
    // Whether this path (without a final slash) is one of the dialect's own.
    virtual bool serves(std::string_view path) const = 0;
    // Called before the handshake, for paths that it serves.
    virtual std::unique_ptr<http::Answer> refuse(const http::UpgradeRequest& request) = 0;
    // Extra headers of the handshake's answer.
    virtual std::vector<std::pair<std::string, std::string>> headers(const http::UpgradeRequest&) {
        return {};
    }
    // Its share of an open socket, whose connection outlives it; null when it has none in this one.
    virtual std::unique_ptr<SocketDialect> open(live::ClientId client, platform::Connection& connection,
                                                const http::UpgradeRequest& request) = 0;
};

} // namespace dialects
