#include "timetable/timetable.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "platform/error.h"
#include "platform/text.h"

namespace timetable {

namespace {

constexpr std::int64_t minute_ms = 60'000, day_ms = 86'400'000;

std::int64_t floored(std::int64_t value, std::int64_t by) {
    return value >= 0 ? value / by : -((-value + by - 1) / by);
}

// An entry, then the names of its class and lesson.
constexpr store::SqlText entry_columns = R"sql(
    SELECT e.id, e.class_id, e.title, e.room_id, e.course_id, e.lesson_id,
           e.weekday, e.starts_minute, e.ends_minute, e.first_day, e.last_day, e.starts_ms, e.ends_ms,
           c.name, l.title
    FROM timetable e JOIN classes c ON c.id = e.class_id LEFT JOIN lessons l ON l.id = e.lesson_id
    WHERE c.organisation_id = ?1 AND c.archived_ms IS NULL )sql";

Entry entry_of(const store::Statement& rows) {
    Entry entry;
    rows.read(entry, std::ignore, std::ignore);
    return entry;
}

std::string clock_text(std::int64_t minute) {
    const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(minute / 60) + ":" + two(minute % 60);
}

bool overlap(std::int64_t a_from, std::int64_t a_to, std::int64_t b_from, std::int64_t b_to) {
    return a_from < b_to && b_from < a_to;
}

// Whether a weekly slot and a single date overlap depends on daylight saving time, so only like is compared
// with like.
bool meet(const Entry& a, const Entry& b) {
    if (a.dated && b.dated)
        return overlap(a.dated->starts_ms, a.dated->ends_ms, b.dated->starts_ms, b.dated->ends_ms);
    if (!a.weekly || !b.weekly || a.weekly->weekday != b.weekly->weekday) return false;
    return overlap(a.weekly->starts_minute, a.weekly->ends_minute, b.weekly->starts_minute,
                   b.weekly->ends_minute) &&
           overlap(a.weekly->first_day.value_or(INT64_MIN), a.weekly->last_day.value_or(INT64_MAX - 1) + 1,
                   b.weekly->first_day.value_or(INT64_MIN), b.weekly->last_day.value_or(INT64_MAX - 1) + 1);
}

template <class Value>
nlohmann::json or_null(const std::optional<Value>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
}

} // namespace

std::string day_text(std::int64_t day) {
    return platform::iso8601(day * day_ms).substr(0, 10);
}

std::optional<std::int64_t> day_of(const std::string& text) {
    const auto ms = platform::parse_iso8601(text + "T00:00:00Z");
    return ms ? std::optional(floored(*ms, day_ms)) : std::nullopt;
}

std::vector<Dated> occurrences_of(const Weekly& weekly, const Range& range) {
    const std::int64_t offset_ms = range.utc_offset_minutes * minute_ms;
    std::vector<Dated> found;
    for (std::int64_t day = floored(range.from_ms + offset_ms, day_ms);
         day * day_ms - offset_ms < range.to_ms; ++day) {
        const std::int64_t weekday = ((day + 3) % 7 + 7) % 7 + 1; // the first day of 1970 was a Thursday
        if (weekday != weekly.weekday || day < weekly.first_day.value_or(INT64_MIN) ||
            day > weekly.last_day.value_or(INT64_MAX))
            continue;
        const std::int64_t midnight_ms = day * day_ms - offset_ms;
        const Dated dated{midnight_ms + weekly.starts_minute * minute_ms,
                          midnight_ms + weekly.ends_minute * minute_ms};
        if (overlap(dated.starts_ms, dated.ends_ms, range.from_ms, range.to_ms)) found.push_back(dated);
    }
    return found;
}

Entry Timetable::get(store::Read& read, OrganisationId organisation_id, TimetableEntryId id) const {
    static constexpr auto by_id = entry_columns + "AND e.id = ?2";
    auto rows = read.query(by_id, organisation_id, id);
    if (!rows.step()) platform::throw_not_found("timetable entry");
    return entry_of(rows);
}

