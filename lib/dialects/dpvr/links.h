// The connections of headsets that speak RDC: how many there may be, who is anonymous, who has fallen silent,
// which of two with one serial counts. It owns no socket and reads no clock, so that every rule is a test.
// One thread.
//
// Always: a serial belongs to one link at most; a link that must go is named once, by due() or heard(), and
// the caller closes its socket and calls remove().
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialects/dpvr/wire.h"

namespace dialects::dpvr {

struct LinkLimits {
    std::size_t links = 200, links_per_address = 4; // a headset that reconnects has two for a while
    // A headset says who it is every two seconds; the vendor names no time after which it is gone.
    std::int64_t anonymous_ms = 5'000, offline_ms = 10'000, close_ms = 15'000;
};

class Links {
public:
    using LinkNumber = std::uint64_t;
    struct Link {
        std::string address;
        std::int64_t since_ms = 0, heard_ms = 0;
        std::optional<Heartbeat> heartbeat; // the last one; nothing while it is anonymous
        std::int64_t player_changed_ms = 0; // when what the player says last differed
        bool going = false;                 // it has been named as one to close
    };

    explicit Links(LinkLimits limits = {}) : limits_(limits) {}

    // Nothing when there are too many, on the box or from this address: the socket is to be closed.
    std::optional<LinkNumber> add(std::string_view address, std::int64_t now_ms);
    // A heartbeat came. Names the older link of the same serial, which is to be closed. A link keeps the
    // first serial that it gave: with another one it is itself to be closed.
    std::optional<LinkNumber> heard(LinkNumber id, Heartbeat heartbeat, std::int64_t now_ms);
    // The links to close: anonymous or silent for too long.
    std::vector<LinkNumber> due(std::int64_t now_ms);
    void remove(LinkNumber id);

    const Link* find(LinkNumber id) const;
    std::optional<LinkNumber> of_serial(std::string_view serial) const;
    bool is_online(LinkNumber id, std::int64_t now_ms) const;
    // Whether what the player says may be believed: a player that plays and doesn't move repeats itself.
    bool is_player_stale(LinkNumber id, std::int64_t now_ms) const;
    std::size_t size() const { return links_.size(); }

private:
    LinkLimits limits_;
    std::map<LinkNumber, Link> links_;
    std::map<std::string, LinkNumber, std::less<>> by_serial_;
    LinkNumber last_ = 0;
};

} // namespace dialects::dpvr
