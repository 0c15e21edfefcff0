// WebSockets: Beast's stream behind platform::Connection.
#pragma once

#include <memory>
#include <string>

#include "http/wire/peer.h"

namespace http {

// The first protocol that the client offers, or "". A browser that offers some fails without an answer, and
// ours don't care which.
std::string first_subprotocol(const Call& call);

// On start, answers the handshake and then asks the UpgradeHandler for a listener. Instantiated for plain and
// TLS.
template <class Stream>
std::shared_ptr<Peer> make_web_socket(PeerServices& services, Stream stream, UpgradeRequest request,
                                      std::string address);

} // namespace http
