#include "sessions/shown/board.h"

#include <algorithm>
#include <list>
#include <map>
#include <nlohmann/json.hpp>
#include <ranges>
#include <string>
#include <utility>

#include "sessions/shown/help.h"
#include "sessions/shown/shown.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t stopped_shown_ms = 3'600'000;

template <class Number> // an id, or a command's number
std::string topic_of(const char* kind, Number number) {
    using std::to_string;
    return std::string(kind) + "/" + to_string(number);
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

} // namespace

struct Board::Impl : std::enable_shared_from_this<Board::Impl> {
    Impl(live::Hub& the_hub, platform::Clock& the_clock, const devices::Presence& the_presence,
         const people::Logins& the_logins, const Places& the_places)
        : hub(the_hub), clock(the_clock), presence(the_presence), logins(the_logins), places(the_places) {}

    live::Hub& hub;
    platform::Clock& clock;
    const devices::Presence& presence;
    const people::Logins& logins;
    const Places& places;
    std::map<DeviceId, ShownDevice> devices;
    std::map<SessionId, ShownSession> sessions;

    const ShownSession* session_of(const Shown& shown) const {
        const auto found = shown.session_id ? sessions.find(*shown.session_id) : sessions.end();
        return found == sessions.end() ? nullptr : &found->second;
    }

    Shown shown_of(ShownDevice& device) const {
        return {device, presence.find(device.id).value_or(devices::Present{}), logins.wearer(device.id),
                places.session_of(device.id)};
    }

    void show(const ShownDevice& device) {
        if (!device.id) return; // it is not known to be paired
        const auto made = [here = weak_from_this(), id = device.id]() -> Json {
            const auto impl = here.lock();
            if (!impl) return {};
            const auto found = impl->devices.find(id);
            if (found == impl->devices.end()) return {};
            const Shown shown = impl->shown_of(found->second);
            return entry_of(shown, impl->session_of(shown), impl->clock.now_ms());
        };
        hub.set_later(topic_of("organisation", device.organisation_id), topic_of("device", device.id), made);
    }

    void show(DeviceId device_id) {
        if (const auto found = devices.find(device_id); found != devices.end()) show(found->second);
    }

    void show_devices_of(SessionId session_id) {
        for (const DeviceId device_id : places.headsets_in(session_id))
            show(device_id);
    }

    Takers takers(const Command& command) const {
        Takers takers;
        for (const CommandAnswer& answer : command.answers) {
            if (const auto found = devices.find(answer.device_id); found != devices.end())
                takers[answer.device_id] = {found->second.name, logins.wearer(answer.device_id)};
        }
        return takers;
    }

    void show(const Command& command) {
        hub.set(topic_of("session", command.session_id), topic_of("command", command.number),
                json_of(command, takers(command)));
    }

    void take(const SessionSnapshot& snapshot) {
        const Session& session = *snapshot;
        const std::string topic = topic_of("session", session.id);
        const std::string organisation = topic_of("organisation", session.organisation_id);
        sessions[session.id].session = snapshot;
        hub.open_topic(topic, session.organisation_id, platform::Role::viewer);
        const Json json = json_of(session);
        hub.set(topic, "session", json);
        if (session.transport.is_live())
            hub.set(organisation, topic, json);
        else
            hub.erase(organisation, topic);
        show_devices_of(session.id);
    }

    void take(const Command& command) {
        const auto found = sessions.find(command.session_id);
        if (found == sessions.end()) return;
        auto& commands = found->second.commands;
        const bool is_new = !commands.contains(command.number);
        if (is_new) found->second.controls.take(command);
        commands[command.number] = command;
        show(command);
        while (static_cast<std::int64_t>(commands.size()) > commands_shown) {
            hub.erase(topic_of("session", command.session_id), topic_of("command", commands.begin()->first));
            commands.erase(commands.begin());
        }
        show_devices_of(command.session_id);
    }

    void take(SessionId session_id, std::int64_t number, const CommandAnswer& answer) {
        const auto session = sessions.find(session_id);
        if (session == sessions.end()) return;
        const auto command = session->second.commands.find(number);
        if (command == session->second.commands.end()) return;
        auto& answers = command->second.answers;
        if (auto found = std::ranges::find(answers, answer.device_id, &CommandAnswer::device_id);
            found != answers.end())
            *found = answer;
        else
            answers.push_back(answer);
        show(command->second);
        show(answer.device_id);
    }

