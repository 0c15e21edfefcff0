#include "live/hub.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "live/topic.h"
#include "platform/error.h"
#include "platform/log.h"

namespace live {

namespace {

// A client with this many frames waiting gets no more updates until it has taken them.
constexpr std::size_t behind_from_frames = 4;
constexpr std::size_t most_subscriptions = 256; // of one client

struct Subscription;

struct Client {
    ClientId id = 0;
    std::shared_ptr<Outbox> outbox;
    Delivery delivery = Delivery::ticked;
    platform::Caller caller;
    std::vector<std::unique_ptr<Subscription>> subscriptions;
    bool behind = false; // in Impl::behind
    bool gone = false;
    std::vector<Payload> due; // this client's part of the present tick's frame
};

struct OpenTopic {
    OpenTopic(const std::string& name, const std::string& epoch, std::uint64_t& counter,
              OrganisationId organisation, platform::Role least_role)
        : topic(name, epoch, counter), organisation_id(organisation), least(least_role) {}
    Topic topic;
    OrganisationId organisation_id;
    platform::Role least;
    std::vector<Subscription*> subscribers;
    bool dirty = false; // in Impl::dirty
};

struct Subscription {
    Client& client;
    OpenTopic& open;
    std::uint64_t seen; // the version that the client has been sent
};

} // namespace

// A connection may report its end from within a send. So while something walks over subscribers (`walking` >
// 0), a client that leaves is only marked, and swept when the outermost walk has ended.
struct Hub::Impl {
    class Walk {
    public:
        explicit Walk(Impl& impl) : impl_(impl) { ++impl_.walking; }
        ~Walk() {
            if (--impl_.walking == 0) impl_.sweep();
        }
        Walk(const Walk&) = delete;
        Walk& operator=(const Walk&) = delete;

    private:
        Impl& impl_;
    };

    Impl(Post post_function, platform::Clock& the_clock, std::string the_epoch, OutboxLimits the_limits)
        : post(std::move(post_function)), clock(the_clock), epoch(std::move(the_epoch)), limits(the_limits) {}

    Post post;
    platform::Clock& clock;
    const std::string epoch;
    const OutboxLimits limits;
    std::uint64_t counter = 0; // for the versions of topics
    ClientId last_id = 0;
    std::unordered_map<ClientId, std::unique_ptr<Client>> clients;
    std::unordered_map<std::string, std::unique_ptr<OpenTopic>> topics;
    std::vector<OpenTopic*> dirty; // changed since the last tick, with ticked subscribers to tell
    std::vector<ClientId> behind;  // clients whose updates are held back
    std::vector<ClientId> gone;    // to be swept
    std::size_t walking = 0;
    Figures past; // the counts of clients that are gone
    std::uint64_t held_back = 0;

