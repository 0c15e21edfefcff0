#include "sessions/session.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "platform/error.h"
#include "store/epoch.h"

namespace sessions {

namespace {

constexpr store::SqlText session_columns = R"sql(
    SELECT s.id, s.organisation_id, s.title, t.id, t.nickname, s.class_id, s.room_id, s.state, s.lesson_index,
           s.position_ms, s.position_at_ms, s.created_ms, s.started_ms, s.stopped_ms, s.display_device_id
    FROM sessions s JOIN persons t ON t.id = s.teacher_id )sql";

Session session_of(const store::Statement& rows) {
    Session session;
    Transport& transport = session.transport;
    rows.read(session.id, session.organisation_id, session.title, session.teacher, session.class_id,
              session.room_id, transport.state, transport.lesson_index, transport.position_ms,
              transport.position_at_ms, session.created_ms, session.started_ms, session.stopped_ms,
              session.display_device_id);
    return session;
}

void read_lessons(store::Read& read, Session& session) {
    auto rows = read.query(
        "SELECT q.position, l.id, coalesce(q.title, l.title), coalesce(q.kind, l.kind),"
        " coalesce(q.content, l.content), CASE WHEN q.title IS NULL THEN l.duration_ms ELSE q.duration_ms END"
        " FROM session_lessons q JOIN lessons l ON l.id = q.lesson_id WHERE q.session_id = ?"
        " ORDER BY q.position",
        session.id);
    while (rows.step()) {
        SessionLesson& lesson = session.lessons.emplace_back();
        rows.read(lesson.index, lesson.lesson_id, lesson.title, lesson.kind, lesson.content,
                  lesson.duration_ms);
    }
}

void require_teacher(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    if (!read.integer("SELECT id FROM persons WHERE organisation_id = ? AND id = ? AND active = 1"
                      " AND role IN ('teacher', 'administrator')",
                      organisation_id, person_id))
        platform::throw_invalid("teacher_id", "must be a teacher of this organisation");
}

void require_class_and_room(store::Read& read, OrganisationId organisation_id, const NewSession& session) {
    std::vector<platform::FieldError> faults;
    if (session.class_id && !read.integer("SELECT id FROM classes WHERE organisation_id = ? AND id = ?"
                                          " AND archived_ms IS NULL",
                                          organisation_id, session.class_id))
        faults.push_back({"class_id", "must be a class of this organisation"});
    if (session.room_id && !read.integer("SELECT id FROM rooms WHERE organisation_id = ? AND id = ?",
                                         organisation_id, session.room_id))
        faults.push_back({"room_id", "must be a room of this organisation"});
    if (!faults.empty()) throw platform::Error(std::move(faults));
}

void append_lesson(store::Tx& tx, OrganisationId organisation_id, SessionId id, LessonId lesson_id,
                   const std::string& field) {
    const std::int64_t added = tx.run(
        "INSERT INTO session_lessons (session_id, position, lesson_id)"
        " SELECT ?1, (SELECT count(*) FROM session_lessons WHERE session_id = ?1), id FROM lessons"
        " WHERE organisation_id = ?2 AND id = ?3 AND archived = 0",
        id, organisation_id, lesson_id);
    if (added == 0) platform::throw_invalid(field, "must be a lesson of this organisation");
}

} // namespace

const SessionLesson* Session::lesson() const {
    const auto index = static_cast<std::size_t>(transport.lesson_index);
    return index < lessons.size() ? &lessons[index] : nullptr;
}

std::vector<std::optional<std::int64_t>> Session::durations() const {
    std::vector<std::optional<std::int64_t>> durations;
    for (const SessionLesson& lesson : lessons) {
        durations.push_back(courses::ends_by_clock(lesson.kind) ? lesson.duration_ms : std::nullopt);
    }
    return durations;
}

std::int64_t Session::position_at(std::int64_t now_ms) const {
    return sessions::position_at(transport, durations(), now_ms);
}

std::optional<std::int64_t> Session::finishes_ms() const {
    return sessions::finishes_ms(transport, durations());
}

bool Session::is_finished(std::int64_t now_ms) const {
    const auto finishes = finishes_ms();
    return finishes && now_ms >= *finishes;
}

std::optional<std::int64_t> Session::ends_ms() const {
    const auto finishes = finishes_ms();
    return finishes ? std::optional(*finishes + ends_after_ms) : std::nullopt;
}

bool Session::is_past_its_plan(std::int64_t now_ms) const {
    const SessionLesson* current = lesson();
    return transport.is_live() && current && current->duration_ms &&
           position_at(now_ms) >= *current->duration_ms;
}