std::vector<Entry> Timetable::entries(store::Read& read, OrganisationId organisation_id,
                                      ClassId class_id) const {
    classes_.get(read, organisation_id, class_id);
    static constexpr auto of_class =
        entry_columns + "AND e.class_id = ?2 ORDER BY e.weekday, e.starts_minute, e.starts_ms, e.id";
    auto rows = read.query(of_class, organisation_id, class_id);
    std::vector<Entry> entries;
    while (rows.step())
        entries.push_back(entry_of(rows));
    return entries;
}

std::vector<Occurrence> Timetable::between(store::Read& read, OrganisationId organisation_id,
                                           const Whose& whose, const Range& range) const {
    static constexpr auto that_may_take_place = entry_columns + R"sql(
        AND (?2 IS NULL OR e.class_id = ?2)
        AND (?3 IS NULL OR c.teacher_id = ?3
             OR EXISTS (SELECT 1 FROM class_students s WHERE s.class_id = c.id AND s.person_id = ?3))
        AND (e.starts_ms IS NULL OR (e.starts_ms < ?5 AND e.ends_ms > ?4)))sql";
    auto rows = read.query(that_may_take_place, organisation_id, whose.class_id, whose.person_id,
                           range.from_ms, range.to_ms);
    std::vector<Occurrence> found;
    while (rows.step()) {
        Occurrence occurrence;
        const Entry& entry = occurrence.entry;
        rows.read(occurrence.entry, occurrence.class_name, occurrence.lesson_title);
        for (const Dated& dated :
             entry.weekly ? occurrences_of(*entry.weekly, range) : std::vector<Dated>{*entry.dated}) {
            occurrence.starts_ms = dated.starts_ms;
            occurrence.ends_ms = dated.ends_ms;
            found.push_back(occurrence);
        }
    }
    std::ranges::sort(found, {}, [](const Occurrence& occurrence) {
        return std::tuple(occurrence.starts_ms, occurrence.entry.id);
    });
    return found;
}

void Timetable::check(store::Read& read, OrganisationId organisation_id, const Entry& entry) const {
    classes_.get(read, organisation_id, entry.class_id);
    std::vector<platform::FieldError> faults;
    const auto need = [&](const auto& id, bool found, const char* field, const char* what) {
        if (id && !found)
            faults.push_back({field, std::string("must be a ") + what + " of this organisation"});
    };
    need(entry.room_id,
         read.integer("SELECT 1 FROM rooms WHERE organisation_id = ? AND id = ?", organisation_id,
                      entry.room_id)
             .has_value(),
         "room_id", "room");
    need(entry.course_id,
         read.integer("SELECT 1 FROM courses WHERE organisation_id = ? AND id = ?", organisation_id,
                      entry.course_id)
             .has_value(),
         "course_id", "course");
    need(entry.lesson_id,
         read.integer("SELECT 1 FROM lessons WHERE organisation_id = ? AND id = ?", organisation_id,
                      entry.lesson_id)
             .has_value(),
         "lesson_id", "lesson");
    if (entry.weekly && entry.weekly->ends_minute <= entry.weekly->starts_minute)
        faults.push_back({"ends", "must be after it starts, on the same day"});
    if (entry.weekly &&
        entry.weekly->last_day.value_or(INT64_MAX) < entry.weekly->first_day.value_or(INT64_MIN))
        faults.push_back({"last_day", "must not be before the first"});
    if (entry.dated && entry.dated->ends_ms <= entry.dated->starts_ms)
        faults.push_back({"ends_at", "must be after it starts"});
    if (entry.dated && entry.dated->ends_ms - entry.dated->starts_ms > day_ms)
        faults.push_back({"ends_at", "must be within a day of its start"});
    if (!faults.empty()) throw platform::Error(std::move(faults));
    for (const Entry& other : entries(read, organisation_id, entry.class_id))
        if (other.id != entry.id && meet(entry, other))
            platform::throw_conflict("The class has something else at that time: entry " +
                                     to_string(other.id) +
                                     (other.title.empty() ? "." : ", \"" + other.title + "\"."));
}

