#include "sessions/director.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "live/clock_sync.h"
#include "platform/error.h"
#include "platform/json_fields.h"
#include "sessions/floor.h"
#include "sessions/participation.h"
#include "sessions/timekeeper.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

// The arguments as headsets are told them: those that say for how long also say until when, so that each
// headset ends it by itself even if the network is dead by then.
std::string arguments_of(const Order& order, std::int64_t at_ms) {
    Json arguments = Json::parse(order.arguments);
    if (const auto seconds = platform::JsonFields(arguments).find<std::int64_t>("seconds"))
        arguments["until_ms"] = at_ms + *seconds * 1000;
    return arguments.dump();
}

} // namespace

struct Director::Impl {
    Impl(DirectorParts the_parts, const store::After<OrderSnapshot>& the_ordered)
        : parts(the_parts),
          ordered(the_ordered),
          participation(parts.sessions, parts.runs, parts.presence, parts.rooms, parts.logins),
          floor({parts.hub, parts.clock, parts.board, parts.places, parts.inspector, parts.runs.numbers(),
                 parts.limits}),
          timekeeper(parts, floor, due_work()) {}

    DirectorParts parts;
    const store::After<OrderSnapshot>& ordered;
    Participation participation;
    Floor floor; // io thread
    Timekeeper timekeeper;

    // ---- on the writer ----

    Timekeeper::Work due_work() {
        return {[this](store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
                    settle(tx, organisation_id, device_id, false);
                },
                [this](store::Tx& tx, const Session& session) { participation.finish(tx, session); },
                [this](store::Tx& tx, const Session& session) {
                    obey(tx, session, {.action = Action::stop}, std::nullopt);
                }};
    }

    std::int64_t lead_ms(const std::vector<DeviceId>& device_ids) const {
        double worst_ms = 0;
        for (const DeviceId device_id : device_ids) {
            const auto present = parts.presence.find(device_id);
            if (present && present->online)
                worst_ms = std::max(worst_ms, present->report.round_trip_ms.value_or(0));
        }
        return static_cast<std::int64_t>(live::lead_ms(worst_ms));
    }

    OrderSnapshot obey(store::Tx& tx, const Session& before, const Order& order,
                       std::optional<PersonId> person_id) {
        const OrganisationId organisation_id = before.organisation_id;
        if (is_control(order.action)) return control(tx, before, order, person_id);
        const bool starts = order.action == Action::start;
        // A class that comes into its room takes its usual seats.
        if (starts && before.transport.state == State::created && before.class_id && before.room_id)
            parts.rooms.apply_seating(tx, organisation_id, *before.room_id, *before.class_id);
        std::vector<DeviceId> devices =
            starts ? parts.sessions.candidates(tx, before) : participation.present_in(tx, before);
        const std::int64_t at_ms = tx.now_ms() + lead_ms(devices);
        const Transport after = obeyed(before.transport, order, before.durations(), at_ms);
        if (after != before.transport) parts.sessions.set_transport(tx, organisation_id, before.id, after);
        if (starts) {
            for (const DeviceId device_id : devices) {
                parts.sessions.join(tx, organisation_id, before.id, device_id);
            }
        }
        Session session = parts.sessions.get(tx, organisation_id, before.id);
        Command command = command_of(session, order, at_ms, person_id);
        command = parts.sessions.add_command(tx, organisation_id, command, devices);
        auto places = participation.settle_all(tx, session, devices, at_ms);
        if (session.transport.state == State::stopped) end(tx, session);
        return announce(tx, {std::move(session), std::move(command), std::move(places)});
    }

    // An order that leaves the session as it is and goes to the headsets it is meant for.
    OrderSnapshot control(store::Tx& tx, const Session& session, const Order& order,
                          std::optional<PersonId> person_id) {
        obeyed(session.transport, order, {}, tx.now_ms()); // refuses what the state does not allow
        const std::vector<DeviceId> devices =
            parts.sessions.targeted(tx, session, order.target, participation.present_in(tx, session));
        const std::int64_t at_ms = tx.now_ms() + lead_ms(devices);
        Command command = parts.sessions.add_command(tx, session.organisation_id,
                                                     command_of(session, order, at_ms, person_id), devices);
        return announce(tx, {session, std::move(command), {}});
    }

    static Command command_of(const Session& session, const Order& order, std::int64_t at_ms,
                              std::optional<PersonId> person_id) {
        Command command;
        command.session_id = session.id;
        command.action = order.action;
        command.arguments = arguments_of(order, at_ms);
        command.target = json_of(order.target).dump();
        command.lesson_index = session.transport.lesson_index;
        command.position_ms = session.position_at(at_ms);
        command.at_ms = at_ms;
        command.created_by = person_id;
        command.expires_ms = at_ms + order.life_ms;
        return command;
    }

