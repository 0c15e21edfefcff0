// Who takes part in what, as the writer sees it: from SQL and from current presence. A headset is in the
// session that it joined last. While its lesson plays and it is there, its run counts the time.
//
// A run belongs to one student. When a student signs in on a headset, its run gets that name if it has none
// yet; otherwise a new run begins. Signing out changes nothing: the lesson is still that student's. Until
// somebody signs in, it belongs to the student assigned to the seat.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "devices/presence.h"
#include "people/signing_in/logins.h"
#include "platform/ids.h"
#include "rooms/room.h"
#include "runs/run.h"
#include "sessions/session.h"
#include "store/transaction.h"

namespace sessions {

class Participation {
public:
    Participation(Sessions& sessions, runs::Runs& runs, devices::Presence& presence, rooms::Rooms& rooms,
                  people::Logins& logins)
        : sessions_(sessions), runs_(runs), presence_(presence), rooms_(rooms), logins_(logins) {}

    bool is_there(DeviceId device_id) const { return presence_.is_online(device_id); }
    // Of the headsets that are there, those whose session this is.
    std::vector<DeviceId> present_in(store::Read& read, const Session& session) const;

    // Puts one headset where it belongs now, with the run that it needs. While it is away its time does not
    // count. `begin_run`: begin one even though it is not connected, because it sends events.
    Place settle(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id, bool begin_run);
    // After an order: ends the runs of what is over and begins those of what plays now, for all headsets of
    // the session that are there. The order takes effect at `at_ms`.
    std::vector<Place> settle_all(store::Tx& tx, const Session& session, std::span<const DeviceId> devices,
                                  std::int64_t at_ms);
    // The lesson has come to its end: what a headset waits there is not time in the lesson.
    void finish(store::Tx& tx, const Session& session);

private:
    std::optional<RunId> run_in(store::Tx& tx, const Session& session, DeviceId device_id, std::int64_t at_ms,
                                bool begin);
    RunId begin_run(store::Tx& tx, const Session& session, DeviceId device_id, std::int64_t at_ms);
    void name_events_run(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);
    void count(store::Tx& tx, const Session& session, DeviceId device_id, RunId run_id, std::int64_t at_ms);

    Sessions& sessions_;
    runs::Runs& runs_;
    devices::Presence& presence_;
    rooms::Rooms& rooms_;
    people::Logins& logins_;
};

} // namespace sessions
