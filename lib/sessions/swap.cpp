// A spare replaces a flat headset: everything that moves, in one transaction.
#include <algorithm>

#include "platform/error.h"
#include "sessions/director.h"

namespace sessions {

namespace {

void require_spare(store::Read& read, const DirectorParts& parts, const Session& session, DeviceId device_id,
                   DeviceId spare_id) {
    const auto in_session = parts.sessions.devices(read, session.organisation_id, session.id);
    if (std::ranges::find(in_session, device_id) == in_session.end())
        platform::throw_invalid("device_id", "must be a headset that is in the session");
    if (spare_id == device_id) platform::throw_invalid("spare_device_id", "must be another headset");
    if (!read.integer("SELECT 1 FROM devices WHERE organisation_id = ? AND id = ? AND paired = 1",
                      session.organisation_id, spare_id))
        platform::throw_invalid("spare_device_id", "must be a paired headset of this organisation");
    if (const auto person = parts.rooms.person_on_device(read, session.organisation_id, spare_id))
        platform::throw_conflict("The spare is " + person->nickname + "'s already.");
}

std::optional<SeatId> move_seat(store::Tx& tx, const DirectorParts& parts, OrganisationId organisation_id,
                                DeviceId device_id, DeviceId spare_id) {
    const auto seat = parts.rooms.seat_of_device(tx, organisation_id, device_id);
    if (!seat) return std::nullopt;
    rooms::SeatChange change;
    for (const auto& next : {std::optional<DeviceId>{}, std::optional(spare_id)}) {
        change.device_id = next;
        parts.rooms.change_seat(tx, organisation_id, seat->id, change);
    }
    return seat->id;
}

} // namespace

Director::Swapped exchange_headsets(store::Tx& tx, const DirectorParts& parts, const Session& session,
                                    DeviceId device_id, DeviceId spare_id) {
    const OrganisationId organisation_id = session.organisation_id;
    require_spare(tx, parts, session, device_id, spare_id);
    Director::Swapped swapped;
    swapped.person = parts.rooms.person_on_device(tx, organisation_id, device_id);
    const auto signed_in = parts.logins.person_on_device(tx, organisation_id, device_id);
    if (const auto run = parts.runs.current(tx, organisation_id, device_id, runs::Origin::session);
        run && run->session_id == session.id) {
        parts.runs.count_until(tx, organisation_id, run->id, tx.now_ms()); // goes on once the spare is there
        runs::RunChange change;
        change.device_id = std::optional(spare_id);
        swapped.run_id = parts.runs.change(tx, organisation_id, run->id, change).id;
    }
    parts.sessions.leave(tx, organisation_id, session.id, device_id);
    parts.sessions.join(tx, organisation_id, session.id, spare_id);
    swapped.seat_id = move_seat(tx, parts, organisation_id, device_id, spare_id);
    if (signed_in) {
        parts.logins.sign_in_on_device(tx, organisation_id, spare_id, signed_in);
        parts.logins.sign_in_on_device(tx, organisation_id, device_id, std::nullopt);
    }
    if (session.display_device_id == device_id)
        parts.sessions.set_display(tx, organisation_id, session.id, spare_id);
    return swapped;
}

} // namespace sessions
