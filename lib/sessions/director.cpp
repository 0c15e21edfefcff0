#include "sessions/director.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "live/clock_sync.h"
#include "platform/error.h"
#include "platform/log.h"
#include "sessions/participation.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

Json pushed(const char* type, Json data, std::int64_t now_ms) {
    return {{"status", "update"}, {"type", type},   {"data", std::move(data)},
            {"error", nullptr},   {"eid", nullptr}, {"ts", now_ms}};
}

Json or_null(const std::optional<std::int64_t>& value) {
    return value ? Json(*value) : Json();
}

// What a headset is told of a command. `run_id` where the command changed its run.
Json command_json(const Session& session, const Command& command) {
    return {{"session_id", command.session_id},
            {"number", command.number},
            {"action", wire_name_of(command.action)},
            {"lesson_index", command.lesson_index},
            {"lesson", json_of(session.lesson())},
            {"position_ms", command.position_ms},
            {"at_ms", command.at_ms},
            {"expires_ms", command.expires_ms},
            {"arguments", Json::parse(command.arguments)}};
}

// How long after a restart a headset may take to come back before its time in the lesson stops counting.
constexpr std::int64_t return_ms = 15'000;

} // namespace

// What the io thread knows of a live session and of the headsets.
struct Director::Impl {
    struct Live {
        Session session;
        std::int64_t number = 0; // of the newest command
    };
    struct Pending { // a command that will expire
        std::int64_t organisation_id, session_id, number, expires_ms;
        bool operator==(const Pending&) const = default;
    };
    struct Headset {
        std::int64_t organisation_id = 0;
        std::vector<live::ClientId> clients; // its sockets; a broken one lives on for some seconds
        Place place;
        bool online = false;
    };

    explicit Impl(DirectorParts the_parts)
        : parts(the_parts),
          participation(parts.sessions, parts.runs, parts.presence, parts.rooms, parts.logins) {}

    DirectorParts parts;
    Participation participation;
    std::map<std::int64_t, Live> live; // by session
    std::map<std::int64_t, Headset> headsets;
    std::map<live::ClientId, std::int64_t> device_of; // by socket
    std::vector<Pending> pending;
    std::set<std::pair<std::int64_t, std::int64_t>> unsettled; // organisation and device; the writer was busy
    std::optional<std::int64_t> absent_at_ms; // when to look for those who have not come back
    std::vector<Watcher> watchers;

    // ---- on the writer ----

    std::int64_t lead_ms(const std::vector<std::int64_t>& device_ids) const {
        double worst_ms = 0;
        for (const std::int64_t device_id : device_ids) {
            const auto present = parts.presence.find(device_id);
            if (present && present->online)
                worst_ms = std::max(worst_ms, present->report.round_trip_ms.value_or(0));
        }
        return static_cast<std::int64_t>(live::lead_ms(worst_ms));
    }

    Ordered obey(store::Tx& tx, const Session& before, const Order& order,
                 std::optional<std::int64_t> person_id) {
        const std::int64_t organisation_id = before.organisation_id;
        const bool starts = order.action == Action::start;
        std::vector<std::int64_t> devices =
            starts ? parts.sessions.candidates(tx, before) : participation.present_in(tx, before);
        const std::int64_t at_ms = tx.now_ms() + lead_ms(devices);
        const Transport after = obeyed(before.transport, order, before.durations(), at_ms);
        if (after != before.transport) parts.sessions.set_transport(tx, organisation_id, before.id, after);
        if (starts) {
            for (const std::int64_t device_id : devices) {
                parts.sessions.join(tx, organisation_id, before.id, device_id);
            }
        }
        Session session = parts.sessions.get(tx, organisation_id, before.id);
        Command command;
        command.session_id = session.id;
        command.action = order.action;
        command.arguments = order.arguments;
        command.lesson_index = session.transport.lesson_index;
        command.position_ms = session.position_at(at_ms);
        command.at_ms = at_ms;
        command.created_by = person_id;
        command.expires_ms = at_ms + command_life_ms;
        command = parts.sessions.add_command(tx, organisation_id, command, devices);
        auto places = participation.settle_all(tx, session, devices, at_ms);
        return announce(tx, std::move(session), std::move(command), std::move(places));
    }