    // Hands go down, except for students who still feel unwell. Students are signed out, so that the next
    // child is not recorded as the last one. A student who signed in through a dialect stays until that
    // client signs in again: it knows no other way.
    void end(store::Tx& tx, const Session& session) {
        for (Hand hand : parts.hands.in_session(tx, session.organisation_id, session.id)) {
            hand.raised_ms.reset();
            hand.question.clear();
            keep(tx, hand);
        }
        for (const DeviceId device_id :
             parts.sessions.worn_by_students(tx, session.organisation_id, session.id))
            parts.logins.sign_in_on_device(tx, session.organisation_id, device_id, std::nullopt);
    }

    void keep(store::Tx& tx, const Hand& hand) {
        parts.hands.keep(tx, hand);
        tx.after_commit([this, hand] {
            parts.hub.post(
                [this, hand](live::Hub&) { floor.tell(hand.device_id, "hand", headset_json(hand)); });
            parts.board.hand_changed(hand);
        });
    }

    OrderSnapshot announce(store::Tx& tx, Ordered done) {
        auto snapshot = std::make_shared<const Ordered>(std::move(done));
        tx.after_commit(
            [this, snapshot] { parts.hub.post([this, snapshot](live::Hub&) { perform(snapshot); }); });
        return snapshot;
    }

    Place settle(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id, bool begin_run) {
        const Place place = participation.settle(tx, organisation_id, device_id, begin_run);
        tx.after_commit([this, organisation_id, place] {
            parts.hub.post(
                [this, organisation_id, place](live::Hub&) { floor.settled(organisation_id, place); });
        });
        return place;
    }

    // A change of a session that no headset has to obey.
    Session changed(store::Tx& tx, Session session) {
        tx.after_commit([this, snapshot = std::make_shared<const Session>(session)] {
            parts.hub.post([this, snapshot](live::Hub&) {
                floor.session_changed(snapshot);
                parts.board.session_changed(snapshot);
            });
        });
        return session;
    }
    Session changed(store::Tx& tx, OrganisationId organisation_id, SessionId id) {
        return changed(tx, parts.sessions.get(tx, organisation_id, id));
    }

    // ---- on the io thread ----

    void perform(const OrderSnapshot& done) {
        const Command& command = done->command;
        timekeeper.expect(done->session.organisation_id, command);
        floor.perform(done);
        parts.board.session_changed(SessionSnapshot(done, &done->session));
        parts.board.command_changed(command);
        for (const Place& place : done->places)
            floor.move(done->session.organisation_id, place);
        ordered.now(done);
    }

    void load(store::Read& read) {
        timekeeper.started(read.now_ms());
        for (const Hand& hand : parts.hands.all(read))
            parts.board.hand_changed(hand);
        for (Session& open : parts.sessions.all_open(read)) {
            const auto snapshot = std::make_shared<const Session>(std::move(open));
            const Session& session = *snapshot;
            const OrganisationId organisation_id = session.organisation_id;
            if (!session.transport.is_live()) {
                parts.hub.post([this, snapshot](live::Hub&) { parts.board.session_changed(snapshot); });
                continue;
            }
            floor.open(snapshot, parts.sessions.newest_playback(read, session.id));
            auto commands = parts.sessions.commands(read, organisation_id, session.id, Board::commands_shown);
            std::ranges::reverse(commands);
            for (const Command& command : commands)
                timekeeper.expect(organisation_id, command);
            parts.hub.post(
                [this, snapshot, commands = std::move(commands),
                 held = parts.sessions.held_commands(read, organisation_id, session.id)](live::Hub&) {
                    parts.board.session_changed(snapshot);
                    parts.board.controls_loaded(snapshot->id, held);
                    for (const Command& command : commands)
                        parts.board.command_changed(command);
                    for (const DeviceId device_id : parts.places.headsets_in(snapshot->id))
                        parts.board.device_moved(device_id, {});
                });
            for (const DeviceId device_id : participation.present_in(read, session)) {
                const auto run = parts.runs.current(read, organisation_id, device_id, runs::Origin::session);
                const bool its_own = run && run->session_id == session.id;
                floor.move(organisation_id,
                           {device_id, session.id, its_own ? std::optional(run->id) : std::nullopt});
            }
        }
    }
};

Director::Director(DirectorParts parts) : impl_(std::make_unique<Impl>(parts, ordered)) {}
Director::~Director() = default;