    Client* find(ClientId id) const {
        const auto place = clients.find(id);
        return place == clients.end() || place->second->gone ? nullptr : place->second.get();
    }
    OpenTopic* find(const std::string& name) const {
        const auto place = topics.find(name);
        return place == topics.end() ? nullptr : place->second.get();
    }
    bool holds_back(Client& client);
    void changed(OpenTopic& open);
    void settle(OpenTopic& open);
    void tell_with_next_tick(OpenTopic& open);
    void offer_at_once(Subscription& subscription);
    void gather(Subscription& subscription, std::vector<Client*>& addressed);
    void push_due(const std::vector<Client*>& addressed);
    void push(const OpenTopic& open, const platform::Frame& frame, DropRule rule, ClientId except);
    static Subscription* subscription(const Client& client, const OpenTopic* open);
    void end_subscription(Subscription& subscription);
    void sweep();
};

platform::Frame frame_of(const Json& message) {
    return {std::make_shared<const std::string>(dumped(message)), false};
}

Hub::Hub(Post post, platform::Clock& clock, std::string epoch, OutboxLimits limits)
    : impl_(std::make_shared<Impl>(std::move(post), clock, std::move(epoch), limits)) {}

Hub::~Hub() = default;

void Hub::post(std::function<void(Hub&)> work) {
    impl_->post([this, alive = std::weak_ptr<Impl>(impl_), work = std::move(work)] {
        if (alive.expired()) return;
        try {
            work(*this);
        } catch (const std::exception& error) {
            platform::log_error(std::string("hub: posted work failed: ") + error.what());
        }
    });
}

// ---- clients ----

ClientId Hub::add_client(std::shared_ptr<platform::Connection> connection, Delivery delivery,
                         platform::Caller caller) {
    auto client = std::make_unique<Client>();
    client->id = ++impl_->last_id;
    client->outbox = std::make_shared<Outbox>(std::move(connection), impl_->limits);
    client->delivery = delivery;
    client->caller = caller;
    const ClientId id = client->id;
    impl_->clients.emplace(id, std::move(client));
    return id;
}

void Hub::remove_client(ClientId id) {
    Client* client = impl_->find(id);
    if (!client) return;
    const Impl::Walk walk(*impl_);
    client->gone = true;
    impl_->gone.push_back(id);
}

Outbox* Hub::outbox(ClientId id) {
    Client* client = impl_->find(id);
    return client ? client->outbox.get() : nullptr;
}

platform::Caller* Hub::caller(ClientId id) {
    Client* client = impl_->find(id);
    return client ? &client->caller : nullptr;
}

void Hub::send(ClientId id, const Json& message) {
    send(std::span(&id, 1), message);
}

void Hub::send(std::span<const ClientId> ids, const Json& message, DropRule rule, std::string_view key) {
    const Impl::Walk walk(*impl_);
    const platform::Frame frame = frame_of(message);
    for (const ClientId id : ids) {
        if (Client* client = impl_->find(id)) client->outbox->push(frame, rule, key);
    }
}

void Hub::close(ClientId id, platform::CloseReason reason) {
    const Impl::Walk walk(*impl_);
    if (Client* client = impl_->find(id)) client->outbox->close(reason);
}

std::vector<ClientId> Hub::clients() const {
    std::vector<ClientId> ids;
    ids.reserve(impl_->clients.size());
    for (const auto& [id, client] : impl_->clients) {
        if (!client->gone) ids.push_back(id);
    }
    return ids;
}

// ---- topics ----

void Hub::open_topic(const std::string& topic, OrganisationId organisation, platform::Role least) {
    if (impl_->find(topic)) return;
    impl_->topics.emplace(
        topic, std::make_unique<OpenTopic>(topic, impl_->epoch, impl_->counter, organisation, least));
}

void Hub::close_topic(const std::string& topic) {
    if (impl_->walking > 0)
        throw platform::Error(platform::ErrorKind::internal, "a topic was closed during a walk");
    OpenTopic* open = impl_->find(topic);
    if (!open) return;
    tell(topic, {{"type", "topic"},
                 {"status", "closed"},
                 {"data", {{"topic", topic}}},
                 {"error", nullptr},
                 {"eid", nullptr},
                 {"ts", impl_->clock.now_ms()}});
    while (!open->subscribers.empty())
        impl_->end_subscription(*open->subscribers.back());
    std::erase(impl_->dirty, open);
    impl_->topics.erase(topic);
}

bool Hub::is_open(const std::string& topic) const {
    return impl_->find(topic) != nullptr;
}

void Hub::set(const std::string& topic, const std::string& key, Json value) {
    OpenTopic* open = impl_->find(topic);
    if (open && open->topic.set(key, std::move(value))) impl_->changed(*open);
}

void Hub::set_later(const std::string& topic, const std::string& key, std::function<Json()> make) {
    OpenTopic* open = impl_->find(topic);
    if (!open) return;
    open->topic.set_later(key, std::move(make));
    if (!open->subscribers.empty()) impl_->tell_with_next_tick(*open);
}

void Hub::erase(const std::string& topic, const std::string& key) {
    OpenTopic* open = impl_->find(topic);
    if (open && open->topic.erase(key)) impl_->changed(*open);
}

const Json* Hub::entry(const std::string& topic, const std::string& key) {
    OpenTopic* open = impl_->find(topic);
    if (!open) return nullptr;
    impl_->settle(*open);
    return open->topic.entry(key);
}

void Hub::tell(const std::string& topic, const Json& message, ClientId except) {
    const OpenTopic* open = impl_->find(topic);
    if (open && !open->subscribers.empty()) impl_->push(*open, frame_of(message), DropRule::keep, except);
}

void Hub::relay(const std::string& topic, platform::Frame frame, DropRule rule, ClientId except) {
    if (const OpenTopic* open = impl_->find(topic)) impl_->push(*open, frame, rule, except);
}

void Hub::subscribe(ClientId id, const std::string& topic, const std::optional<Seen>& seen) {
    Client* client = impl_->find(id);
    OpenTopic* open = impl_->find(topic);
    if (!client || !open || client->caller.organisation_id != open->organisation_id ||
        client->caller.role < open->least)
        platform::throw_not_found("topic");
    if (Impl::subscription(*client, open))
        platform::throw_conflict("You have subscribed to this topic already.");
    if (client->subscriptions.size() >= most_subscriptions)
        platform::throw_conflict("One connection may subscribe to at most 256 topics.");

    const Impl::Walk walk(*impl_);
    impl_->settle(*open);
    std::optional<std::uint64_t> since;
    if (seen && seen->epoch == impl_->epoch) since = seen->version;
    client->subscriptions.push_back(
        std::make_unique<Subscription>(Subscription{*client, *open, open->topic.version()}));
    open->subscribers.push_back(client->subscriptions.back().get());
    client->outbox->push({open->topic.message(since, impl_->clock.now_ms()), false}, DropRule::keep);
}

void Hub::unsubscribe(ClientId id, const std::string& topic) {
    const Client* client = impl_->find(id);
    if (!client) return;
    if (Subscription* subscription = Impl::subscription(*client, impl_->find(topic)))
        impl_->end_subscription(*subscription);
}

std::size_t Hub::subscribers(const std::string& topic) const {
    return subscribers_of(topic).size();
}

std::vector<ClientId> Hub::subscribers_of(const std::string& topic) const {
    std::vector<ClientId> ids;
    const OpenTopic* open = impl_->find(topic);
    if (!open) return ids;
    for (const Subscription* subscription : open->subscribers) {
        if (!subscription->client.gone) ids.push_back(subscription->client.id);
    }
    return ids;
}

// ---- delivery ----

void Hub::tick() {
    if (impl_->dirty.empty() && impl_->behind.empty()) return;
    const Impl::Walk walk(*impl_);
    std::vector<Client*> addressed;
    const std::vector<ClientId> behind = std::exchange(impl_->behind, {});
    for (const ClientId id : behind) {
        Client* client = impl_->find(id);
        if (!client) continue;
        client->behind = false;
        for (const auto& subscription : client->subscriptions)
            impl_->gather(*subscription, addressed);
    }
    for (OpenTopic* open : std::exchange(impl_->dirty, {})) {
        open->dirty = false;
        open->topic.settle();
        for (Subscription* subscription : open->subscribers)
            impl_->gather(*subscription, addressed);
    }
    impl_->push_due(addressed);
}

Hub::Figures Hub::figures() const {
    Figures figures = impl_->past;
    figures.topics = impl_->topics.size();
    figures.held_back_updates = impl_->held_back;
    for (const auto& [id, client] : impl_->clients) {
        if (client->gone) continue;
        const Outbox& outbox = *client->outbox;
        ++figures.clients;
        figures.queued_bytes += outbox.waiting_bytes();
        figures.dropped_pictures += outbox.dropped_pictures();
        figures.replaced_updates += outbox.replaced_updates();
        figures.frames += outbox.sent_frames();
        figures.dropped_clients += outbox.overflowed() ? 1 : 0;
    }
    return figures;
}

bool Hub::Impl::holds_back(Client& client) {
    if (client.outbox->waiting_frames() < behind_from_frames) return false;
    ++held_back;
    if (!client.behind) behind.push_back(client.id);
    client.behind = true;
    return true;
}

void Hub::Impl::changed(OpenTopic& open) {
    const Walk walk(*this);
    for (std::size_t i = 0; i < open.subscribers.size(); ++i) {
        Subscription& subscription = *open.subscribers[i];
        if (subscription.client.delivery == Delivery::immediate)
            offer_at_once(subscription);
        else
            tell_with_next_tick(open);
    }
}

void Hub::Impl::tell_with_next_tick(OpenTopic& open) {
    if (std::exchange(open.dirty, true)) return;
    dirty.push_back(&open);
}

// A snapshot must include updates still waiting for the next tick.
void Hub::Impl::settle(OpenTopic& open) {
    const std::uint64_t before = open.topic.version();
    open.topic.settle();
    if (open.topic.version() != before) changed(open);
}

void Hub::Impl::offer_at_once(Subscription& subscription) {
    Client& client = subscription.client;
    Topic& topic = subscription.open.topic;
    if (client.gone || holds_back(client)) return;
    const Payload payload = topic.message(subscription.seen, clock.now_ms());
    subscription.seen = topic.version();
    client.outbox->push({payload, false}, DropRule::keep);
}

void Hub::Impl::gather(Subscription& subscription, std::vector<Client*>& addressed) {
    Client& client = subscription.client;
    Topic& topic = subscription.open.topic;
    if (client.gone || subscription.seen == topic.version() || holds_back(client)) return;
    if (client.due.empty()) addressed.push_back(&client);
    client.due.push_back(topic.message(subscription.seen, clock.now_ms()));
    subscription.seen = topic.version();
}

// Clients that are due the same messages also share one frame of them.
void Hub::Impl::push_due(const std::vector<Client*>& addressed) {
    std::map<std::vector<Payload>, Payload> joined;
    for (Client* client : addressed) {
        std::vector<Payload> due = std::exchange(client->due, {});
        if (client->gone) continue;
        if (client->delivery == Delivery::immediate || due.size() == 1) {
            for (const Payload& payload : due)
                client->outbox->push({payload, false}, DropRule::keep);
            continue;
        }
        Payload& frame = joined[due];
        if (!frame) {
            std::string text;
            for (const Payload& payload : due)
                text += (text.empty() ? '[' : ',') + *payload;
            frame = std::make_shared<const std::string>(text + ']');
        }
        client->outbox->push({frame, false}, DropRule::keep);
    }
}

void Hub::Impl::push(const OpenTopic& open, const platform::Frame& frame, DropRule rule, ClientId except) {
    const Walk walk(*this);
    for (std::size_t i = 0; i < open.subscribers.size(); ++i) {
        Client& client = open.subscribers[i]->client;
        if (!client.gone && client.id != except) client.outbox->push(frame, rule, open.topic.name());
    }
}

// ---- endings ----

Subscription* Hub::Impl::subscription(const Client& client, const OpenTopic* open) {
    const auto found =
        std::ranges::find_if(client.subscriptions, [&](const auto& s) { return &s->open == open; });
    return found == client.subscriptions.end() ? nullptr : found->get();
}

void Hub::Impl::end_subscription(Subscription& subscription) {
    std::erase(subscription.open.subscribers, &subscription);
    std::erase_if(subscription.client.subscriptions, [&](const auto& s) { return s.get() == &subscription; });
}

void Hub::Impl::sweep() {
    for (const ClientId id : std::exchange(gone, {})) {
        const auto place = clients.find(id);
        const Outbox& outbox = *place->second->outbox;
        past.dropped_pictures += outbox.dropped_pictures();
        past.replaced_updates += outbox.replaced_updates();
        past.frames += outbox.sent_frames();
        past.dropped_clients += outbox.overflowed() ? 1 : 0;
        while (!place->second->subscriptions.empty())
            end_subscription(*place->second->subscriptions.back());
        clients.erase(place);
    }
}

} // namespace live