    Ordered announce(store::Tx& tx, Session session, Command command, std::vector<Place> places) {
        Ordered ordered{std::move(session), std::move(command)};
        tx.after_commit([this, ordered, places = std::move(places)] {
            parts.hub.post([this, ordered, places](live::Hub&) { perform(ordered, places); });
            parts.board.session_changed(ordered.session);
            parts.board.command_changed(ordered.command);
        });
        return ordered;
    }

    Place settle(store::Tx& tx, std::int64_t organisation_id, std::int64_t device_id, bool begin_run) {
        const Place place = participation.settle(tx, organisation_id, device_id, begin_run);
        tx.after_commit([this, organisation_id, place] {
            parts.hub.post([this, organisation_id, place](live::Hub&) { settled(organisation_id, place); });
        });
        return place;
    }

    // ---- from any thread ----

    // A short job of the writer; when the writer has no room for it, it is tried again with the next tick.
    void submit_settle(std::int64_t organisation_id, std::int64_t device_id) {
        const auto again = [this, organisation_id, device_id] {
            parts.hub.post([this, organisation_id, device_id](live::Hub&) {
                unsettled.emplace(organisation_id, device_id);
            });
        };
        const auto work = [this, organisation_id, device_id](store::Tx& tx) {
            settle(tx, organisation_id, device_id, false);
            return store::Verdict::keep;
        };
        try {
            parts.store.submit({"settle headset", work, [again](std::exception_ptr failure) {
                                    if (failure) again();
                                }});
        } catch (const platform::Error&) {
            again();
        }
    }

    void submit_expiry(const Pending& due) {
        const auto work = [this, due](store::Tx& tx) {
            if (parts.sessions.expire(tx, due.organisation_id, due.session_id, due.number) > 0) {
                const auto command =
                    parts.sessions.find_command(tx, due.organisation_id, due.session_id, due.number);
                if (command) tx.after_commit([this, command] { parts.board.command_changed(*command); });
            }
            return store::Verdict::keep;
        };
        const auto again = [this, due] {
            parts.hub.post([this, due](live::Hub&) { pending.push_back(due); });
        };
        try {
            parts.store.submit({"expire commands", work, [again](std::exception_ptr failure) {
                                    if (failure) again();
                                }});
        } catch (const platform::Error&) {
            again();
        }
    }

    // ---- on the io thread ----

    void perform(const Ordered& ordered, const std::vector<Place>& places) {
        const Session& session = ordered.session;
        if (session.transport.is_live())
            live[session.id] = {session, ordered.command.number};
        else
            live.erase(session.id);
        pending.push_back(
            {session.organisation_id, session.id, ordered.command.number, ordered.command.expires_ms});
        tell_command(ordered, places);
        for (const Place& place : places) {
            move(session.organisation_id, place);
        }
        for (const Watcher& watcher : watchers) {
            watcher(session, ordered.command);
        }
    }

    // One frame for all whose run goes on; one each for those who get another.
    void tell_command(const Ordered& ordered, const std::vector<Place>& places) {
        Json data = command_json(ordered.session, ordered.command);
        std::vector<live::ClientId> alike;
        for (const CommandAnswer& answer : ordered.command.answers) {
            const auto headset = headsets.find(answer.device_id);
            if (headset == headsets.end()) continue;
            const auto& clients = headset->second.clients;
            const auto place = std::ranges::find(places, answer.device_id, &Place::device_id);
            const bool changed =
                place != places.end() && place->run_id && place->run_id != headset->second.place.run_id;
            if (!changed) {
                alike.insert(alike.end(), clients.begin(), clients.end());
                continue;
            }
            Json own = data;
            own["run_id"] = *place->run_id;
            parts.hub.send(clients, pushed("command", std::move(own), parts.clock.now_ms()));
        }
        if (!alike.empty()) parts.hub.send(alike, pushed("command", std::move(data), parts.clock.now_ms()));
    }

    void move(std::int64_t organisation_id, const Place& place) {
        Headset& headset = headsets[place.device_id];
        headset.organisation_id = organisation_id;
        headset.place = place;
        parts.board.device_settled(place.device_id, place.session_id);
    }

    void settled(std::int64_t organisation_id, const Place& place) {
        const Headset& headset = headsets[place.device_id];
        if (headset.place == place) return;
        move(organisation_id, place);
        tell_state(headset);
    }

    void tell_state(const Headset& headset) {
        if (!headset.clients.empty())
            parts.hub.send(headset.clients, pushed("state", state_of(headset), parts.clock.now_ms()));
    }