Entry Timetable::add(store::Tx& tx, OrganisationId organisation_id, const Entry& entry) {
    check(tx, organisation_id, entry);
    if (tx.integer("SELECT count(*) FROM timetable WHERE class_id = ?", entry.class_id).value_or(0) >=
        most_entries)
        platform::throw_conflict("A class has at most " + std::to_string(most_entries) + " entries.");
    Entry made = entry;
    made.id = tx.insert<TimetableEntryId>(
        "INSERT INTO timetable (class_id, weekday, starts_ms) VALUES (?, ?, ?)", entry.class_id,
        entry.weekly ? std::optional(entry.weekly->weekday) : std::nullopt,
        entry.dated ? std::optional(entry.dated->starts_ms) : std::nullopt);
    return change(tx, organisation_id, made);
}

Entry Timetable::change(store::Tx& tx, OrganisationId organisation_id, const Entry& entry) {
    get(tx, organisation_id, entry.id);
    check(tx, organisation_id, entry);
    const auto weekly = [&](std::int64_t Weekly::*field) {
        return entry.weekly ? std::optional((*entry.weekly).*field) : std::nullopt;
    };
    const auto dated = [&](std::int64_t Dated::*field) {
        return entry.dated ? std::optional((*entry.dated).*field) : std::nullopt;
    };
    tx.run(
        "UPDATE timetable SET title = ?2, room_id = ?3, course_id = ?4, lesson_id = ?5, weekday = ?6,"
        " starts_minute = ?7, ends_minute = ?8, first_day = ?9, last_day = ?10, starts_ms = ?11, ends_ms = "
        "?12"
        " WHERE id = ?1",
        entry.id, entry.title, entry.room_id, entry.course_id, entry.lesson_id, weekly(&Weekly::weekday),
        weekly(&Weekly::starts_minute), weekly(&Weekly::ends_minute),
        entry.weekly ? entry.weekly->first_day : std::nullopt,
        entry.weekly ? entry.weekly->last_day : std::nullopt, dated(&Dated::starts_ms),
        dated(&Dated::ends_ms));
    return get(tx, organisation_id, entry.id);
}

void Timetable::remove(store::Tx& tx, OrganisationId organisation_id, TimetableEntryId id) {
    get(tx, organisation_id, id);
    tx.run("DELETE FROM timetable WHERE id = ?", id);
}

void Timetable::forget_room(store::Tx& tx, OrganisationId organisation_id, RoomId room_id) {
    tx.run(
        "UPDATE timetable SET room_id = NULL WHERE room_id = ?2 AND class_id IN"
        " (SELECT id FROM classes WHERE organisation_id = ?1)",
        organisation_id, room_id);
}

nlohmann::json json_of(const Entry& entry) {
    nlohmann::json json{{"id", entry.id},
                        {"class_id", entry.class_id},
                        {"title", entry.title},
                        {"room_id", or_null(entry.room_id)},
                        {"course_id", or_null(entry.course_id)},
                        {"lesson_id", or_null(entry.lesson_id)}};
    for (const char* name : {"weekday", "starts", "ends", "first_day", "last_day", "starts_at", "ends_at"})
        json[name] = nullptr;
    if (entry.weekly) {
        json["weekday"] = entry.weekly->weekday;
        json["starts"] = clock_text(entry.weekly->starts_minute);
        json["ends"] = clock_text(entry.weekly->ends_minute);
        if (entry.weekly->first_day) json["first_day"] = day_text(*entry.weekly->first_day);
        if (entry.weekly->last_day) json["last_day"] = day_text(*entry.weekly->last_day);
    }
    if (entry.dated) {
        json["starts_at"] = platform::iso8601(entry.dated->starts_ms);
        json["ends_at"] = platform::iso8601(entry.dated->ends_ms);
    }
    return json;
}

nlohmann::json json_of(const Occurrence& occurrence) {
    const Entry& entry = occurrence.entry;
    nlohmann::json lesson;
    if (entry.lesson_id) lesson = {{"id", *entry.lesson_id}, {"title", occurrence.lesson_title.value_or("")}};
    return {{"entry_id", entry.id},
            {"class", {{"id", entry.class_id}, {"name", occurrence.class_name}}},
            {"title", entry.title},
            {"room_id", or_null(entry.room_id)},
            {"course_id", or_null(entry.course_id)},
            {"lesson", lesson},
            {"starts_at", platform::iso8601(occurrence.starts_ms)},
            {"ends_at", platform::iso8601(occurrence.ends_ms)},
            {"weekly", entry.weekly.has_value()}};
}

} // namespace timetable
