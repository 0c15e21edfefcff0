#include "dialects/dpvr/links.h"

#include <algorithm>
#include <utility>

namespace dialects::dpvr {

namespace {

constexpr std::int64_t stale_player_ms = 6'000; // three heartbeats

} // namespace

std::optional<Links::LinkNumber> Links::add(std::string_view address, std::int64_t now_ms) {
    const auto from_there =
        std::ranges::count_if(links_, [&](const auto& entry) { return entry.second.address == address; });
    if (links_.size() >= limits_.links || std::cmp_greater_equal(from_there, limits_.links_per_address))
        return std::nullopt;
    Link link;
    link.address = address;
    link.since_ms = link.heard_ms = now_ms;
    links_.emplace(++last_, std::move(link));
    return last_;
}

std::optional<Links::LinkNumber> Links::heard(LinkNumber id, Heartbeat heartbeat, std::int64_t now_ms) {
    const auto found = links_.find(id);
    if (found == links_.end() || found->second.going) return std::nullopt;
    Link& link = found->second;
    if (link.heartbeat && link.heartbeat->serial != heartbeat.serial) {
        link.going = true;
        by_serial_.erase(link.heartbeat->serial);
        return id;
    }
    std::optional<LinkNumber> replaced;
    if (!link.heartbeat) {
        LinkNumber& owner = by_serial_[heartbeat.serial];
        if (owner != 0) {
            links_.at(owner).going = true;
            replaced = owner;
        }
        owner = id;
    }
    if (!link.heartbeat || link.heartbeat->player != heartbeat.player) link.player_changed_ms = now_ms;
    link.heard_ms = now_ms;
    link.heartbeat = std::move(heartbeat);
    return replaced;
}

std::vector<Links::LinkNumber> Links::due(std::int64_t now_ms) {
    std::vector<LinkNumber> due;
    for (auto& [id, link] : links_) {
        const std::int64_t limit = link.heartbeat ? limits_.close_ms : limits_.anonymous_ms;
        if (link.going || now_ms - link.heard_ms < limit) continue;
        link.going = true;
        due.push_back(id);
    }
    return due;
}

void Links::remove(LinkNumber id) {
    const auto found = links_.find(id);
    if (found == links_.end()) return;
    if (found->second.heartbeat) {
        const auto owner = by_serial_.find(found->second.heartbeat->serial);
        if (owner != by_serial_.end() && owner->second == id) by_serial_.erase(owner);
    }
    links_.erase(found);
}

const Links::Link* Links::find(LinkNumber id) const {
    const auto found = links_.find(id);
    return found == links_.end() ? nullptr : &found->second;
}

std::optional<Links::LinkNumber> Links::of_serial(std::string_view serial) const {
    const auto found = by_serial_.find(serial);
    return found == by_serial_.end() ? std::nullopt : std::optional(found->second);
}

bool Links::is_online(LinkNumber id, std::int64_t now_ms) const {
    const Link* link = find(id);
    return link != nullptr && !link->going && link->heartbeat && now_ms - link->heard_ms < limits_.offline_ms;
}

bool Links::is_player_stale(LinkNumber id, std::int64_t now_ms) const {
    const Link* link = find(id);
    return link != nullptr && link->heartbeat && link->heartbeat->player &&
           link->heartbeat->player->state == "PLAYING" && now_ms - link->player_changed_ms >= stale_player_ms;
}

} // namespace dialects::dpvr
