// Places: how many connections and sockets who may keep open. They are counted by source: who somebody is, or
// for strangers where they come from, an IPv4 address or an IPv6 /64. So the students behind a school's one
// address don't take each other's places once a cookie or token has told them apart, and a stranger who opens
// thousands of connections takes places from strangers only.
//
// Invariants:
// - Each standing has places of its own, so nobody can take those of staff and headsets.
// - When a standing is full, or a source, a new connection still gets its place: somebody goes, from the source
//   that has most. There, the oldest of those that never asked anything goes; if there are none, the one whose
//   last complete request (or message) is longest ago.
// - A source stays where it is until `tidy`, so a pointer to one holds until the io thread has returned.
// - Everything runs on the io thread. A request moves its connection within a list and looks nothing up.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/serving/standing.h"

namespace http {

class Peer;

struct Source {
    Standing standing = Standing::stranger;
    std::int64_t number = 0; // of the headset, person or key; 0: a stranger's address
    std::list<Peer*> silent,
        asked;                  // have never asked anything, and the others; the one idle longest comes first
    std::size_t incomplete = 0; // bytes of unfinished bodies and messages

    std::size_t size() const { return silent.size() + asked.size(); }
};

// A peer's share of the above. Every peer has one.
struct Place {
    Source* source = nullptr; // null: it has lost its place and is about to close
    std::list<Peer*>::iterator at{};
    bool asked = false;
    std::size_t incomplete = 0;
};

class Places {
public:
    // `connections`: of all standings together.
    explicit Places(std::size_t connections) : connections_(connections) {}

    // A connection that nobody knows yet. Returns who must go for it, or null.
    Peer* enter(Peer& peer, const std::string& address);
    // The head of a request has said who it is. Nothing happens for a stranger, and from the second request on.
    Peer* know(Peer& peer, const platform::Caller& caller);
    // A request or message is complete.
    static void completed(Peer& peer);
    void leave(Peer& peer);
    // So many bytes of an unfinished body or message are kept for this peer. False: too many for its source, or
    // for all of its standing together.
    bool keeps(Peer& peer, std::size_t bytes);
    // Forgets sources without connections.
    void tidy();

    std::size_t incomplete_bytes() const { return incomplete_bytes_; } // from any thread

private:
    std::size_t taken(Standing standing) const { return taken_[static_cast<std::size_t>(standing)]; }
    Peer* move(Peer& peer, Standing standing, std::int64_t number, const std::string& name);
    void take(Peer& peer, Source& source);
    Peer* crowded_out(const Source& entered) const;
    static Peer* idle_longest(const Source& source);
    void rank(Source& source, std::size_t before);

    const std::size_t connections_;
    std::unordered_map<std::string, std::unique_ptr<Source>> sources_;
    std::array<std::size_t, standing_limits.size()> taken_{}, incomplete_{};
    std::atomic<std::size_t> incomplete_bytes_{0};
    // By number of connections, for finding the source that has most.
    std::array<std::set<std::pair<std::size_t, Source*>>, standing_limits.size()> ranks_;
};

// The address, or the first 64 bits of an IPv6 one: whoever has one address there has all of them.
std::string network_of(const std::string& address);

} // namespace http