void Director::load(store::Read& read) {
    impl_->load(read);
}

Session Director::create(store::Tx& tx, OrganisationId organisation_id, const NewSession& session) {
    Session made = impl_->parts.sessions.create(tx, organisation_id, session);
    if (session.goes_on_from) go_on(tx, impl_->parts, made, *session.goes_on_from);
    return impl_->changed(tx, std::move(made));
}

Session Director::add_lesson(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                             LessonId lesson_id) {
    impl_->parts.sessions.add_lesson(tx, organisation_id, id, lesson_id);
    return impl_->changed(tx, organisation_id, id);
}

OrderSnapshot Director::order(store::Tx& tx, const Session& session, const Order& order,
                              std::optional<PersonId> person_id) {
    return impl_->obey(tx, session, order, person_id);
}

OrderSnapshot Director::retry(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                              std::int64_t number, const std::optional<std::vector<DeviceId>>& device_ids,
                              std::optional<PersonId> person_id) {
    Session session = impl_->parts.sessions.get(tx, organisation_id, id);
    auto found = impl_->parts.sessions.find_command(tx, organisation_id, id, number);
    if (!found) platform::throw_not_found("command");
    Command command = *std::move(found);
    const std::vector<DeviceId> overtaken = impl_->parts.sessions.overtaken(tx, command);
    std::vector<DeviceId> devices;
    for (const CommandAnswer& answer : command.answers) {
        const bool wanted =
            !device_ids || std::ranges::find(*device_ids, answer.device_id) != device_ids->end();
        if (wanted && answer.state != AnswerState::done) devices.push_back(answer.device_id);
    }
    const bool any_open = !devices.empty();
    std::erase_if(devices, [&](DeviceId device_id) {
        return std::ranges::find(overtaken, device_id) != overtaken.end();
    });
    const bool is_over = session.transport.state == State::stopped && command.action != Action::stop;
    if (is_over || (any_open && devices.empty()))
        platform::throw_conflict("A newer command has replaced this one; only the newest can be sent again.");
    if (devices.empty()) platform::throw_conflict("None of these headsets has this command still to do.");
    command.at_ms = tx.now_ms() + impl_->lead_ms(devices);
    command.position_ms = session.position_at(command.at_ms);
    command.expires_ms = command.at_ms + Order().life_ms;
    command.created_by = person_id;
    command.target = json_of(Target{Target::Kind::devices, 0, {}, {}}).dump();
    command = impl_->parts.sessions.add_command(tx, organisation_id, command, devices);
    return impl_->announce(tx, {std::move(session), std::move(command), {}});
}

std::vector<Session> Director::stop_all(store::Tx& tx, OrganisationId organisation_id,
                                        std::optional<PersonId> teacher_id,
                                        std::optional<PersonId> person_id) {
    SessionFilter filter;
    filter.live = true;
    filter.teacher_id = teacher_id;
    store::PageRequest all;
    all.limit = 200;
    std::vector<Session> stopped;
    for (const Session& session : impl_->parts.sessions.list(tx, organisation_id, filter, all).items) {
        Order order;
        order.action = Action::stop;
        stopped.push_back(impl_->obey(tx, session, order, person_id)->session);
    }
    return stopped;
}

Session Director::take_over(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                            PersonId teacher_id) {
    impl_->parts.sessions.set_teacher(tx, organisation_id, id, teacher_id);
    return impl_->changed(tx, organisation_id, id);
}

Session Director::show(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                       std::optional<DeviceId> device_id) {
    impl_->parts.sessions.get(tx, organisation_id, id);
    impl_->parts.sessions.set_display(tx, organisation_id, id, device_id);
    return impl_->changed(tx, organisation_id, id);
}

Director::Swapped Director::swap(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                                 DeviceId device_id, DeviceId spare_id) {
    const DirectorParts& parts = impl_->parts;
    const Session session = parts.sessions.get(tx, organisation_id, id);
    if (!session.transport.is_live()) platform::throw_conflict("The session is not running.");
    Swapped swapped = exchange_headsets(tx, parts, session, device_id, spare_id);
    impl_->settle(tx, organisation_id, device_id, false);
    impl_->settle(tx, organisation_id, spare_id, false);
    return swapped;
}