    // Updates the lists of who waits in a session and who needs help.
    void show_queue(SessionId session_id) {
        std::vector<const ShownDevice*> waiting;
        for (const DeviceId device_id : places.headsets_in(session_id)) {
            const auto found = devices.find(device_id);
            if (found != devices.end() && !found->second.hand.is_quiet()) waiting.push_back(&found->second);
        }
        std::ranges::sort(waiting, [](const ShownDevice* a, const ShownDevice* b) {
            return waits_before(a->hand, b->hand);
        });
        Json queue = Json::array();
        for (const ShownDevice* device : waiting) {
            const auto wearer = logins.wearer(device->id);
            queue.push_back(
                {{"device_id", device->id},
                 {"name", device->name},
                 {"person", people::json_of(wearer ? wearer : device->hand.person)},
                 {"unwell", device->hand.unwell_ms.has_value()},
                 {"question", device->hand.question},
                 {"raised_ms", device->hand.unwell_ms.value_or(device->hand.raised_ms.value_or(0))}});
        }
        hub.set(topic_of("session", session_id), "hands", std::move(queue));
    }

    void show_help(SessionId session_id, const ShownSession& session) {
        std::list<Shown> in_need;
        std::vector<std::pair<Need, const Shown*>> needs;
        for (const DeviceId device_id : places.headsets_in(session_id)) {
            const auto found = devices.find(device_id);
            if (found == devices.end()) continue;
            Shown shown = shown_of(found->second);
            const auto need = need_of(shown, session, clock.now_ms());
            if (need) needs.emplace_back(*need, &in_need.emplace_back(std::move(shown)));
        }
        std::ranges::sort(needs,
                          [](const auto& a, const auto& b) { return is_more_urgent(a.first, b.first); });
        Json list = Json::array();
        for (std::size_t i = 0; i < needs.size() && i < most_in_need; ++i)
            list.push_back(json_of(needs[i].first, *needs[i].second));
        hub.set(topic_of("session", session_id), "help", std::move(list));
    }

    void forget_stopped() {
        const std::int64_t before_ms = clock.now_ms() - stopped_shown_ms;
        std::erase_if(sessions, [&](const auto& entry) {
            const Session& session = *entry.second.session;
            if (session.transport.is_live() || !session.stopped_ms || *session.stopped_ms > before_ms)
                return false;
            hub.close_topic(topic_of("session", session.id));
            return true;
        });
    }
};

Board::Board(live::Hub& hub, platform::Clock& clock, const devices::Presence& presence,
             const people::Logins& logins, const Places& places)
    : impl_(std::make_shared<Impl>(hub, clock, presence, logins, places)) {}
Board::~Board() = default;

void Board::organisation_added(OrganisationId organisation_id) {
    impl_->hub.post([organisation_id](live::Hub& hub) {
        hub.open_topic(topic_of("organisation", organisation_id), organisation_id, platform::Role::viewer);
    });
}

void Board::device_changed(const devices::Device& device) {
    impl_->hub.post([impl = impl_, id = device.id, organisation_id = device.organisation_id,
                     name = device.name, model = device.model](live::Hub& hub) {
        ShownDevice& shown = impl->devices[id];
        shown.id = id;
        shown.organisation_id = organisation_id;
        shown.name = name;
        shown.model = model;
        for (const char* kind : {"pictures", "view"})
            hub.open_topic(topic_of(kind, id), organisation_id, platform::Role::viewer);
        impl->show(shown);
    });
}

void Board::device_removed(OrganisationId organisation_id, DeviceId device_id) {
    impl_->hub.post([impl = impl_, organisation_id, device_id](live::Hub& hub) {
        impl->devices.erase(device_id);
        hub.erase(topic_of("organisation", organisation_id), topic_of("device", device_id));
        for (const char* kind : {"pictures", "view"})
            hub.close_topic(topic_of(kind, device_id));
    });
}

void Board::presence_changed(DeviceId device_id) {
    impl_->hub.post([impl = impl_, device_id](live::Hub&) { impl->show(device_id); });
}

void Board::person_changed(DeviceId device_id) {
    impl_->hub.post([impl = impl_, device_id](live::Hub&) { impl->show(device_id); });
}

void Board::room_changed(const rooms::Room& room) {
    impl_->hub.post([room](live::Hub& hub) {
        const std::string topic = topic_of("room", room.id);
        hub.open_topic(topic, room.organisation_id, platform::Role::viewer);
        hub.set(topic, "room", json_of(room));
    });
}

void Board::room_removed(OrganisationId, RoomId room_id) {
    impl_->hub.post([room_id](live::Hub& hub) { hub.close_topic(topic_of("room", room_id)); });
}

