#include "app/recovery.h"

#include "app/services.h"

namespace app {

namespace {

// A lesson that was under way when the backup was made went on elsewhere, with orders that this database has
// forgotten and headsets have not: it can't be gone on with.
void end_lessons(Services& s) {
    s.store.write("end the backup's lessons", [&s](store::Tx& tx) {
        for (const sessions::Session& session : s.sessions.all_open(tx))
            if (session.transport.is_live())
                s.director.order(tx, session, {.action = sessions::Action::stop}, std::nullopt);
    });
}

} // namespace

void recover(Services& s) {
    s.store.read([&s](store::Read& read) {
        s.privacy.load(read);
        if (const auto id = s.imports.under_way(read)) s.bring_in(*id);
        s.logins.load(read);
        s.site_keys.load(read);
        s.presence.load(read, s.devices);
        s.runs.numbers().load(read, s.runs.senders());
        for (const people::Organisation& organisation : s.organisations.list(read)) {
            s.board.organisation_added(organisation.id);
            s.board.pairing_changed(s.pairing.state(read, organisation.id));
            for (const people::PasswordRequest& request : s.profiles.password_requests(read, organisation.id))
                s.profiles.password_request.now(organisation.id, request.person.id, request);
            for (const devices::PairingRequest& request : s.pairing.requests(read, organisation.id))
                s.board.pairing_requested(request);
        }
        for (const devices::Device& device : s.devices.all_paired(read))
            s.board.device_changed(device);
        for (const rooms::Room& room : s.rooms.all(read)) {
            s.recovered_room.now(room);
            for (const rooms::Seat& seat : s.rooms.seats(read, room.organisation_id, room.id))
                s.recovered_seat.now(room.organisation_id, seat);
        }
        s.director.load(read);
        s.waiting.load(read, s.devices, s.trainings);
        for (const people::Organisation& organisation : s.organisations.list(read))
            for (const trainings::Training& training : s.trainings.queue(read, organisation.id))
                s.training_board.changed({training, s.trainings.ticks(read, training.run.id),
                                          s.trainings.notes(read, training.run.id),
                                          s.trainings.scenario_of(read, training).content});
    });
    if (s.came_from_elsewhere()) end_lessons(s);
}

} // namespace app
