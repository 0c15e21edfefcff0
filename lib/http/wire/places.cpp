#include "http/wire/places.h"

#include <arpa/inet.h>

#include <algorithm>

#include "http/wire/peer.h"

namespace http {

std::string network_of(const std::string& address) {
    in6_addr bits{};
    if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &bits) != 1) return address;
    std::fill(bits.s6_addr + 8, bits.s6_addr + 16, std::uint8_t{0});
    char text[INET6_ADDRSTRLEN];
    return std::string(::inet_ntop(AF_INET6, &bits, text, sizeof text)) + "/64";
}

Peer* Places::enter(Peer& peer, const std::string& address) {
    return move(peer, Standing::stranger, 0, network_of(address));
}

Peer* Places::know(Peer& peer, const platform::Caller& caller) {
    const Source* source = peer.place.source;
    const Standing standing = standing_of(caller);
    if (standing == Standing::stranger || source == nullptr) return nullptr;
    const std::int64_t number = standing == Standing::site_key  ? caller.site_key_id.value()
                                : standing == Standing::headset ? caller.device_id.value()
                                                                : caller.person_id.value();
    if (source->standing == standing && source->number == number) return nullptr;
    std::string name = std::string(platform::name_of(standing)) + " " + std::to_string(number);
    // Every headset of a school may have the same key.
    if (standing == Standing::site_key) name += " " + network_of(peer.address());
    const std::size_t incomplete = peer.place.incomplete;
    leave(peer);
    Peer* out = move(peer, standing, number, name);
    keeps(peer, incomplete);
    return out;
}

Peer* Places::move(Peer& peer, Standing standing, std::int64_t number, const std::string& name) {
    auto& source = sources_[name];
    if (!source) {
        source = std::make_unique<Source>();
        source->standing = standing;
        source->number = number;
    }
    take(peer, *source);
    Peer* out = crowded_out(*source);
    if (out != nullptr) leave(*out);
    return out;
}

void Places::take(Peer& peer, Source& source) {
    const std::size_t before = source.size();
    peer.place.source = &source;
    peer.place.asked = false;
    peer.place.at = source.silent.insert(source.silent.end(), &peer);
    ++taken_[static_cast<std::size_t>(source.standing)];
    rank(source, before);
}

void Places::leave(Peer& peer) {
    if (peer.place.source == nullptr) return;
    keeps(peer, 0);
    Source& source = *peer.place.source;
    const std::size_t before = source.size();
    (peer.place.asked ? source.asked : source.silent).erase(peer.place.at);
    peer.place = {};
    --taken_[static_cast<std::size_t>(source.standing)];
    rank(source, before);
}

Peer* Places::crowded_out(const Source& entered) const {
    const StandingLimits& limits = limits_of(entered.standing);
    if (entered.size() > limits.connections) return idle_longest(entered);
    if (taken(entered.standing) * 100 <= connections_ * limits.places_percent) return nullptr;
    // If every source has one connection, the newest does not go: nobody else could ever come in.
    const auto& ranks = ranks_[static_cast<std::size_t>(entered.standing)];
    auto most = ranks.rbegin();
    if (most->second == &entered && entered.size() == 1 && ranks.size() > 1) ++most;
    return idle_longest(*most->second);
}

// The one that has just come is silent too, and stays.
Peer* Places::idle_longest(const Source& source) {
    return source.silent.size() > 1 || source.asked.empty() ? source.silent.front() : source.asked.front();
}

void Places::rank(Source& source, std::size_t before) {
    auto& ranks = ranks_[static_cast<std::size_t>(source.standing)];
    auto node = ranks.extract({before, &source});
    if (source.size() == 0) return;
    if (node.empty()) {
        ranks.emplace(source.size(), &source);
    } else {
        node.value().first = source.size();
        ranks.insert(std::move(node));
    }
}

void Places::completed(Peer& peer) {
    Place& place = peer.place;
    if (place.source == nullptr) return;
    auto& asked = place.source->asked;
    asked.splice(asked.end(), place.asked ? asked : place.source->silent, place.at);
    place.asked = true;
}

bool Places::keeps(Peer& peer, std::size_t bytes) {
    Place& place = peer.place;
    if (place.source == nullptr) return false;
    std::size_t& all = incomplete_[static_cast<std::size_t>(place.source->standing)];
    all += bytes - place.incomplete;
    incomplete_bytes_ += bytes - place.incomplete;
    place.source->incomplete += bytes - place.incomplete;
    place.incomplete = bytes;
    const StandingLimits& limits = limits_of(place.source->standing);
    return place.source->incomplete <= limits.incomplete_bytes && all <= limits.incomplete_bytes_in_all;
}

void Places::tidy() {
    std::erase_if(sources_, [](const auto& entry) { return entry.second->size() == 0; });
}

} // namespace http