void Board::seat_removed(RoomId room_id, SeatId seat_id) {
    impl_->hub.post([room_id, seat_id](live::Hub& hub) {
        hub.erase(topic_of("room", room_id), topic_of("seat", seat_id));
    });
}

void Board::seat_changed(OrganisationId, const rooms::Seat& seat) {
    impl_->hub.post([seat](live::Hub& hub) {
        hub.set(topic_of("room", seat.room_id), topic_of("seat", seat.id), json_of(seat));
    });
}

void Board::pairing_changed(const devices::PairingState& state) {
    impl_->hub.post([state](live::Hub& hub) {
        hub.set(topic_of("organisation", state.organisation_id), "pairing",
                {{"open_until_ms", or_null(state.open_until_ms)}, {"seats_left", state.seats_left}});
    });
}

void Board::pairing_requested(const devices::PairingRequest& request) {
    impl_->hub.post([request](live::Hub& hub) {
        hub.set(topic_of("organisation", request.organisation_id), topic_of("pairing_request", request.id),
                {{"id", request.id},
                 {"serial_number", request.serial_number},
                 {"model", request.model},
                 {"person", request.person ? people::json_of(*request.person) : nlohmann::json()},
                 {"device_id", or_null(request.device_id)},
                 {"created_ms", request.created_ms}});
    });
}

void Board::pairing_request_closed(OrganisationId organisation_id, PairingRequestId request_id) {
    impl_->hub.post([organisation_id, request_id](live::Hub& hub) {
        hub.erase(topic_of("organisation", organisation_id), topic_of("pairing_request", request_id));
    });
}

void Board::session_changed(const SessionSnapshot& session) {
    impl_->take(session);
}

void Board::command_changed(const Command& command) {
    impl_->take(command);
}

void Board::answered(SessionId session_id, std::int64_t number, const CommandAnswer& answer) {
    impl_->hub.post(
        [impl = impl_, session_id, number, answer](live::Hub&) { impl->take(session_id, number, answer); });
}

void Board::controls_loaded(SessionId session_id, const std::vector<Command>& commands) {
    const auto found = impl_->sessions.find(session_id);
    if (found == impl_->sessions.end()) return;
    for (const Command& command : commands)
        found->second.controls.take(command);
}

void Board::device_moved(DeviceId device_id, std::optional<SessionId> before) {
    const auto found = impl_->devices.find(device_id);
    if (found == impl_->devices.end()) return;
    impl_->show(found->second);
    const auto now = impl_->places.session_of(device_id);
    if (found->second.hand.is_quiet() || before == now) return;
    if (before) impl_->show_queue(*before);
    if (now) impl_->show_queue(*now);
}

void Board::tick() {
    for (const auto& [id, device] : impl_->devices) {
        if (impl_->places.session_of(id) && impl_->presence.is_online(id)) impl_->show(device);
    }
    for (const auto& [id, session] : impl_->sessions)
        if (session.session->transport.is_live()) impl_->show_help(id, session);
    impl_->forget_stopped();
}

std::optional<Taker> Board::taker(DeviceId device_id) const {
    const auto found = impl_->devices.find(device_id);
    if (found == impl_->devices.end()) return std::nullopt;
    return Taker{found->second.name, impl_->logins.wearer(device_id)};
}

void Board::hand_changed(const Hand& hand) {
    impl_->hub.post([impl = impl_, hand](live::Hub&) {
        ShownDevice& device = impl->devices[hand.device_id];
        device.hand = hand;
        impl->show(device);
        const auto session_id = impl->places.session_of(hand.device_id);
        if (!session_id) return;
        impl->show_queue(*session_id);
        const auto session = impl->sessions.find(*session_id);
        if (session != impl->sessions.end()) impl->show_help(session->first, session->second);
    });
}

void Board::content_changed(DeviceId device_id, const nlohmann::json& progress) {
    impl_->hub.post([impl = impl_, device_id, progress](live::Hub&) {
        ShownDevice& device = impl->devices[device_id];
        device.content = progress;
        impl->show(device);
    });
}

nlohmann::json Board::hand(DeviceId device_id) const {
    const auto found = impl_->devices.find(device_id);
    return headset_json(found == impl_->devices.end() ? Hand() : found->second.hand);
}

nlohmann::json Board::controls(SessionId session_id, DeviceId device_id) const {
    const auto found = impl_->sessions.find(session_id);
    const std::int64_t now_ms = impl_->clock.now_ms();
    return found == impl_->sessions.end() ? Controls().of(device_id, now_ms)
                                          : found->second.controls.of(device_id, now_ms);
}

} // namespace sessions
