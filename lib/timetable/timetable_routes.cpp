#include "timetable/timetable_routes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/text.h"

namespace timetable {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;
using platform::JsonFields;
using store::Read;
using store::Tx;

constexpr std::int64_t week_ms = 7LL * 24 * 3600 * 1000;

http::Shape day() {
    return http::pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}", "a day as 2026-09-01");
}

http::Shape clock_time() {
    return http::pattern("([01][0-9]|2[0-3]):[0-5][0-9]|24:00", "a time as 09:00");
}

http::Shape or_null(const http::Shape& shape) {
    return http::nullable(shape);
}

http::Shape entry_shape() {
    return http::object({{"id", http::identifier()},
                         {"class_id", http::identifier()},
                         {"title", http::text(0, 200)},
                         {"room_id", or_null(http::identifier())},
                         {"course_id", or_null(http::identifier())},
                         {"lesson_id", or_null(http::identifier())},
                         {"weekday", or_null(http::integer(1, 7))},
                         {"starts", or_null(clock_time())},
                         {"ends", or_null(clock_time())},
                         {"first_day", or_null(day())},
                         {"last_day", or_null(day())},
                         {"starts_at", or_null(http::time())},
                         {"ends_at", or_null(http::time())}})
        .named("TimetableEntry");
}

http::Shape change_shape() {
    return http::object({{"title?", http::text(0, 200)},
                         {"room_id?", or_null(http::identifier())},
                         {"course_id?", or_null(http::identifier())},
                         {"lesson_id?", or_null(http::identifier())},
                         {"weekday?", or_null(http::integer(1, 7))},
                         {"starts?", or_null(clock_time())},
                         {"ends?", or_null(clock_time())},
                         {"first_day?", or_null(day())},
                         {"last_day?", or_null(day())},
                         {"starts_at?", or_null(http::time())},
                         {"ends_at?", or_null(http::time())}});
}

http::Shape occurrence_shape() {
    return http::object({{"entry_id", http::identifier()},
                         {"class", http::object({{"id", http::identifier()}, {"name", http::text(1, 80)}})},
                         {"title", http::text(0, 200)},
                         {"room_id", or_null(http::identifier())},
                         {"course_id", or_null(http::identifier())},
                         {"lesson",
                          or_null(http::object({{"id", http::identifier()}, {"title", http::text(1, 200)}}))},
                         {"starts_at", http::time()},
                         {"ends_at", http::time()},
                         {"weekly", http::boolean()}})
        .named("TimetableOccurrence");
}

std::int64_t minute_of(const std::string& text) {
    return platform::parse_integer(text.substr(0, 2)).value_or(0) * 60 +
           platform::parse_integer(text.substr(3)).value_or(0);
}

std::int64_t instant_of(const std::string& text) {
    return platform::parse_iso8601(text).value_or(0);
}

template <class AnId>
void change_id(const JsonFields& body, const char* name, std::optional<AnId>& id) {
    if (const auto change = body.find_nullable<AnId>(name)) id = *change;
}

void change_day(const JsonFields& body, const char* name, std::optional<std::int64_t>& day) {
    const auto change = body.find_nullable<std::string>(name);
    if (!change) return;
    day = *change ? day_of(**change) : std::nullopt;
    if (*change && !day) platform::throw_invalid(name, "must be a day of the calendar");
}

void change_weekly(const JsonFields& body, Entry& entry) {
    if (const auto weekday = body.find<std::int64_t>("weekday")) {
        if (!entry.weekly) entry.weekly.emplace();
        entry.weekly->weekday = *weekday;
        entry.dated.reset();
    }
    if (!entry.weekly) return;
    if (const auto starts = body.find<std::string>("starts"))
        entry.weekly->starts_minute = minute_of(*starts);
    if (const auto ends = body.find<std::string>("ends")) entry.weekly->ends_minute = minute_of(*ends);
    change_day(body, "first_day", entry.weekly->first_day);
    change_day(body, "last_day", entry.weekly->last_day);
}

void change_dated(const JsonFields& body, Entry& entry) {
    const auto starts = body.find<std::string>("starts_at");
    const auto ends = body.find<std::string>("ends_at");
    if (starts && ends && !entry.dated) {
        entry.dated.emplace();
        entry.weekly.reset();
    }
    if (!entry.dated) return;
    if (starts) entry.dated->starts_ms = instant_of(*starts);
    if (ends) entry.dated->ends_ms = instant_of(*ends);
}

// An absent field stays as it was; a weekday makes the entry weekly, two instants make it a single date.
void change(const JsonFields& body, Entry& entry) {
    const auto given = [&body](const char* name) { return !body.json(name).is_null(); };
    const bool slot = given("starts") && given("ends");
    const bool weekday = given("weekday");
    if (weekday && given("starts_at"))
        platform::throw_invalid("starts_at", "must be absent in a weekly entry");
    if (weekday && !entry.weekly && !slot)
        platform::throw_invalid("starts", "must be there, with ends, in a weekly entry");
    entry.title = body.get_or("title", entry.title);
    change_id(body, "room_id", entry.room_id);
    change_id(body, "course_id", entry.course_id);
    change_id(body, "lesson_id", entry.lesson_id);
    change_weekly(body, entry);
    if (!weekday) change_dated(body, entry);
    if (!entry.weekly && !entry.dated)
        platform::throw_invalid("weekday",
                                "must be there with starts and ends, or starts_at and ends_at instead");
}

Timetable::Whose whose(const Call& call) {
    Timetable::Whose whose;
    whose.class_id = call.query_id<ClassId>("class");
    return whose;
}

