#include "sessions/board.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace sessions {

namespace {

using Json = nlohmann::json;

// A headset in a lesson reports each second; a silent one has been put down, though its socket is open.
constexpr std::int64_t away_after_ms = 5'000;
constexpr std::int64_t stopped_shown_ms = 3'600'000;

std::string topic_of(const char* kind, std::int64_t id) {
    return std::string(kind) + "/" + std::to_string(id);
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

// What is known of a headset.
struct Shown {
    devices::Device device;
    devices::Present present;
    std::optional<people::PersonReference> person;
    std::optional<std::int64_t> session_id;
    std::int64_t online_since_ms = 0;
};

struct ShownSession {
    Session session;
    std::map<std::int64_t, Command> commands; // by number
};

} // namespace

struct Board::Impl {
    Impl(live::Hub& the_hub, platform::Clock& the_clock) : hub(the_hub), clock(the_clock) {}

    live::Hub& hub;
    platform::Clock& clock;
    std::map<std::int64_t, Shown> devices;
    std::map<std::int64_t, ShownSession> sessions;

    struct LastAnswer {
        const Command& command;
        const CommandAnswer& answer;
    };
    // The last answer of a headset in its session, when a command went to it.
    std::optional<LastAnswer> last_answer(const ShownSession& shown, std::int64_t device_id) const {
        for (auto command = shown.commands.rbegin(); command != shown.commands.rend(); ++command) {
            const auto& answers = command->second.answers;
            const auto found = std::ranges::find(answers, device_id, &CommandAnswer::device_id);
            if (found != answers.end()) return LastAnswer{command->second, *found};
        }
        return std::nullopt;
    }

    // It could not do what it was told, or did not though it was there. Who came later has joined by the
    // state.
    bool needs_help(const Shown& shown, const ShownSession& session) const {
        const auto last = last_answer(session, shown.device.id);
        if (!last) return false;
        if (last->answer.state == AnswerState::failed) return true;
        return last->answer.state == AnswerState::expired && shown.online_since_ms < last->command.at_ms;
    }

    std::string_view state_of(const Shown& shown, const ShownSession* session) const {
        if (!shown.present.online) return "offline";
        if (session == nullptr || !session->session.transport.is_live()) return "ready";
        if (needs_help(shown, *session)) return "needs_help";
        if (clock.now_ms() - shown.present.last_seen_ms > away_after_ms) return "away";
        return session->session.transport.state == State::running ? "playing" : "paused";
    }

    Json entry_of(const Shown& shown) const {
        const auto found = shown.session_id ? sessions.find(*shown.session_id) : sessions.end();
        const ShownSession* session = found == sessions.end() ? nullptr : &found->second;
        const auto last = session ? last_answer(*session, shown.device.id) : std::nullopt;
        const devices::Report& report = shown.present.report;
        const devices::Device& device = shown.device;
        const auto last_seen_ms =
            shown.present.last_seen_ms > 0 ? std::optional(shown.present.last_seen_ms) : device.last_seen_ms;
        std::optional<double> skew_ms = report.skew_ms;
        if (last && last->answer.skew_ms) skew_ms = last->answer.skew_ms;
        return {{"id", device.id},
                {"name", device.name},
                {"model", device.model},
                {"online", shown.present.online},
                {"battery", or_null(report.battery ? report.battery : device.battery)},
                {"charging", or_null(report.charging ? report.charging : device.charging)},
                {"storage_free", or_null(report.storage_free ? report.storage_free : device.storage_free)},
                {"app", report.app.value_or(device.app)},
                {"app_version", report.app_version.value_or(device.app_version)},
                {"round_trip_ms", or_null(report.round_trip_ms)},
                {"clock_offset_ms", or_null(report.clock_offset_ms)},
                {"person", people::json_of(shown.person)},
                {"session_id", or_null(session ? shown.session_id : std::nullopt)},
                {"state", state_of(shown, session)},
                {"position_ms", session ? or_null(report.position_ms) : Json()},
                {"skew_ms", session ? or_null(skew_ms) : Json()},
                {"gaze", report.gaze
                             ? Json{{"yaw_deg", report.gaze->yaw_deg}, {"pitch_deg", report.gaze->pitch_deg}}
                             : Json()},
                {"last_seen_ms", or_null(last_seen_ms)}};
    }

    void show(const Shown& shown) {
        if (shown.device.id == 0) return; // only its presence is known yet
        hub.set(topic_of("organisation", shown.device.organisation_id), topic_of("device", shown.device.id),
                entry_of(shown));
    }

    void show_devices_of(std::int64_t session_id) {
        for (const auto& [id, shown] : devices) {
            if (shown.session_id == session_id) show(shown);
        }
    }

    Takers takers(const Command& command) const {
        Takers takers;
        for (const CommandAnswer& answer : command.answers) {
            if (const auto found = devices.find(answer.device_id); found != devices.end())
                takers[answer.device_id] = {found->second.device.name, found->second.person};
        }
        return takers;
    }

    void show(const Command& command) {
        hub.set(topic_of("session", command.session_id), topic_of("command", command.number),
                json_of(command, takers(command)));
    }