Session Sessions::create(store::Tx& tx, OrganisationId organisation_id, const NewSession& session) {
    require_teacher(tx, organisation_id, session.teacher_id);
    require_class_and_room(tx, organisation_id, session);
    if (session.lesson_ids.size() > most_lessons)
        platform::throw_invalid("lesson_ids", "must be at most " + std::to_string(most_lessons) + " lessons");
    static constexpr auto insert =
        "INSERT INTO sessions (id, organisation_id, title, teacher_id, class_id, room_id, created_ms)"
        " VALUES (max(coalesce((SELECT max(id) FROM sessions), 0), " +
        store::ids_from + ") + 1, ?, ?, ?, ?, ?, ?)";
    const SessionId id = tx.insert<SessionId>(insert, organisation_id, session.title, session.teacher_id,
                                              session.class_id, session.room_id, tx.now_ms());
    for (std::size_t i = 0; i < session.lesson_ids.size(); ++i) {
        append_lesson(tx, organisation_id, id, session.lesson_ids[i],
                      "lesson_ids[" + std::to_string(i) + "]");
    }
    return get(tx, organisation_id, id);
}

std::optional<Session> Sessions::find(store::Read& read, OrganisationId organisation_id, SessionId id) const {
    std::optional<Session> session;
    {
        static constexpr auto by_id = session_columns + "WHERE s.organisation_id = ? AND s.id = ?";
        auto rows = read.query(by_id, organisation_id, id);
        if (rows.step()) session = session_of(rows);
    }
    if (session) read_lessons(read, *session);
    return session;
}

Session Sessions::get(store::Read& read, OrganisationId organisation_id, SessionId id) const {
    auto found = find(read, organisation_id, id);
    if (!found) platform::throw_not_found("session");
    return *std::move(found);
}

store::Page<Session> Sessions::list(store::Read& read, OrganisationId organisation_id,
                                    const SessionFilter& filter, const store::PageRequest& page) const {
    static constexpr auto filtered = session_columns + R"sql(
        WHERE s.organisation_id = ?1 AND (?2 IS NULL OR s.id < ?2) AND (?3 IS NULL OR s.state = ?3)
          AND (?4 = 0 OR s.state IN ('running', 'paused')) AND (?5 IS NULL OR s.teacher_id = ?5)
          AND (?6 IS NULL OR s.class_id = ?6)
          AND (?7 IS NULL OR s.class_id IN (SELECT class_id FROM class_students WHERE person_id = ?7))
        ORDER BY s.id DESC LIMIT ?8)sql";
    auto rows = read.query(filtered, organisation_id, page.after, filter.state, filter.live,
                           filter.teacher_id, filter.class_id, filter.student_id, page.limit + 1);
    auto found = store::read_page<Session>(std::move(rows), page, session_of);
    for (Session& session : found.items) {
        read_lessons(read, session);
    }
    return found;
}

std::vector<Session> Sessions::all_open(store::Read& read) const {
    std::vector<Session> open;
    {
        static constexpr auto still_open = session_columns + R"sql(
            WHERE s.state IN ('running', 'paused')
               OR s.id IN (SELECT id FROM sessions WHERE state = 'created' ORDER BY id DESC LIMIT 500)
            ORDER BY s.id)sql";
        auto rows = read.query(still_open);
        while (rows.step()) {
            open.push_back(session_of(rows));
        }
    }
    for (Session& session : open) {
        read_lessons(read, session);
    }
    return open;
}

void Sessions::add_lesson(store::Tx& tx, OrganisationId organisation_id, SessionId id, LessonId lesson_id) {
    const Session session = get(tx, organisation_id, id);
    if (session.lessons.size() >= most_lessons)
        platform::throw_conflict("A session has at most " + std::to_string(most_lessons) + " lessons.");
    append_lesson(tx, organisation_id, id, lesson_id, "lesson_id");
}

void Sessions::set_teacher(store::Tx& tx, OrganisationId organisation_id, SessionId id, PersonId teacher_id) {
    require_teacher(tx, organisation_id, teacher_id);
    if (tx.run("UPDATE sessions SET teacher_id = ? WHERE organisation_id = ? AND id = ?", teacher_id,
               organisation_id, id) == 0)
        platform::throw_not_found("session");
}

void Sessions::forget_room(store::Tx& tx, OrganisationId organisation_id, RoomId room_id) {
    tx.run("UPDATE sessions SET room_id = NULL WHERE organisation_id = ? AND room_id = ?", organisation_id,
           room_id);
}

