// The content of a topic: its entries, and what changed since any version that a subscriber may have seen.
//
// Every change takes the next number of a counter that all topics of a hub share, so a topic that was closed
// and opened again never meets a version of its former self. An erased key stays as a tombstone, so that a
// subscriber who was away learns of it. The newest 1,024 tombstones are kept; a subscriber who was away for
// longer gets a full snapshot.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace live {

using Json = nlohmann::json;
using Payload = std::shared_ptr<const std::string>;

// Never throws for text that is not UTF-8: one client's bad text must not cut the others off.
std::string dumped(const Json& value);

class Topic {
public:
    // `counter` belongs to the hub and outlives the topic.
    Topic(std::string name, std::string epoch, std::uint64_t& counter);

    // False when it changed nothing.
    bool set(const std::string& key, Json value);
    bool erase(const std::string& key);
    // settle() makes the value, unless the key is set, erased or put off again before.
    void set_later(const std::string& key, std::function<Json()> make) { later_[key] = std::move(make); }
    void settle();
    const Json* entry(const std::string& key) const;

    const std::string& name() const { return name_; }
    std::uint64_t version() const { return version_; }
    // Whether we can still tell a subscriber with that version what changed since.
    bool remembers(std::uint64_t version) const { return version >= forgotten_ && version <= version_; }

    // The message that brings a subscriber from `since` to version(). nullopt or a forgotten version gives
    // the snapshot. Everyone who asks the same gets the same payload until something changes.
    Payload message(std::optional<std::uint64_t> since, std::int64_t now_ms);

private:
    struct Entry {
        Json value;
        bool erased = false;
        std::uint64_t version = 0;
        std::string text; // the value's, made when first needed
    };
    using Entries = std::map<std::string, Entry>;
    void changed(Entries::iterator place);
    void limit_tombstones();
    std::string body(std::optional<std::uint64_t> since);
    static void append(std::string& list, Entries::value_type& entry);

    const std::string name_, epoch_;
    std::uint64_t& counter_;
    std::uint64_t version_, forgotten_;
    Entries entries_;
    std::map<std::string, std::function<Json()>> later_;
    std::map<std::uint64_t, Entries::iterator> changes_; // each entry once, at its version
    std::deque<std::uint64_t> tombstones_;               // versions of erasures, some of them set again since
    std::vector<std::pair<std::optional<std::uint64_t>, Payload>> made_; // messages of the present version
};

} // namespace live