    Json state_of(const Headset& headset) const {
        if (!headset.place.session_id) return {};
        const auto found = live.find(*headset.place.session_id);
        if (found == live.end()) return {};
        const Session& session = found->second.session;
        return {{"session_id", session.id},
                {"number", found->second.number},
                {"state", name_of(session.transport.state)},
                {"lesson_index", session.transport.lesson_index},
                {"lesson", json_of(session.lesson())},
                {"position_ms", session.transport.position_ms},
                {"at_ms", session.transport.position_at_ms},
                {"server_ms", parts.clock.now_ms()},
                {"run_id", or_null(headset.place.run_id)}};
    }

    void welcome(live::ClientId client, std::int64_t device_id, const Headset& headset) {
        const auto taker = parts.board.taker(device_id);
        Json data = {{"server_ms", parts.clock.now_ms()},
                     {"device", {{"id", device_id}, {"name", taker ? taker->name : ""}}},
                     {"person", taker ? people::json_of(taker->person) : Json()},
                     {"session", state_of(headset)}};
        parts.hub.send(client, pushed("welcome", std::move(data), parts.clock.now_ms()));
    }

    void online_changed(const devices::Present& present) {
        Headset& headset = headsets[present.device_id];
        headset.organisation_id = present.organisation_id;
        if (headset.online == present.online) return;
        headset.online = present.online;
        // Who came by a socket has been settled already.
        if (!present.online || headset.clients.empty())
            submit_settle(present.organisation_id, present.device_id);
    }

    void load(store::Read& read) {
        absent_at_ms = read.now_ms() + return_ms;
        for (const Session& session : parts.sessions.all_open(read)) {
            parts.board.session_changed(session);
            if (!session.transport.is_live()) continue;
            Live& known = live[session.id];
            known.session = session;
            auto commands =
                parts.sessions.commands(read, session.organisation_id, session.id, Board::commands_shown);
            std::ranges::reverse(commands);
            for (const Command& command : commands) {
                known.number = command.number;
                pending.push_back({session.organisation_id, session.id, command.number, command.expires_ms});
                parts.board.command_changed(command);
            }
            for (const std::int64_t device_id : participation.present_in(read, session)) {
                const auto run = parts.runs.current(read, session.organisation_id, device_id, "session");
                const bool its_own = run && run->session_id == session.id;
                move(session.organisation_id,
                     {device_id, session.id, its_own ? std::optional(run->id) : std::nullopt});
            }
        }
    }
};

Director::Director(DirectorParts parts) : impl_(std::make_unique<Impl>(parts)) {}
Director::~Director() = default;

void Director::load(store::Read& read) {
    impl_->load(read);
}

Session Director::create(store::Tx& tx, std::int64_t organisation_id, const NewSession& session) {
    const Session created = impl_->parts.sessions.create(tx, organisation_id, session);
    tx.after_commit([this, created] { impl_->parts.board.session_changed(created); });
    return created;
}

Session Director::add_lesson(store::Tx& tx, std::int64_t organisation_id, std::int64_t id,
                             std::int64_t lesson_id) {
    impl_->parts.sessions.add_lesson(tx, organisation_id, id, lesson_id);
    const Session session = impl_->parts.sessions.get(tx, organisation_id, id);
    tx.after_commit([this, session] {
        impl_->parts.hub.post([this, session](live::Hub&) {
            if (auto found = impl_->live.find(session.id); found != impl_->live.end())
                found->second.session = session;
        });
        impl_->parts.board.session_changed(session);
    });
    return session;
}

Ordered Director::order(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, const Order& order,
                        std::optional<std::int64_t> person_id) {
    return impl_->obey(tx, impl_->parts.sessions.get(tx, organisation_id, id), order, person_id);
}