void Sessions::set_display(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                           std::optional<DeviceId> device_id) {
    if (device_id &&
        !tx.integer(
            "SELECT 1 FROM session_devices j JOIN devices d ON d.id = j.device_id AND d.organisation_id = ?1"
            " WHERE j.session_id = ?2 AND j.device_id = ?3",
            organisation_id, id, device_id))
        platform::throw_invalid("device_id", "must be a headset that is in the session");
    tx.run("UPDATE sessions SET display_device_id = ? WHERE organisation_id = ? AND id = ?", device_id,
           organisation_id, id);
}

void Sessions::set_transport(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                             const Transport& transport) {
    const bool stopped = transport.state == State::stopped;
    tx.run(
        "UPDATE sessions SET state = ?3, lesson_index = ?4, position_ms = ?5, position_at_ms = ?6,"
        " started_ms = CASE WHEN ?3 = 'running' THEN coalesce(started_ms, ?6) ELSE started_ms END,"
        " display_device_id = CASE WHEN ?7 THEN NULL ELSE display_device_id END,"
        " stopped_ms = CASE WHEN ?7 THEN ?6 END WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, transport.state, transport.lesson_index, transport.position_ms,
        transport.position_at_ms, stopped);
    // From its start, the session keeps its lessons as they are now.
    if (transport.is_live())
        tx.run(
            "UPDATE session_lessons SET title = l.title, kind = l.kind, content = l.content,"
            " duration_ms = l.duration_ms FROM lessons l WHERE l.id = session_lessons.lesson_id"
            " AND l.organisation_id = ?1 AND session_id = ?2 AND session_lessons.title IS NULL",
            organisation_id, id);
}

std::vector<DeviceId> Sessions::candidates(store::Read& read, const Session& session) const {
    auto rows = read.query(
        "SELECT d.id FROM devices d WHERE d.organisation_id = ?1 AND d.paired = 1 AND ("
        " d.id IN (SELECT device_id FROM seats WHERE room_id = ?2)"
        " OR d.id IN (SELECT l.device_id FROM logins l JOIN class_students c ON c.person_id = l.person_id"
        "  WHERE c.class_id = ?3 AND l.expires_ms > ?5)"
        " OR d.id IN (SELECT device_id FROM session_devices WHERE session_id = ?4)) ORDER BY d.id",
        session.organisation_id, session.room_id, session.class_id, session.id, read.now_ms());
    std::vector<DeviceId> devices;
    while (rows.step()) {
        devices.push_back(rows.values<DeviceId>());
    }
    return devices;
}

bool Sessions::admits(store::Read& read, const Session& session, DeviceId device_id) const {
    if (!session.class_id && !session.room_id) return true;
    return read
        .integer(
            "SELECT 1 WHERE ?2 IN (SELECT device_id FROM seats WHERE room_id = ?3)"
            " OR ?2 IN (SELECT device_id FROM session_devices WHERE session_id = ?1)"
            " OR ?2 IN (SELECT l.device_id FROM logins l JOIN class_students c ON c.person_id = l.person_id"
            "  WHERE c.class_id = ?4 AND l.expires_ms > ?5)"
            " OR ?2 IN (SELECT l.device_id FROM logins l JOIN persons p ON p.id = l.person_id"
            "  WHERE p.organisation_id = ?6 AND p.role IN ('teacher', 'administrator') AND l.expires_ms > "
            "?5)",
            session.id, device_id, session.room_id, session.class_id, read.now_ms(), session.organisation_id)
        .has_value();
}

std::vector<DeviceId> Sessions::targeted(store::Read& read, const Session& session, const Target& target,
                                         const std::vector<DeviceId>& devices) const {
    if (target.kind == Target::Kind::all) return devices;
    if (target.kind == Target::Kind::devices) {
        std::vector<platform::FieldError> faults;
        for (std::size_t i = 0; i < target.device_ids.size(); ++i)
            if (std::ranges::find(devices, target.device_ids[i]) == devices.end())
                faults.push_back(
                    {"device_ids[" + std::to_string(i) + "]", "must be a headset that is in the session"});
        if (!faults.empty()) throw platform::Error(std::move(faults));
    }
    std::set<DeviceId> meant(target.device_ids.begin(), target.device_ids.end());
    const bool row = target.kind == Target::Kind::row;
    if (row || target.kind == Target::Kind::group) {
        auto rows =
            row ? read.query(
                      "SELECT s.device_id FROM seats s JOIN rooms r ON r.id = s.room_id"
                      " WHERE r.organisation_id = ? AND r.id = ? AND s.row = ? AND s.device_id IS NOT NULL",
                      session.organisation_id, session.room_id, target.row)
                : read.query("SELECT id FROM devices WHERE organisation_id = ? AND group_name = ?",
                             session.organisation_id, target.group);
        while (rows.step())
            meant.insert(rows.values<DeviceId>());
    }
    std::vector<DeviceId> found;
    std::ranges::copy_if(devices, std::back_inserter(found), [&](DeviceId id) { return meant.contains(id); });
    if (found.empty())
        platform::throw_invalid(
            target.kind == Target::Kind::devices ? "device_ids" : std::string(platform::name_of(target.kind)),
            "must name headsets that are in the session");
    return found;
}