    void take(const Session& session) {
        const std::string topic = topic_of("session", session.id);
        const std::string organisation = topic_of("organisation", session.organisation_id);
        sessions[session.id].session = session;
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
        commands[command.number] = command;
        show(command);
        while (static_cast<std::int64_t>(commands.size()) > commands_shown) {
            hub.erase(topic_of("session", command.session_id), topic_of("command", commands.begin()->first));
            commands.erase(commands.begin());
        }
        show_devices_of(command.session_id);
    }

    void take(std::int64_t session_id, std::int64_t number, const CommandAnswer& answer) {
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
        if (const auto shown = devices.find(answer.device_id); shown != devices.end()) show(shown->second);
    }

    void forget_stopped() {
        const std::int64_t before_ms = clock.now_ms() - stopped_shown_ms;
        std::erase_if(sessions, [&](const auto& entry) {
            const Session& session = entry.second.session;
            if (session.transport.is_live() || !session.stopped_ms || *session.stopped_ms > before_ms)
                return false;
            hub.close_topic(topic_of("session", session.id));
            return true;
        });
    }
};

Board::Board(live::Hub& hub, platform::Clock& clock) : impl_(std::make_shared<Impl>(hub, clock)) {}
Board::~Board() = default;

void Board::organisation_added(std::int64_t organisation_id) {
    impl_->hub.post([organisation_id](live::Hub& hub) {
        hub.open_topic(topic_of("organisation", organisation_id), organisation_id, platform::Role::viewer);
    });
}

void Board::device_changed(const devices::Device& device) {
    impl_->hub.post([impl = impl_, device](live::Hub& hub) {
        Shown& shown = impl->devices[device.id];
        shown.device = device;
        shown.person = device.person;
        hub.open_topic(topic_of("pictures", device.id), device.organisation_id, platform::Role::viewer);
        impl->show(shown);
    });
}

void Board::device_removed(std::int64_t organisation_id, std::int64_t device_id) {
    impl_->hub.post([impl = impl_, organisation_id, device_id](live::Hub& hub) {
        impl->devices.erase(device_id);
        hub.erase(topic_of("organisation", organisation_id), topic_of("device", device_id));
        hub.close_topic(topic_of("pictures", device_id));
    });
}

void Board::presence_changed(const devices::Present& present) {
    impl_->hub.post([impl = impl_, present](live::Hub&) {
        Shown& shown = impl->devices[present.device_id];
        if (present.online && !shown.present.online) shown.online_since_ms = impl->clock.now_ms();
        shown.present = present;
        impl->show(shown);
    });
}

void Board::person_changed(std::int64_t, std::int64_t device_id,
                           const std::optional<people::PersonReference>& person) {
    impl_->hub.post([impl = impl_, device_id, person](live::Hub&) {
        Shown& shown = impl->devices[device_id];
        shown.person = person;
        impl->show(shown);
    });
}

void Board::room_changed(const rooms::Room& room) {
    impl_->hub.post([room](live::Hub& hub) {
        const std::string topic = topic_of("room", room.id);
        hub.open_topic(topic, room.organisation_id, platform::Role::viewer);
        hub.set(topic, "room", json_of(room));
    });
}

void Board::room_removed(std::int64_t, std::int64_t room_id) {
    impl_->hub.post([room_id](live::Hub& hub) { hub.close_topic(topic_of("room", room_id)); });
}

void Board::seat_changed(std::int64_t, const rooms::Seat& seat) {
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
                 {"person", people::json_of(request.person)},
                 {"created_ms", request.created_ms}});
    });
}

void Board::pairing_request_closed(std::int64_t organisation_id, std::int64_t request_id) {
    impl_->hub.post([organisation_id, request_id](live::Hub& hub) {
        hub.erase(topic_of("organisation", organisation_id), topic_of("pairing_request", request_id));
    });
}

void Board::session_changed(const Session& session) {
    impl_->hub.post([impl = impl_, session](live::Hub&) { impl->take(session); });
}

void Board::command_changed(const Command& command) {
    impl_->hub.post([impl = impl_, command](live::Hub&) { impl->take(command); });
}

void Board::answered(std::int64_t session_id, std::int64_t number, const CommandAnswer& answer) {
    impl_->hub.post(
        [impl = impl_, session_id, number, answer](live::Hub&) { impl->take(session_id, number, answer); });
}

void Board::device_settled(std::int64_t device_id, std::optional<std::int64_t> session_id) {
    impl_->hub.post([impl = impl_, device_id, session_id](live::Hub&) {
        Shown& shown = impl->devices[device_id];
        shown.session_id = session_id;
        impl->show(shown);
    });
}

void Board::tick() {
    for (const auto& [id, shown] : impl_->devices) {
        if (shown.session_id && shown.present.online) impl_->show(shown);
    }
    impl_->forget_stopped();
}

std::optional<Taker> Board::taker(std::int64_t device_id) const {
    const auto found = impl_->devices.find(device_id);
    if (found == impl_->devices.end()) return std::nullopt;
    return Taker{found->second.device.name, found->second.person};
}

} // namespace sessions
