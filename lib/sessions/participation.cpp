#include "sessions/participation.h"

#include <algorithm>

namespace sessions {

std::vector<DeviceId> Participation::present_in(store::Read& read, const Session& session) const {
    std::vector<DeviceId> devices = sessions_.devices(read, session.organisation_id, session.id);
    std::erase_if(devices, [&](DeviceId device_id) {
        return sessions_.live_session_of(read, session.organisation_id, device_id) != session.id;
    });
    return devices;
}

Place Participation::settle(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id, bool begin) {
    if (const auto calling = sessions_.session_calling(tx, organisation_id, device_id))
        sessions_.join(tx, organisation_id, *calling, device_id);
    const auto session_id = sessions_.live_session_of(tx, organisation_id, device_id);
    if (!session_id) {
        name_events_run(tx, organisation_id, device_id);
        return {device_id, {}, {}};
    }
    const Session session = sessions_.get(tx, organisation_id, *session_id);
    const bool takes_part = begin || is_there(device_id);
    return {device_id, session_id, run_in(tx, session, device_id, tx.now_ms(), takes_part)};
}

std::vector<Place> Participation::settle_all(store::Tx& tx, const Session& session,
                                             std::span<const DeviceId> devices, std::int64_t at_ms) {
    const SessionLesson* lesson = session.lesson();
    for (const runs::Run& run : runs_.running_in(tx, session.organisation_id, session.id)) {
        const bool goes_on = session.transport.is_live() &&
                             run.lesson_id == (lesson ? std::optional(lesson->lesson_id) : std::nullopt);
        if (!goes_on) runs_.finish(tx, session.organisation_id, run.id, at_ms);
    }
    std::vector<Place> places;
    for (const DeviceId device_id : devices) {
        Place& place = places.emplace_back(Place{device_id, {}, {}});
        if (!session.transport.is_live()) continue;
        place.session_id = session.id;
        place.run_id = run_in(tx, session, device_id, at_ms, is_there(device_id));
    }
    return places;
}

void Participation::finish(store::Tx& tx, const Session& session) {
    for (const runs::Run& run : runs_.running_in(tx, session.organisation_id, session.id))
        runs_.count_until(tx, session.organisation_id, run.id, session.finishes_ms().value_or(tx.now_ms()));
}

// The run of a headset in a live session, if it has one or must get one now.
std::optional<RunId> Participation::run_in(store::Tx& tx, const Session& session, DeviceId device_id,
                                           std::int64_t at_ms, bool begin) {
    const OrganisationId organisation_id = session.organisation_id;
    const SessionLesson* lesson = session.lesson();
    auto run = runs_.current(tx, organisation_id, device_id, runs::Origin::session);
    if (run && (run->session_id != session.id ||
                run->lesson_id != (lesson ? std::optional(lesson->lesson_id) : std::nullopt))) {
        runs_.finish(tx, organisation_id, run->id, at_ms);
        run.reset();
    }
    const auto person = logins_.person_on_device(tx, organisation_id, device_id);
    if (run && person && run->person && run->person->id != person->id) {
        runs_.finish(tx, organisation_id, run->id, at_ms);
        run.reset();
    }
    if (!run) return begin ? std::optional(begin_run(tx, session, device_id, at_ms)) : std::nullopt;
    if (!run->person) {
        if (const auto named = rooms_.person_on_device(tx, organisation_id, device_id))
            runs_.name(tx, organisation_id, run->id, named->id);
    }
    count(tx, session, device_id, run->id, at_ms);
    return run->id;
}

RunId Participation::begin_run(store::Tx& tx, const Session& session, DeviceId device_id,
                               std::int64_t at_ms) {
    const OrganisationId organisation_id = session.organisation_id;
    // Ends what the headset did on its own before it came into the session.
    if (const auto before = runs_.current(tx, organisation_id, device_id, runs::Origin::events))
        runs_.finish(tx, organisation_id, before->id, at_ms);
    runs::NewRun run;
    run.session_id = session.id;
    if (const SessionLesson* lesson = session.lesson()) run.lesson_id = lesson->lesson_id;
    run.device_id = device_id;
    if (const auto seat = rooms_.seat_of_device(tx, organisation_id, device_id)) run.seat_id = seat->id;
    if (const auto person = rooms_.person_on_device(tx, organisation_id, device_id))
        run.person_id = person->id;
    run.started_ms = at_ms;
    const RunId id = runs_.begin(tx, organisation_id, run).id;
    count(tx, session, device_id, id, at_ms);
    return id;
}

void Participation::name_events_run(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
    const auto run = runs_.current(tx, organisation_id, device_id, runs::Origin::events);
    if (!run) return;
    const auto person = logins_.person_on_device(tx, organisation_id, device_id);
    if (!person) return;
    if (!run->person)
        runs_.name(tx, organisation_id, run->id, person->id);
    else if (run->person->id != person->id)
        runs_.finish(tx, organisation_id, run->id, tx.now_ms());
}

void Participation::count(store::Tx& tx, const Session& session, DeviceId device_id, RunId run_id,
                          std::int64_t at_ms) {
    // A lesson may take effect a little later than now.
    const std::int64_t from_ms = std::max(at_ms, session.transport.position_at_ms);
    const bool plays = session.transport.state == State::running && !session.is_finished(from_ms);
    if (plays && is_there(device_id))
        runs_.count_from(tx, session.organisation_id, run_id, from_ms);
    else
        runs_.count_until(tx, session.organisation_id, run_id,
                          std::min(at_ms, session.finishes_ms().value_or(at_ms)));
}

} // namespace sessions
