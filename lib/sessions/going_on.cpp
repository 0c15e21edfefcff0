// The same class stays for another lesson: its students keep the headsets that they wore in the one before,
// though the box signed them out when that one stopped.
#include <utility>
#include <vector>

#include "platform/error.h"
#include "sessions/director.h"

namespace sessions {

namespace {

constexpr char field[] = "goes_on_from";

void require_same_class(store::Read& read, const Session& session, const Session& before) {
    if (!before.class_id || before.class_id != session.class_id)
        platform::throw_invalid(field, "must be a session of the same class");
    if (!before.stopped_ms || read.now_ms() - *before.stopped_ms > going_on_ms)
        platform::throw_invalid(field, "must have stopped within the last hour");
}

// Who had which headset last, newest first. Students who have left the class, and headsets that are unpaired
// now, do not count.
std::vector<std::pair<DeviceId, people::PersonReference>> wearers_of(store::Read& read,
                                                                     const Session& session) {
    auto rows = read.query(
        "SELECT r.device_id, p.id, p.nickname FROM runs r"
        " JOIN devices d ON d.id = r.device_id AND d.paired = 1"
        " JOIN persons p ON p.id = r.person_id AND p.active = 1 AND p.role = 'student'"
        " JOIN class_students c ON c.person_id = p.id AND c.class_id = ?3"
        " WHERE r.session_id = ?2 AND r.organisation_id = ?1 AND r.id ="
        "  (SELECT max(l.id) FROM runs l WHERE l.session_id = ?2 AND l.organisation_id = ?1"
        "   AND l.device_id = r.device_id)"
        " ORDER BY r.id DESC",
        session.organisation_id, session.id, session.class_id);
    std::vector<std::pair<DeviceId, people::PersonReference>> wearers;
    while (rows.step()) {
        DeviceId device_id;
        people::PersonReference person;
        rows.read(device_id, person);
        wearers.emplace_back(device_id, std::move(person));
    }
    return wearers;
}

} // namespace

void go_on(store::Tx& tx, const DirectorParts& parts, const Session& session, SessionId before_id) {
    const auto before = parts.sessions.find(tx, session.organisation_id, before_id);
    if (!before) platform::throw_invalid(field, "must be a session of this organisation");
    require_same_class(tx, session, *before);
    for (const auto& [device_id, person] : wearers_of(tx, *before)) {
        // Whoever has signed in since, on this headset or elsewhere, stays there.
        if (parts.logins.person_on_device(tx, session.organisation_id, device_id)) continue;
        if (parts.logins.device_of_person(tx, session.organisation_id, person.id)) continue;
        parts.logins.sign_in_on_device(tx, session.organisation_id, device_id, person);
    }
}

} // namespace sessions