void Director::join(store::Tx& tx, OrganisationId organisation_id, SessionId id, DeviceId device_id) {
    const Session session = impl_->parts.sessions.get(tx, organisation_id, id);
    if (session.transport.state == State::stopped) platform::throw_conflict("The session has stopped.");
    if (!impl_->parts.sessions.admits(tx, session, device_id))
        throw platform::Error(platform::ErrorKind::forbidden, "This session is for another class or room.");
    impl_->parts.sessions.join(tx, organisation_id, id, device_id);
    impl_->settle(tx, organisation_id, device_id, false);
}

CommandAnswer Director::answer(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                               std::int64_t number, const CommandAnswer& answer) {
    CommandAnswer now = impl_->parts.sessions.answer(tx, organisation_id, id, number, answer);
    tx.after_commit([this, id, number, now] { impl_->parts.board.answered(id, number, now); });
    return now;
}

Hand Director::move_hand(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id, HandMove move,
                         const std::string& question) {
    const DirectorParts& parts = impl_->parts;
    Hand hand = parts.hands.of(tx, organisation_id, device_id);
    const auto session_id = parts.sessions.live_session_of(tx, organisation_id, device_id);
    if (move == HandMove::raise && !session_id) platform::throw_conflict("The headset is in no lesson.");
    if (session_id) hand.session_id = session_id;
    hand.person = parts.rooms.person_on_device(tx, organisation_id, device_id);
    switch (move) {
        case HandMove::raise: // again: with another question, the old place in the queue
            hand.raised_ms = hand.raised_ms.value_or(tx.now_ms());
            hand.question = question;
            break;
        case HandMove::lower:
            hand.raised_ms.reset();
            hand.question.clear();
            break;
        case HandMove::unwell:
            hand.unwell_ms = hand.unwell_ms.value_or(tx.now_ms());
            break;
        case HandMove::well:
            hand.unwell_ms.reset();
            break;
    }
    impl_->keep(tx, hand);
    return hand;
}

std::vector<DeviceId> Director::lower_hands(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                                            const std::optional<std::vector<DeviceId>>& device_ids) {
    impl_->parts.sessions.get(tx, organisation_id, id);
    std::vector<DeviceId> lowered;
    for (Hand hand : impl_->parts.hands.in_session(tx, organisation_id, id)) {
        if (device_ids && std::ranges::find(*device_ids, hand.device_id) == device_ids->end()) continue;
        lowered.push_back(hand.device_id);
        hand.raised_ms.reset();
        hand.question.clear();
        hand.unwell_ms.reset();
        impl_->keep(tx, hand);
    }
    return lowered;
}

std::optional<RunId> Director::settle(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
    return impl_->settle(tx, organisation_id, device_id, true).run_id;
}

void Director::came_or_went(OrganisationId organisation_id, DeviceId device_id) {
    impl_->parts.hub.post([this, organisation_id, device_id](live::Hub&) {
        // A headset that came by a socket has been settled already.
        if (impl_->parts.presence.is_online(device_id) && impl_->floor.hears(device_id)) return;
        impl_->timekeeper.settle(organisation_id, device_id);
    });
}

void Director::device_removed(OrganisationId organisation_id, DeviceId device_id) {
    impl_->timekeeper.settle(organisation_id, device_id);
}

void Director::signed_in(OrganisationId organisation_id, DeviceId device_id,
                         const std::optional<people::PersonReference>& person) {
    impl_->parts.hub.post([this, device_id, person](live::Hub&) {
        impl_->floor.tell(device_id, "person", {{"person", people::json_of(person)}});
    });
    impl_->timekeeper.settle(organisation_id, device_id);
}

void Director::seat_changed(OrganisationId organisation_id, const rooms::Seat& seat) {
    if (seat.device_id) impl_->timekeeper.settle(organisation_id, *seat.device_id);
}

void Director::headset_connected(live::ClientId client, const platform::Caller& caller, SocketRole role) {
    impl_->parts.pictures.connected(caller.device_id);
    impl_->floor.connected(client, caller, role);
    impl_->timekeeper.settle(caller.organisation_id, caller.device_id);
}

void Director::headset_disconnected(live::ClientId client) {
    impl_->floor.disconnected(client);
}

void Director::tick() {
    impl_->timekeeper.tick(impl_->parts.clock.now_ms());
}

bool Director::answers_itself(DeviceId device_id) const {
    return impl_->floor.hears(device_id);
}

bool Director::any_live() const {
    return impl_->floor.any_live();
}

void Director::tell(DeviceId device_id, const char* type, const nlohmann::json& data) {
    impl_->parts.hub.post(
        [this, device_id, type, data](live::Hub&) { impl_->floor.tell(device_id, type, data); });
}

void Director::ask_for_pictures() {
    impl_->parts.pictures.tick(impl_->floor);
}

} // namespace sessions