std::vector<DeviceId> Sessions::devices(store::Read& read, OrganisationId organisation_id,
                                        SessionId id) const {
    auto rows = read.query(
        "SELECT j.device_id FROM session_devices j JOIN devices d ON d.id = j.device_id AND d.paired = 1"
        " WHERE j.session_id = ? AND d.organisation_id = ? ORDER BY j.device_id",
        id, organisation_id);
    std::vector<DeviceId> devices;
    while (rows.step()) {
        devices.push_back(rows.values<DeviceId>());
    }
    return devices;
}

std::vector<DeviceId> Sessions::worn_by_students(store::Read& read, OrganisationId organisation_id,
                                                 SessionId id) const {
    auto rows = read.query(
        "SELECT l.device_id FROM logins l JOIN persons p ON p.id = l.person_id AND p.role = 'student'"
        " JOIN session_devices j ON j.device_id = l.device_id AND j.session_id = ?2"
        " WHERE l.organisation_id = ?1 AND l.proof = 'device' AND NOT EXISTS (SELECT 1 FROM logins o"
        "  WHERE o.device_id = l.device_id AND o.proof <> 'device' AND o.person_id = l.person_id"
        "  AND o.expires_ms > ?3)",
        organisation_id, id, read.now_ms());
    std::vector<DeviceId> devices;
    while (rows.step())
        devices.push_back(rows.values<DeviceId>());
    return devices;
}

void Sessions::join(store::Tx& tx, OrganisationId organisation_id, SessionId id, DeviceId device_id) {
    tx.run(
        "INSERT INTO session_devices (session_id, device_id, joined_ms)"
        " SELECT s.id, d.id, ?4 FROM sessions s, devices d WHERE s.organisation_id = ?1 AND s.id = ?2"
        " AND d.organisation_id = ?1 AND d.id = ?3"
        " ON CONFLICT DO UPDATE SET joined_ms = excluded.joined_ms",
        organisation_id, id, device_id, tx.now_ms());
}

void Sessions::leave(store::Tx& tx, OrganisationId organisation_id, SessionId id, DeviceId device_id) {
    tx.run(
        "DELETE FROM session_devices WHERE device_id = ?3 AND session_id = (SELECT id FROM sessions"
        " WHERE organisation_id = ?1 AND id = ?2)",
        organisation_id, id, device_id);
}

std::optional<SessionId> Sessions::live_session_of(store::Read& read, OrganisationId organisation_id,
                                                   DeviceId device_id) const {
    return read.id<SessionId>(
        "SELECT s.id FROM session_devices j JOIN sessions s ON s.id = j.session_id"
        " WHERE j.device_id = ? AND s.organisation_id = ? AND s.state IN ('running', 'paused')"
        " ORDER BY j.joined_ms DESC, s.id DESC LIMIT 1",
        device_id, organisation_id);
}

std::optional<SessionId> Sessions::session_calling(store::Read& read, OrganisationId organisation_id,
                                                   DeviceId device_id) const {
    return read.id<SessionId>(
        "SELECT s.id FROM sessions s WHERE s.state IN ('running', 'paused') AND s.organisation_id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM session_devices j WHERE j.session_id = s.id AND j.device_id = ?2)"
        " AND EXISTS (SELECT 1 FROM devices d WHERE d.id = ?2 AND d.organisation_id = ?1 AND d.paired = 1)"
        " AND (s.room_id IN (SELECT room_id FROM seats WHERE device_id = ?2)"
        "  OR s.class_id IN (SELECT c.class_id FROM class_students c JOIN logins l ON l.person_id = "
        "c.person_id"
        "   WHERE l.device_id = ?2 AND l.expires_ms > ?3))"
        " ORDER BY s.started_ms DESC, s.id DESC LIMIT 1",
        organisation_id, device_id, read.now_ms());
}

} // namespace sessions
