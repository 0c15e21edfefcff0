// A class's timetable: weekly slots and single dates.
//
// The box knows no time zones. A weekly slot is kept as people mean it ("Mondays at 9:00"), a single date as
// an instant. The caller says how far local time is from UTC there and then, and which range "today" or "this
// week" is for them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "people/classes.h"
#include "platform/ids.h"
#include "store/transaction.h"

namespace timetable {

struct Weekly {
    std::int64_t weekday = 1;                        // 1 is Monday
    std::int64_t starts_minute = 0, ends_minute = 0; // of the local day
    std::optional<std::int64_t> first_day, last_day; // days since 1970
};
inline auto columns_of(Weekly& weekly) {
    return std::tie(weekly.weekday, weekly.starts_minute, weekly.ends_minute, weekly.first_day,
                    weekly.last_day);
}

struct Dated {
    std::int64_t starts_ms = 0, ends_ms = 0;
};
inline auto columns_of(Dated& dated) {
    return std::tie(dated.starts_ms, dated.ends_ms);
}

struct Entry {
    TimetableEntryId id;
    ClassId class_id;
    std::string title;
    std::optional<RoomId> room_id;
    std::optional<CourseId> course_id;
    std::optional<LessonId> lesson_id;
    std::optional<Weekly> weekly; // either this
    std::optional<Dated> dated;   // or that
};
inline auto columns_of(Entry& entry) {
    return std::tie(entry.id, entry.class_id, entry.title, entry.room_id, entry.course_id, entry.lesson_id,
                    entry.weekly, entry.dated);
}

// One time at which an entry takes place.
struct Occurrence {
    Entry entry;
    std::string class_name;
    std::optional<std::string> lesson_title;
    std::int64_t starts_ms = 0, ends_ms = 0;
};

struct Range {
    std::int64_t from_ms = 0, to_ms = 0;
    std::int64_t utc_offset_minutes = 0;
};

// The times at which a weekly slot takes place in a range.
std::vector<Dated> occurrences_of(const Weekly& weekly, const Range& range);

class Timetable {
public:
    static constexpr std::int64_t longest_range_ms = 100LL * 24 * 3600 * 1000;
    static constexpr std::int64_t most_entries = 200; // of a class

    explicit Timetable(const people::Classes& classes) : classes_(classes) {}

    Entry get(store::Read& read, OrganisationId organisation_id,
              TimetableEntryId id) const; // Error not_found
    std::vector<Entry> entries(store::Read& read, OrganisationId organisation_id, ClassId class_id) const;
    // Error conflict when the class has something else at that time.
    Entry add(store::Tx& tx, OrganisationId organisation_id, const Entry& entry);
    Entry change(store::Tx& tx, OrganisationId organisation_id, const Entry& entry);
    void remove(store::Tx& tx, OrganisationId organisation_id, TimetableEntryId id);
    // The room is removed: its lessons stay, without a room.
    void forget_room(store::Tx& tx, OrganisationId organisation_id, RoomId room_id);

    // Everything that takes place in a range, in order of time: of one class, of a teacher's or student's
    // classes, or of all.
    struct Whose {
        std::optional<ClassId> class_id;
        std::optional<PersonId> person_id;
    };
    std::vector<Occurrence> between(store::Read& read, OrganisationId organisation_id, const Whose& whose,
                                    const Range& range) const;

private:
    void check(store::Read& read, OrganisationId organisation_id, const Entry& entry) const;
    const people::Classes& classes_;
};

nlohmann::json json_of(const Entry& entry);
nlohmann::json json_of(const Occurrence& occurrence);
std::string day_text(std::int64_t day); // "2026-09-01"
std::optional<std::int64_t> day_of(const std::string& text);

} // namespace timetable
