#include "sessions/before/due.h"

namespace sessions {

std::optional<ClassId> class_due(store::Read& read, OrganisationId organisation_id, DeviceId device_id) {
    return read.id<ClassId>(
        "SELECT s.class_id FROM sessions s WHERE s.organisation_id = ?1 AND s.class_id IS NOT NULL"
        " AND s.state <> 'stopped' AND (s.room_id IS NULL OR EXISTS (SELECT 1 FROM seats t"
        " WHERE t.room_id = s.room_id AND t.device_id = ?2))"
        " ORDER BY s.state IN ('running', 'paused') DESC, s.room_id IS NULL, s.id DESC LIMIT 1",
        organisation_id, device_id);
}

bool is_lesson_on(store::Read& read) {
    constexpr std::int64_t forgotten_after_ms = 12LL * 3600 * 1000;
    return read
        .integer("SELECT 1 FROM sessions WHERE state IN ('running', 'paused') AND position_at_ms > ? LIMIT 1",
                 read.now_ms() - forgotten_after_ms)
        .has_value();
}

} // namespace sessions
