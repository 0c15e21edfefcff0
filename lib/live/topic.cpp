#include "live/topic.h"

#include <algorithm>
#include <utility>

namespace live {

namespace {

constexpr std::size_t kept_tombstones = 1024;
// Subscribers who lag by different amounts each need a message of their own; at most this many are kept.
constexpr std::size_t kept_messages = 16;

} // namespace

std::string dumped(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Topic::Topic(std::string name, std::string epoch, std::uint64_t& counter)
    : name_(std::move(name)),
      epoch_(std::move(epoch)),
      counter_(counter),
      version_(++counter_),
      forgotten_(version_) {}

bool Topic::set(const std::string& key, Json value) {
    later_.erase(key);
    const auto [place, is_new] = entries_.try_emplace(key);
    Entry& entry = place->second;
    if (!is_new && !entry.erased && entry.value == value) return false;
    entry.value = std::move(value);
    entry.erased = false;
    changed(place);
    return true;
}

bool Topic::erase(const std::string& key) {
    later_.erase(key);
    const auto place = entries_.find(key);
    if (place == entries_.end() || place->second.erased) return false;
    place->second.value = nullptr;
    place->second.erased = true;
    changed(place);
    tombstones_.push_back(version_);
    limit_tombstones();
    return true;
}

void Topic::settle() {
    for (const auto& [key, make] : std::exchange(later_, {}))
        set(key, make());
}

const Json* Topic::entry(const std::string& key) const {
    const auto place = entries_.find(key);
    return place == entries_.end() || place->second.erased ? nullptr : &place->second.value;
}

void Topic::changed(Entries::iterator place) {
    Entry& entry = place->second;
    entry.text.clear();
    changes_.erase(entry.version);
    entry.version = version_ = ++counter_;
    changes_.emplace(version_, place);
    made_.clear();
}

void Topic::limit_tombstones() {
    while (tombstones_.size() > kept_tombstones) {
        const std::uint64_t oldest = tombstones_.front();
        tombstones_.pop_front();
        const auto change = changes_.find(oldest);
        if (change == changes_.end() || !change->second->second.erased) continue; // set again since
        entries_.erase(change->second);
        changes_.erase(change);
        forgotten_ = oldest;
    }
}

Payload Topic::message(std::optional<std::uint64_t> since, std::int64_t now_ms) {
    if (since && !remembers(*since)) since.reset();
    const auto made = std::ranges::find(made_, since, [](const auto& m) { return m.first; });
    if (made != made_.end()) return made->second;
    std::string text = R"({"type":"topic","status":")";
    text += since ? "update" : "snapshot";
    text += R"(","data":{"topic":)" + dumped(name_) + ',';
    if (!since) text += R"("epoch":)" + dumped(epoch_) + ',';
    text += R"("version":)" + std::to_string(version_) + ',' + body(since);
    text += R"(},"error":null,"eid":null,"ts":)" + std::to_string(now_ms) + '}';
    auto payload = std::make_shared<const std::string>(std::move(text));
    if (made_.size() >= kept_messages) made_.erase(made_.begin());
    made_.emplace_back(since, payload);
    return payload;
}

std::string Topic::body(std::optional<std::uint64_t> since) {
    std::string present, erased;
    if (!since) {
        for (auto& entry : entries_) {
            if (!entry.second.erased) append(present, entry);
        }
        return R"("entries":{)" + present + '}';
    }
    for (auto change = changes_.upper_bound(*since); change != changes_.end(); ++change) {
        auto& entry = *change->second;
        if (entry.second.erased)
            erased += (erased.empty() ? "" : ",") + dumped(entry.first);
        else
            append(present, entry);
    }
    return R"("entries":{)" + present + R"(},"erased":[)" + erased + ']';
}

void Topic::append(std::string& list, Entries::value_type& entry) {
    auto& [key, content] = entry;
    if (content.text.empty()) content.text = dumped(content.value);
    if (!list.empty()) list += ',';
    list += dumped(key) + ':' + content.text;
}

} // namespace live
