#include "app/wiring.h"

#include <cstdlib>

#include "app/services.h"
#include "app/sockets.h"
#include "dialects/dpvr/headsets.h"
#include "dialects/lms/lms_sockets.h"
#include "dialects/seats/seats_sockets.h"
#include "http/wire/front_door.h"
#include "platform/log.h"
#include "progress/privacy.h"
#include "rooms/privacy.h"
#include "sessions/before/due.h"
#include "sessions/privacy.h"
#include "trainings/privacy.h"

namespace app {

namespace {

// "115 days ahead"
std::string off_in_words(std::int64_t off_ms) {
    const std::int64_t minutes = std::abs(off_ms) / 60'000;
    const auto [amount, unit] = minutes >= 2 * 24 * 60 ? std::pair(minutes / (24 * 60), "days")
                                : minutes >= 2 * 60    ? std::pair(minutes / 60, "hours")
                                                       : std::pair(minutes, "minutes");
    return std::to_string(amount) + " " + unit + (off_ms > 0 ? " ahead" : " behind");
}

void connect_people(Services& s) {
    s.organisations.added.connect([&s](const people::Organisation& organisation) {
        s.board.organisation_added(organisation.id);
        s.board.pairing_changed({organisation.id, std::nullopt, organisation.licence.seats_left()});
    });
    s.organisations.licence_changed.connect(
        [&s](store::Tx& tx, OrganisationId organisation_id) { s.pairing.tell_state(tx, organisation_id); });
    s.logins.signed_in.connect([&s](OrganisationId organisation_id, DeviceId device_id,
                                    const std::optional<people::PersonReference>& person) {
        s.guesses.wearer_changed(device_id);
        s.board.person_changed(device_id);
        s.director.signed_in(organisation_id, device_id, person);
    });
    s.people.deactivating.connect([&s](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
        s.rooms.vacate_person(tx, organisation_id, person_id);
    });
    s.people.erasing.connect([&s](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
        s.pairing.forget_person(tx, organisation_id, person_id);
    });
    s.people.renamed.connect([&s](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
        s.rooms.tell_renamed(tx, organisation_id, person_id);
    });
}

void connect_rosters(Services& s) {
    s.imports.committed.connect([&s](ImportId id) { s.bring_in(id); });
    s.imports.progressed.connect([&s](const people::Import& import) {
        s.hub.post([import](live::Hub& there) {
            there.set("organisation/" + to_string(import.organisation_id), "import",
                      {{"id", import.id},
                       {"state", platform::name_of(import.state)},
                       {"rows", import.rows},
                       {"done", import.done}});
        });
    });
    s.privacy.add_exporter(runs::export_runs);
    s.privacy.add_exporter(trainings::export_trainings);
    s.privacy.add_exporter(chat::export_conversations);
    s.privacy.add_exporter(progress::export_progress);
    s.privacy.add_eraser(rooms::erase_places);
    s.privacy.add_eraser(sessions::erase_hands);
    // Conversations and trainings go before the runs lose their person, because that is how they are found.
    s.privacy.add_eraser([&s](store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool) {
        s.profiles.close_password_request(tx, organisation_id, person_id);
        return chat::erase_conversations(tx, organisation_id, person_id,
                                         [&s](RunId run_id) { s.chat_feed.forgotten(run_id); });
    });
    s.privacy.add_eraser([](store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool) {
        return progress::erase_progress(tx, organisation_id, person_id);
    });
    s.privacy.add_eraser(trainings::erase_trainings);
    s.privacy.add_eraser(
        [&s](store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs) {
            return runs::erase_runs(tx, s.runs, organisation_id, person_id, remove_runs);
        });
    s.retention.is_busy = sessions::is_lesson_on;
    s.retention.also = [&s](store::Tx& tx) { return s.chat_retention.work(tx); };
}

void connect_headsets(Services& s) {
    s.devices.seat_given_back.connect(
        [&s](store::Tx& tx, OrganisationId organisation_id) { s.pairing.tell_state(tx, organisation_id); });
    s.devices.unpairing.connect([&s](store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
        s.rooms.vacate_device(tx, organisation_id, device_id);
        if (const auto open = s.trainings.open_on(tx, organisation_id, device_id))
            s.trainings.cancel(tx, organisation_id, open->run.id);
    });
    s.devices.replacing.connect(
        [&s](store::Tx& tx, OrganisationId organisation_id, DeviceId id, DeviceId by_id) {
            s.runs.replace_headset(tx, organisation_id, id, by_id);
        });
    s.devices.changed.connect([&s](const devices::Device& device) {
        s.presence.add(device);
        s.waiting.device_changed(device);
        s.board.device_changed(device);
    });
    s.devices.unpaired.connect([&s](OrganisationId organisation_id, DeviceId device_id) {
        s.presence.remove(device_id);
        s.waiting.device_removed(device_id);
        s.training_board.device_removed(organisation_id, device_id);
        s.inspector.forget(device_id);
        s.board.device_removed(organisation_id, device_id);
        s.director.device_removed(organisation_id, device_id);
    });
    s.presence.changed.connect([&s](DeviceId device_id) { s.board.presence_changed(device_id); });
    s.presence.came_or_went.connect([&s](OrganisationId organisation_id, DeviceId device_id) {
        s.director.came_or_went(organisation_id, device_id);
    });
    s.pairing.state_changed.connect(
        [&s](const devices::PairingState& state) { s.board.pairing_changed(state); });
    s.pairing.requested.connect(
        [&s](const devices::PairingRequest& request) { s.board.pairing_requested(request); });
    s.pairing.request_closed.connect([&s](OrganisationId organisation_id, PairingRequestId request_id) {
        s.board.pairing_request_closed(organisation_id, request_id);
    });
    s.ingest.times_off.connect([&s](DeviceId device_id, const std::optional<std::int64_t>& off_ms) {
        s.presence.events_off(device_id, off_ms);
        if (!off_ms) return;
        devices::Exchange exchange;
        exchange.at_ms = s.clock.now_ms();
        exchange.name = "events";
        exchange.status = 202;
        exchange.reason = "Stored, at unlikely times: its clock is " + off_in_words(*off_ms) + ".";
        s.inspector.note(device_id, std::move(exchange));
    });
    // Events that name no run belong to the lesson that their headset is in.
    s.ingest.on_unnamed_run([&s](store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
        return s.director.settle(tx, organisation_id, device_id);
    });
}

void connect_content(Services& s) {
    s.fetching.ordered.connect([&s](DeviceId device_id, const nlohmann::json& push) {
        s.director.tell(device_id, "content.fetch", push);
    });
    s.fetching.progressed.connect([&s](DeviceId device_id, const nlohmann::json& so_far) {
        s.board.content_changed(device_id, so_far);
    });
}

void connect_rooms(Services& s) {
    s.rooms.removing.connect([&s](store::Tx& tx, OrganisationId organisation_id, RoomId room_id) {
        s.sessions.forget_room(tx, organisation_id, room_id);
        s.timetable.forget_room(tx, organisation_id, room_id);
    });
    s.rooms.removing_seat.connect([&s](store::Tx& tx, OrganisationId organisation_id, SeatId seat_id) {
        s.runs.forget_seat(tx, organisation_id, seat_id);
    });
    s.rooms.seat_changed.connect([&s](OrganisationId organisation_id, const rooms::Seat& seat) {
        s.board.seat_changed(organisation_id, seat);
        s.director.seat_changed(organisation_id, seat);
    });
    s.rooms.seat_removed.connect(
        [&s](OrganisationId, RoomId room_id, SeatId seat_id) { s.board.seat_removed(room_id, seat_id); });
    s.rooms.room_changed.connect([&s](const rooms::Room& room) { s.board.room_changed(room); });
    s.rooms.room_removed.connect([&s](OrganisationId organisation_id, RoomId room_id) {
        s.board.room_removed(organisation_id, room_id);
    });
}

void connect_runs(Services& s) {
    s.runs.begun.connect([&s](store::Tx& tx, const runs::Run& run) { s.trainings.run_begun(tx, run); });
    s.runs.finished.connect([&s](store::Tx& tx, const runs::Run& run) { s.trainings.run_finished(tx, run); });
    s.runs.erasing.connect([&s](store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
        chat::erase_conversation(tx, run_id, [&s](RunId erased) { s.chat_feed.forgotten(erased); });
        progress::forget_run(tx, run_id);
        s.trainings.run_erased(tx, organisation_id, run_id);
    });
}

void connect_trainings(Services& s) {
    s.trainings.changed.connect([&s](const trainings::Trainings::Shown& shown) {
        s.waiting.changed(shown);
        s.training_board.changed(shown);
    });
}

void connect_progress(Services& s) {
    s.people.password_set.connect([&s](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
        s.profiles.close_password_request(tx, organisation_id, person_id);
    });
    // On the page of whoever looks after s.people.
    s.profiles.password_request.connect([&s](OrganisationId organisation_id, PersonId person_id,
                                             const std::optional<people::PasswordRequest>& request) {
        s.hub.post([=, topic = "organisation/" + to_string(organisation_id)](live::Hub& the_hub) {
            const std::string key = "password_request/" + to_string(person_id);
            if (request)
                the_hub.set(topic, key, people::json_of(*request));
            else
                the_hub.erase(topic, key);
        });
    });
    s.trainings.recorded.connect([&s](store::Tx& tx, const trainings::Training& training) {
        s.progress.settle(tx, training.run.organisation_id, training.run.id);
    });
    s.runs.named.connect([&s](store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
        s.progress.settle(tx, organisation_id, run_id);
    });
    s.chat.said.connect(
        [&s](OrganisationId organisation_id, const chat::Listeners& listeners, const chat::Message& message) {
            s.chat_feed.said(organisation_id, listeners, message);
        });
    s.chat.growing.connect([&s](OrganisationId organisation_id, RunId run_id, const std::string& so_far) {
        s.chat_feed.growing(organisation_id, run_id, so_far);
    });
}

void connect_recovery(Services& s) {
    s.recovered_room.connect([&s](const rooms::Room& room) { s.board.room_changed(room); });
    s.recovered_seat.connect([&s](OrganisationId organisation_id, const rooms::Seat& seat) {
        s.board.seat_changed(organisation_id, seat);
    });
}

} // namespace

void connect(Services& s) {
    connect_people(s);
    connect_rosters(s);
    connect_headsets(s);
    connect_rooms(s);
    connect_content(s);
    connect_runs(s);
    connect_trainings(s);
    connect_progress(s);
    connect_recovery(s);
}

void connect(Services& s, dialects::lms::Sockets& lms) {
    s.director.ordered.connect(
        [&lms](const sessions::OrderSnapshot& ordered) { lms.session_ordered(ordered); });
}

void connect(Services& s, dialects::dpvr::Headsets& dpvr) {
    s.director.ordered.connect([&dpvr](const sessions::OrderSnapshot& ordered) { dpvr.ordered(ordered); });
    s.devices.unpairing.connect([&dpvr](store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
        dpvr.unpairing(tx, organisation_id, device_id);
    });
    s.devices.unpaired.connect([&dpvr](OrganisationId, DeviceId device_id) { dpvr.unpaired(device_id); });
}

void connect(Services& s, dialects::seats::Sockets& seats) {
    s.recovered_room.connect([&seats](const rooms::Room& room) { seats.room_changed(room); });
    s.recovered_seat.connect([&seats](OrganisationId, const rooms::Seat& seat) { seats.seat_changed(seat); });
    s.rooms.room_changed.connect([&seats](const rooms::Room& room) { seats.room_changed(room); });
    s.rooms.room_removed.connect([&seats](OrganisationId, RoomId room_id) { seats.room_removed(room_id); });
    s.rooms.seat_changed.connect(
        [&seats](OrganisationId, const rooms::Seat& seat) { seats.seat_changed(seat); });
    s.rooms.seat_removed.connect(
        [&seats](OrganisationId, RoomId room_id, SeatId seat_id) { seats.seat_removed(room_id, seat_id); });
}

void connect(Services& s, Sockets& sockets, http::FrontDoor& front_door) {
    s.logins.ended.connect([&](const std::vector<LoginId>& login_ids) {
        front_door.post([&sockets, login_ids] { sockets.close_logins(login_ids); });
    });
    s.logins.signed_in.connect(
        [&](OrganisationId, DeviceId device_id, const std::optional<people::PersonReference>&) {
            front_door.post([&sockets, device_id] { sockets.refresh_device(device_id); });
        });
    s.storage_full.connect([](bool full) {
        if (full)
            platform::log_error("the disk is full: nothing can be saved until there is room");
        else
            platform::log_info("the disk has room again: saving goes on");
    });
}

} // namespace app
