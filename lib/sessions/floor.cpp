#include "sessions/floor.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace sessions {

namespace {

using Json = nlohmann::json;

Json or_null(const std::optional<RunId>& value) {
    return value ? Json(*value) : Json();
}

// How a headset is told of a command. `run_id`: set when the command changed its run.
Json command_json(const Session& session, const Command& command) {
    return {{"session_id", command.session_id},
            {"number", command.number},
            {"action", platform::name_of(command.action)},
            {"lesson_index", command.lesson_index},
            {"lesson", json_of(session.lesson())},
            {"position_ms", command.position_ms},
            {"at_ms", command.at_ms},
            {"expires_ms", command.expires_ms},
            {"arguments", Json::parse(command.arguments)}};
}

// Whose business an order is. What plays and where to look belongs to the app, the rest to the headset itself.
live::ClientId obeying(const Floor::Headset& headset, Action action) {
    switch (action) {
        case Action::start:
        case Action::pause:
        case Action::resume:
        case Action::seek:
        case Action::look:
        case Action::recenter:
        case Action::catch_up:
            return headset.lesson();
        case Action::stop:
        case Action::launch:
        case Action::eyes_on_me:
        case Action::release:
        case Action::message:
        case Action::volume:
        case Action::brightness:
        case Action::identify:
            return headset.headset();
    }
    return headset.headset();
}

} // namespace

Json pushed(const char* type, Json data, std::int64_t now_ms) {
    return {{"status", "update"}, {"type", type},   {"data", std::move(data)},
            {"error", nullptr},   {"eid", nullptr}, {"ts", now_ms}};
}

void Floor::connected(live::ClientId client, const platform::Caller& caller, SocketRole role) {
    device_of_[client] = caller.device_id;
    Headset& headset = headsets_[caller.device_id];
    live::ClientId& place = role == SocketRole::run ? headset.run : headset.device;
    if (const live::ClientId older = std::exchange(place, client); older != 0)
        hub_.close(older, platform::CloseReason::replaced);
    const auto taker = board_.taker(caller.device_id);
    Json data = {{"server_ms", clock_.now_ms()},
                 {"device", {{"id", caller.device_id}, {"name", taker ? taker->name : ""}}},
                 {"limits",
                  {{"unanswered", limits_.unanswered},
                   {"message_bytes", limits_.message_bytes},
                   {"batch_events", limits_.batch_events},
                   {"picture_bytes", limits_.picture_bytes}}},
                 {"stored", stored_batches(caller.device_id)},
                 {"person", taker ? people::json_of(taker->person) : Json()},
                 {"hand", board_.hand(caller.device_id)},
                 {"session", state_of(places_.of(caller.device_id))}};
    note(caller.device_id, "welcome");
    hub_.send(client, pushed("welcome", std::move(data), clock_.now_ms()));
}

void Floor::disconnected(live::ClientId client) {
    const auto found = device_of_.find(client);
    if (found == device_of_.end()) return;
    Headset& headset = headsets_[found->second];
    if (headset.device == client) headset.device = 0;
    if (headset.run == client) headset.run = 0;
    device_of_.erase(found);
}

void Floor::perform(const OrderSnapshot& ordered) {
    const Session& session = ordered->session;
    if (session.transport.is_live()) {
        Live& known = live_[session.id];
        known.session = SessionSnapshot(ordered, &session);
        if (!is_control(ordered->command.action)) known.number = ordered->command.number;
    } else {
        live_.erase(session.id);
    }
    tell_command(*ordered);
}

void Floor::session_changed(const SessionSnapshot& session) {
    if (auto found = live_.find(session->id); found != live_.end()) found->second.session = session;
}

void Floor::open(SessionSnapshot session, std::int64_t newest_playback) {
    const SessionId id = session->id;
    live_[id] = {std::move(session), newest_playback};
}

// One frame for all headsets whose run goes on; a frame each for those that get another run.
void Floor::tell_command(const Ordered& ordered) {
    Json data = command_json(ordered.session, ordered.command);
    std::vector<live::ClientId> alike;
    for (const CommandAnswer& answer : ordered.command.answers) {
        const auto headset = headsets_.find(answer.device_id);
        if (headset == headsets_.end() || !headset->second.is_there()) continue;
        note(answer.device_id, "command " + std::string(platform::name_of(ordered.command.action)));
        const live::ClientId client = obeying(headset->second, ordered.command.action);
        // Both must know that it is over; the device's answer is the headset's.
        if (ordered.command.action == Action::stop && headset->second.lesson() != client)
            alike.push_back(headset->second.lesson());
        const auto place = std::ranges::find(ordered.places, answer.device_id, &Place::device_id);
        const bool changed = place != ordered.places.end() && place->run_id &&
                             place->run_id != places_.of(answer.device_id).run_id;
        if (!changed) {
            alike.push_back(client);
            continue;
        }
        Json own = data;
        own["run_id"] = *place->run_id;
        hub_.send(client, pushed("command", std::move(own), clock_.now_ms()));
    }
    if (!alike.empty()) hub_.send(alike, pushed("command", std::move(data), clock_.now_ms()));
}

void Floor::move(OrganisationId organisation_id, const Place& place) {
    const Place before = places_.put(organisation_id, place);
    board_.device_moved(place.device_id, before.session_id);
}

void Floor::settled(OrganisationId organisation_id, const Place& place) {
    // A headset outside every session was told so when it connected; don't tell it twice.
    if (places_.of(place.device_id) == place) return;
    move(organisation_id, place);
    tell(place.device_id, "state", state_of(place));
}

void Floor::tell(DeviceId device_id, const char* type, Json data) {
    const auto headset = headsets_.find(device_id);
    if (headset == headsets_.end() || !headset->second.is_there()) return;
    note(device_id, type);
    const Json message = pushed(type, std::move(data), clock_.now_ms());
    for (const live::ClientId client : {headset->second.device, headset->second.run})
        if (client != 0) hub_.send(client, message);
}

void Floor::note(DeviceId device_id, std::string name) {
    devices::Exchange exchange;
    exchange.at_ms = clock_.now_ms();
    exchange.way = devices::Exchange::Way::out;
    exchange.name = std::move(name);
    inspector_.note(device_id, std::move(exchange));
}

Json Floor::stored_batches(DeviceId device_id) const {
    Json all = Json::array();
    for (const runs::StoredNumbers& boot : numbers_.of(device_id))
        all.push_back({{"boot_id", boot.boot_id}, {"up_to", boot.up_to}, {"beyond", boot.beyond}});
    return all;
}

Json Floor::state_of(const Place& place) const {
    if (!place.session_id) return {};
    const auto found = live_.find(*place.session_id);
    if (found == live_.end()) return {};
    const Session& session = *found->second.session;
    return {{"session_id", session.id},
            {"number", found->second.number},
            {"state", platform::name_of(session.transport.state)},
            {"lesson_index", session.transport.lesson_index},
            {"lesson", json_of(session.lesson())},
            {"position_ms", session.transport.position_ms},
            {"at_ms", session.transport.position_at_ms},
            {"server_ms", clock_.now_ms()},
            {"run_id", or_null(place.run_id)},
            {"controls", board_.controls(session.id, place.device_id)}};
}

void Floor::for_each_live(const std::function<void(const SessionSnapshot&)>& see) const {
    for (const auto& [id, live] : live_)
        see(live.session);
}

bool Floor::hears(DeviceId device_id) const {
    const auto found = headsets_.find(device_id);
    return found != headsets_.end() && found->second.is_there();
}

} // namespace sessions
