#include "chat/feed.h"

#include <deque>
#include <map>
#include <nlohmann/json.hpp>

namespace chat {

namespace {

std::string topic_of(RunId run_id) {
    return "chat/" + to_string(run_id);
}

} // namespace

struct Feed::Impl {
    Impl(live::Hub& the_hub, platform::Clock& the_clock) : hub(the_hub), clock(the_clock) {}

    void open(OrganisationId organisation_id, RunId run_id) {
        if (kept.contains(run_id)) return;
        hub.open_topic(topic_of(run_id), organisation_id, platform::Role::viewer);
        kept[run_id];
        order.push_back(run_id);
        if (order.size() <= most_topics) return;
        hub.close_topic(topic_of(order.front()));
        kept.erase(order.front());
        order.pop_front();
    }

    void show(const Message& message) {
        auto& keys = kept[message.run_id];
        const std::string topic = topic_of(message.run_id), key = "message/" + to_string(message.id);
        if (hub.entry(topic, key) != nullptr) return;
        hub.set(topic, key, json_of(message));
        keys.push_back(key);
        if (keys.size() <= shown) return;
        hub.erase(topic, keys.front());
        keys.pop_front();
    }

    // To the student's sockets and the headset's.
    void push(OrganisationId organisation_id, const Listeners& listeners, const std::string& type,
              nlohmann::json data) {
        std::vector<live::ClientId> to;
        for (const live::ClientId client : hub.clients()) {
            const platform::Caller* caller = hub.caller(client);
            if (caller == nullptr || caller->organisation_id != organisation_id) continue;
            const bool person = caller->person_id && listeners.person_id == caller->person_id;
            const bool device = caller->device_id && listeners.device_id == caller->device_id;
            if (person || device) to.push_back(client);
        }
        if (to.empty()) return;
        hub.send(to, {{"status", "update"},
                      {"type", type},
                      {"data", std::move(data)},
                      {"error", nullptr},
                      {"eid", nullptr},
                      {"ts", clock.now_ms()}});
    }

    live::Hub& hub;
    platform::Clock& clock;
    std::map<RunId, std::deque<std::string>> kept; // for each open topic the keys of its messages
    std::deque<RunId> order;                       // the topics, oldest first
};

Feed::Feed(live::Hub& hub, platform::Clock& clock) : impl_(std::make_shared<Impl>(hub, clock)) {}

Feed::~Feed() = default;

void Feed::opened(OrganisationId organisation_id, RunId run_id, std::vector<Message> newest) {
    impl_->hub.post([impl = impl_, organisation_id, run_id, newest = std::move(newest)](live::Hub&) {
        impl->open(organisation_id, run_id);
        for (const Message& message : newest)
            impl->show(message);
    });
}

void Feed::said(OrganisationId organisation_id, const Listeners& listeners, const Message& message) {
    impl_->hub.post([impl = impl_, organisation_id, listeners, message](live::Hub&) {
        impl->open(organisation_id, message.run_id);
        impl->show(message);
        impl->push(organisation_id, listeners, "chat.message", json_of(message));
    });
}

void Feed::forgotten(RunId run_id) {
    impl_->hub.post([impl = impl_, run_id](live::Hub& hub) {
        if (impl->kept.erase(run_id) == 0) return;
        std::erase(impl->order, run_id);
        hub.close_topic(topic_of(run_id));
    });
}

void Feed::growing(OrganisationId organisation_id, RunId run_id, std::string_view so_far) {
    impl_->hub.post([impl = impl_, organisation_id, run_id, text = std::string(so_far)](live::Hub& hub) {
        impl->open(organisation_id, run_id);
        if (text.empty())
            hub.erase(topic_of(run_id), "reply");
        else
            hub.set(topic_of(run_id), "reply", {{"text", text}});
    });
}

} // namespace chat