std::int64_t instant_in(const Call& call, const char* name, std::int64_t otherwise) {
    const auto text = call.query(name);
    return text ? instant_of(*text) : otherwise;
}

Answer between(const Timetable& timetable, const Call& call, Read& read) {
    Range range;
    range.from_ms = instant_in(call, "from", read.now_ms());
    range.to_ms = instant_in(call, "to", range.from_ms + week_ms);
    range.utc_offset_minutes = call.query_integer("utc_offset_minutes").value_or(0);
    if (range.to_ms <= range.from_ms || range.to_ms - range.from_ms > Timetable::longest_range_ms)
        platform::throw_invalid("to", "must be after from, by 100 days at most");
    Json items = Json::array();
    for (const Occurrence& occurrence :
         timetable.between(read, call.caller.organisation_id, whose(call), range))
        items.push_back(json_of(occurrence));
    return http::json({{"items", items}, {"next", nullptr}});
}

Answer next(const Timetable& timetable, const Call& call, Read& read) {
    Range range;
    range.from_ms = read.now_ms();
    range.to_ms = std::min(instant_in(call, "until", range.from_ms + week_ms), range.from_ms + week_ms);
    range.utc_offset_minutes = call.query_integer("utc_offset_minutes").value_or(0);
    Timetable::Whose of = whose(call);
    if (!of.class_id) of.person_id = call.caller.person_id;
    Json current, later;
    for (const Occurrence& occurrence : timetable.between(read, call.caller.organisation_id, of, range)) {
        Json& place = occurrence.starts_ms <= range.from_ms ? current : later;
        if (place.is_null()) place = json_of(occurrence);
    }
    return http::json({{"current", current}, {"next", later}});
}

http::Fields asked(std::initializer_list<const char*> times) {
    http::Fields fields{{"class?", http::identifier()}, {"utc_offset_minutes?", http::integer(-1080, 1080)}};
    for (const char* name : times)
        fields.emplace_back(std::string(name) + "?", http::time());
    return fields;
}

void add_reading(http::RouteTable& table, Timetable& timetable) {
    table.add(
        http::get("/v1/timetable",
                  "What takes place in a range, of one class or of all; weekly slots by the "
                  "caller's distance from UTC")
            .reads()
            .by(Access::viewer)
            .tagged("timetable")
            .asks(asked({"from", "to"}))
            .gives(http::page_of(occurrence_shape()))
            .handled<Read>([&timetable](Call& call, Read& read) { return between(timetable, call, read); }));
    table.add(
        http::get("/v1/timetable/next",
                  "What is on now and what comes next, of a class or of the caller's own")
            .reads()
            .by(Access::student)
            .tagged("timetable")
            .asks(asked({"until"}))
            .gives(http::object(
                {{"current", or_null(occurrence_shape())}, {"next", or_null(occurrence_shape())}}))
            .handled<Read>([&timetable](Call& call, Read& read) { return next(timetable, call, read); }));
    table.add(http::get("/v1/classes/:id/timetable", "The entries of a class's timetable")
                  .reads()
                  .by(Access::viewer)
                  .tagged("timetable")
                  .gives(http::page_of(entry_shape()))
                  .handled<Read>([&timetable](Call& call, Read& read) {
                      Json items = Json::array();
                      for (const Entry& entry :
                           timetable.entries(read, call.caller.organisation_id, call.id<ClassId>("id")))
                          items.push_back(json_of(entry));
                      return http::json({{"items", items}, {"next", nullptr}});
                  }));
}

} // namespace

void add_timetable_routes(http::RouteTable& table, Timetable& timetable) {
    add_reading(table, timetable);
    table.add(
        http::post("/v1/classes/:id/timetable",
                   "Add a weekly slot (weekday, starts, ends) or a single date "
                   "(starts_at, ends_at)")
            .writes()
            .by(Access::teacher)
            .tagged("timetable")
            .takes(change_shape())
            .gives(entry_shape(), 201)
            .handled<Tx>([&timetable](Call& call, Tx& tx) {
                Entry entry;
                entry.class_id = call.id<ClassId>("id");
                timetable.entries(tx, call.caller.organisation_id, entry.class_id); // is there such a class?
                change(call.fields(), entry);
                entry = timetable.add(tx, call.caller.organisation_id, entry);
                return http::created(json_of(entry)).on({{"entry", entry.id}, {"class", entry.class_id}});
            }));
    table.add(http::patch("/v1/timetable/:id", "Change an entry of a timetable")
                  .writes()
                  .by(Access::teacher)
                  .tagged("timetable")
                  .takes(change_shape())
                  .gives(entry_shape())
                  .handled<Tx>([&timetable](Call& call, Tx& tx) {
                      Entry entry =
                          timetable.get(tx, call.caller.organisation_id, call.id<TimetableEntryId>("id"));
                      change(call.fields(), entry);
                      entry = timetable.change(tx, call.caller.organisation_id, entry);
                      return http::json(json_of(entry)).on({{"entry", entry.id}});
                  }));
    table.add(http::del("/v1/timetable/:id", "Remove an entry of a timetable")
                  .writes()
                  .by(Access::teacher)
                  .tagged("timetable")
                  .gives(http::nothing(), 204)
                  .handled<Tx>([&timetable](Call& call, Tx& tx) {
                      timetable.remove(tx, call.caller.organisation_id, call.id<TimetableEntryId>("id"));
                      return http::no_content().on({{"entry", call.id<TimetableEntryId>("id")}});
                  }));
}

} // namespace timetable
