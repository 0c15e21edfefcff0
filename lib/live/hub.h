// The hub: live state, kept as topics and sent to everyone who subscribed.
//
// A topic ("room/7", "session/12") is a small table of entries, key -> JSON. A subscriber gets a snapshot of
// all entries, then updates. Each entry carries the topic's version at its last change. A subscriber who
// comes back with the version it has seen gets only what changed since (erased keys included), or a fresh
// snapshot when the hub no longer knows (another epoch: the server was restarted; or too many erased keys
// since).
//
// Invariants:
// - Everything here happens on the io thread. Other threads (the writer's after_commit) use Hub::post.
// - A topic's message is serialised once and shared by all subscribers of one delivery.
// - A slow reader costs only itself: its queue is bounded (outbox.h), and the sender never waits. While
//   frames wait for it, topics add none. Once it has caught up, one message tells it everything that changed
//   since.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "live/outbox.h"
#include "platform/caller.h"
#include "platform/clock.h"
#include "platform/ids.h"

namespace live {

using Json = nlohmann::json;
using ClientId = std::int64_t;

// How a client wants its updates. Pages get theirs gathered per tick into one frame (a JSON array when
// several messages are due); headsets and dialect clients get one message per frame, at once.
enum class Delivery { ticked, immediate };

// A message ready to leave, for Outbox::push and Hub::relay.
platform::Frame frame_of(const Json& message);

struct Seen { // what a returning subscriber knows
    std::string epoch;
    std::uint64_t version = 0;
};

class Hub {
public:
    // `post` runs a function on the io thread, soon, in order. Callable from any thread (the appliance
    // batches the calls).
    using Post = std::function<void(std::function<void()>)>;
    // `epoch` names this start of the server.
    Hub(Post post, platform::Clock& clock, std::string epoch, OutboxLimits limits = {});
    ~Hub();

    // ---- from any thread ----
    // Work still under way when the hub is destroyed is dropped. The hub logs what it throws, and other
    // work goes on.
    void post(std::function<void(Hub&)> work);

    // ---- clients; io thread ----
    ClientId add_client(std::shared_ptr<platform::Connection> connection, Delivery delivery,
                        platform::Caller caller);
    void remove_client(ClientId client);
    Outbox* outbox(ClientId client); // null when it is gone
    platform::Caller* caller(ClientId client);
    void send(ClientId client, const Json& message); // one client, at once
    // Sends a command to many clients at once, serialised once. Rule and key are those of the outbox.
    void send(std::span<const ClientId> clients, const Json& message, DropRule rule = DropRule::keep,
              std::string_view key = {});
    void close(ClientId client, platform::CloseReason reason);
    std::vector<ClientId> clients() const;

    // ---- topics; io thread ----
    // A topic belongs to an organisation, and only that organisation's clients may subscribe. Opening an open
    // topic changes nothing. On a topic that is not open, set, erase and tell do nothing: what it was about
    // has just gone.
    void open_topic(const std::string& topic, OrganisationId organisation, platform::Role least);
    void close_topic(const std::string& topic); // tells subscribers {status:"closed"}
    bool is_open(const std::string& topic) const;
    // Setting a value that is already there is not a change.
    void set(const std::string& topic, const std::string& key, Json value);
    // For a value that is expensive to make and changes often: it is made once, with the next tick, and not
    // at all while nobody listens.
    void set_later(const std::string& topic, const std::string& key, std::function<Json()> make);
    void erase(const std::string& topic, const std::string& key);
    const Json* entry(const std::string& topic, const std::string& key);
    // For what is sent once and not kept: a relayed message, a question. Goes to all subscribers at once.
    void tell(const std::string& topic, const Json& message, ClientId except = 0);
    void relay(const std::string& topic, platform::Frame frame, DropRule rule, ClientId except = 0);

    // Sends the snapshot (or what changed since `seen`) and keeps the client informed. Throws Error not_found
    // when this caller has no such topic, conflict when the client has subscribed already.
    void subscribe(ClientId client, const std::string& topic, const std::optional<Seen>& seen);
    void unsubscribe(ClientId client, const std::string& topic);
    std::size_t subscribers(const std::string& topic) const;
    std::vector<ClientId> subscribers_of(const std::string& topic) const;

    // Sends the pages' updates; the appliance calls it every 20 ms. Cheap when nothing changed.
    void tick();

    struct Figures {
        std::size_t clients = 0, topics = 0, queued_bytes = 0;
        std::uint64_t dropped_pictures = 0, dropped_clients = 0, replaced_updates = 0, held_back_updates = 0,
                      frames = 0;
    };
    Figures figures() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_; // shared only so that posted work can tell that the hub is gone
};

} // namespace live