Ordered Director::retry(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t number,
                        const std::optional<std::vector<std::int64_t>>& device_ids,
                        std::optional<std::int64_t> person_id) {
    Session session = impl_->parts.sessions.get(tx, organisation_id, id);
    const auto newest = impl_->parts.sessions.commands(tx, organisation_id, id, 1);
    if (newest.empty() || number < 1 || newest.front().number < number) platform::throw_not_found("command");
    if (newest.front().number != number)
        platform::throw_conflict("A newer command has replaced this one; only the newest can be sent again.");
    Command command = newest.front();
    std::vector<std::int64_t> devices;
    for (const CommandAnswer& answer : command.answers) {
        const bool wanted =
            !device_ids || std::ranges::find(*device_ids, answer.device_id) != device_ids->end();
        if (wanted && answer.state != AnswerState::done) devices.push_back(answer.device_id);
    }
    if (devices.empty()) platform::throw_conflict("None of these headsets has this command still to do.");
    command.at_ms = tx.now_ms() + impl_->lead_ms(devices);
    command.position_ms = session.position_at(command.at_ms);
    command.expires_ms = command.at_ms + command_life_ms;
    command.created_by = person_id;
    command = impl_->parts.sessions.add_command(tx, organisation_id, command, devices);
    return impl_->announce(tx, std::move(session), std::move(command), {});
}

void Director::join(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t device_id) {
    const Session session = impl_->parts.sessions.get(tx, organisation_id, id);
    if (session.transport.state == State::stopped) platform::throw_conflict("The session has stopped.");
    if (!impl_->parts.sessions.admits(tx, session, device_id))
        throw platform::Error(platform::ErrorKind::forbidden, "This session is for another class or room.");
    impl_->parts.sessions.join(tx, organisation_id, id, device_id);
    impl_->settle(tx, organisation_id, device_id, false);
}

CommandAnswer Director::answer(store::Tx& tx, std::int64_t organisation_id, std::int64_t id,
                               std::int64_t number, const CommandAnswer& answer) {
    const CommandAnswer now = impl_->parts.sessions.answer(tx, organisation_id, id, number, answer);
    tx.after_commit([this, id, number, now] { impl_->parts.board.answered(id, number, now); });
    return now;
}

std::optional<std::int64_t> Director::settle(store::Tx& tx, std::int64_t organisation_id,
                                             std::int64_t device_id) {
    return impl_->settle(tx, organisation_id, device_id, true).run_id;
}

void Director::presence_changed(const devices::Present& present) {
    impl_->parts.hub.post([this, present](live::Hub&) { impl_->online_changed(present); });
}

void Director::device_removed(std::int64_t organisation_id, std::int64_t device_id) {
    impl_->submit_settle(organisation_id, device_id);
}

void Director::signed_in(std::int64_t organisation_id, std::int64_t device_id) {
    impl_->submit_settle(organisation_id, device_id);
}

void Director::seat_changed(std::int64_t organisation_id, const rooms::Seat& seat) {
    if (seat.device_id) impl_->submit_settle(organisation_id, *seat.device_id);
}

void Director::headset_connected(live::ClientId client, const platform::Caller& caller) {
    impl_->device_of[client] = caller.device_id;
    Impl::Headset& headset = impl_->headsets[caller.device_id];
    headset.organisation_id = caller.organisation_id;
    headset.clients.push_back(client);
    impl_->welcome(client, caller.device_id, headset);
    impl_->submit_settle(caller.organisation_id, caller.device_id);
}

void Director::headset_disconnected(live::ClientId client) {
    const auto found = impl_->device_of.find(client);
    if (found == impl_->device_of.end()) return;
    std::erase(impl_->headsets[found->second].clients, client);
    impl_->device_of.erase(found);
}

void Director::tick() {
    const std::int64_t now_ms = impl_->parts.clock.now_ms();
    std::vector<Impl::Pending> due;
    std::erase_if(impl_->pending, [&](const Impl::Pending& command) {
        if (command.expires_ms > now_ms) return false;
        due.push_back(command);
        return true;
    });
    for (const Impl::Pending& command : due) {
        impl_->submit_expiry(command);
    }
    if (impl_->absent_at_ms && now_ms >= *impl_->absent_at_ms) {
        impl_->absent_at_ms.reset();
        for (const auto& [device_id, headset] : impl_->headsets) {
            if (!headset.online && headset.place.run_id)
                impl_->unsettled.emplace(headset.organisation_id, device_id);
        }
    }
    for (const auto& [organisation_id, device_id] : std::exchange(impl_->unsettled, {})) {
        impl_->submit_settle(organisation_id, device_id);
    }
}

std::optional<std::int64_t> Director::session_of(std::int64_t device_id) const {
    const auto found = impl_->headsets.find(device_id);
    return found == impl_->headsets.end() ? std::nullopt : found->second.place.session_id;
}

void Director::watch(Watcher watcher) {
    impl_->watchers.push_back(std::move(watcher));
}

} // namespace sessions
