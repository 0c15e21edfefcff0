#include "sessions/before/preflight.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/error.h"
#include "platform/text.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

template <class Value>
std::string text_of(const std::optional<Value>& value) {
    return value ? std::to_string(std::llround(static_cast<double>(*value))) : "";
}

Check battery_check(const devices::Report& report) {
    const bool charging = report.charging.value_or(false);
    const std::int64_t least = charging ? least_battery_charging : least_battery;
    const bool good = report.battery && *report.battery >= least;
    return {Aspect::battery, good, text_of(report.battery), std::to_string(least), "percent", Fix::charge};
}

std::vector<const Wanted*> missing(const HeadsetFacts& facts) {
    std::vector<const Wanted*> missing;
    for (const Wanted& wanted : facts.content)
        if (std::ranges::find(facts.has, wanted.sha256) == facts.has.end()) missing.push_back(&wanted);
    return missing;
}

Check storage_check(const HeadsetFacts& facts) {
    std::int64_t needed = spare_storage;
    for (const Wanted* wanted : missing(facts))
        needed += wanted->size;
    const auto& free = facts.present.report.storage_free;
    return {Aspect::storage, free && *free >= needed, text_of(free), std::to_string(needed),
            "bytes",         Fix::free_storage};
}

Check content_check(const HeadsetFacts& facts) {
    const auto absent = missing(facts);
    std::string names;
    for (const Wanted* wanted : absent)
        names += (names.empty() ? "" : ", ") + wanted->title;
    return {Aspect::content,
            absent.empty(),
            std::to_string(facts.content.size() - absent.size()),
            names.empty() ? std::to_string(facts.content.size()) : names,
            "",
            Fix::fetch};
}

} // namespace

std::vector<Check> checks_of(const HeadsetFacts& facts, std::int64_t now_ms) {
    const devices::Report& report = facts.present.report;
    const bool online = facts.present.online && now_ms - facts.present.last_seen_ms <= fresh_ms;
    const std::string version = report.app_version.value_or("");
    std::vector<Check> checks = {
        {Aspect::online, online, "", "", "", Fix::switch_on},
        battery_check(report),
        storage_check(facts),
        content_check(facts),
        {Aspect::app_version, facts.newest_version.empty() || version == facts.newest_version, version,
         facts.newest_version, "version", Fix::update_app},
        {Aspect::round_trip, report.round_trip_ms && *report.round_trip_ms <= longest_round_trip_ms,
         text_of(report.round_trip_ms), text_of(std::optional(longest_round_trip_ms)), "ms",
         Fix::move_closer},
        {Aspect::clock, report.clock_offset_ms.has_value(), text_of(report.clock_offset_ms), "", "ms",
         Fix::wait},
        {Aspect::signed_in, !facts.needs_person || facts.person.has_value(),
         facts.person ? facts.person->nickname : "", "", "person", Fix::sign_in},
    };
    for (Check& check : checks) {
        // A measurement is only as good as the moment it was taken: from a silent headset we can't tell.
        const bool is_measured = check.aspect == Aspect::round_trip || check.aspect == Aspect::clock;
        if (!online && is_measured) check.good = false;
        if (check.good) check.fix.reset();
    }
    return checks;
}

namespace {

struct Headset {
    DeviceId id;
    std::string name, model;
    HeadsetFacts facts;
};

template <class AnId>
void require(store::Read& read, OrganisationId organisation_id, store::Sql sql, const std::optional<AnId>& id,
             const char* what) {
    if (id && !read.integer(sql, organisation_id, id)) platform::throw_not_found(what);
}

PreflightQuestion completed(store::Read& read, OrganisationId organisation_id, PreflightQuestion question) {
    require(read, organisation_id,
            "SELECT id FROM classes WHERE organisation_id = ? AND id = ? AND archived_ms IS NULL",
            question.class_id, "class");
    require(read, organisation_id, "SELECT id FROM rooms WHERE organisation_id = ? AND id = ?",
            question.room_id, "room");
    require(read, organisation_id, "SELECT id FROM lessons WHERE organisation_id = ? AND id = ?",
            question.lesson_id, "lesson");
    require(read, organisation_id, "SELECT id FROM sessions WHERE organisation_id = ? AND id = ?",
            question.session_id, "session");
    if (!question.session_id) return question;
    auto rows = read.query("SELECT class_id, room_id FROM sessions WHERE id = ?", question.session_id);
    if (rows.step()) {
        const auto [class_id, room_id] = rows.values<std::optional<ClassId>, std::optional<RoomId>>();
        if (!question.class_id) question.class_id = class_id;
        if (!question.room_id) question.room_id = room_id;
    }
    return question;
}

// The headsets of the room. Without a room, those of the class's students and those in the session; with
// neither, all of them.
std::vector<Headset> headsets_of(store::Read& read, OrganisationId organisation_id,
                                 const PreflightQuestion& question) {
    auto rows = read.query(
        "SELECT d.id, d.name, d.model, p.id, p.nickname FROM devices d"
        " LEFT JOIN logins l ON l.device_id = d.id AND l.proof = 'device'"
        " LEFT JOIN seats s ON s.device_id = d.id LEFT JOIN persons p ON p.id = coalesce(l.person_id, "
        "s.person_id)"
        " WHERE d.organisation_id = ?1 AND d.paired = 1 AND (?2 IS NULL OR s.room_id = ?2"
        "  OR d.id IN (SELECT device_id FROM session_devices WHERE session_id = ?4))"
        " AND (?2 IS NOT NULL OR ?3 IS NULL OR p.id IN (SELECT person_id FROM class_students WHERE class_id "
        "= ?3)"
        "  OR d.id IN (SELECT device_id FROM session_devices WHERE session_id = ?4)) ORDER BY d.name LIMIT "
        "1000",
        organisation_id, question.room_id, question.class_id, question.session_id);
    std::vector<Headset> headsets;
    while (rows.step()) {
        Headset& headset = headsets.emplace_back();
        rows.read(headset.id, headset.name, headset.model, headset.facts.person);
        headset.facts.needs_person = question.class_id.has_value();
    }
    return headsets;
}

std::vector<Wanted> content_of(store::Read& read, OrganisationId organisation_id,
                               const PreflightQuestion& question) {
    auto rows = read.query(
        "SELECT DISTINCT c.sha256, c.size, c.title FROM lessons l JOIN contents c ON c.id = l.content_id"
        " WHERE l.organisation_id = ?1 AND (l.id = ?2 OR (?2 IS NULL AND l.id IN"
        " (SELECT lesson_id FROM session_lessons WHERE session_id = ?3)))",
        organisation_id, question.lesson_id, question.session_id);
    std::vector<Wanted> wanted;
    while (rows.step()) {
        Wanted& one = wanted.emplace_back();
        rows.read(one.sha256, one.size, one.title);
    }
    return wanted;
}

std::map<DeviceId, std::vector<std::string>> held_content(store::Read& read, OrganisationId organisation_id) {
    auto rows = read.query(
        "SELECT device_id, sha256 FROM device_contents WHERE organisation_id = ? AND state = 'whole'",
        organisation_id);
    std::map<DeviceId, std::vector<std::string>> held;
    while (rows.step()) {
        auto [device_id, sha256] = rows.values<DeviceId, std::string>();
        held[device_id].push_back(std::move(sha256));
    }
    return held;
}

// "1.10" is newer than "1.9".
bool is_older(const std::string& a, const std::string& b) {
    const auto parts = [](const std::string& text) {
        std::vector<std::int64_t> numbers(1, 0);
        for (const char c : text) {
            if (c >= '0' && c <= '9')
                numbers.back() = std::min<std::int64_t>(numbers.back() * 10 + (c - '0'), 1'000'000'000);
            else if (numbers.back() != 0 || c == '.')
                numbers.push_back(0);
        }
        return numbers;
    };
    return parts(a) < parts(b);
}

// Students of the class who have neither signed in on a headset nor been given a seat with one.
Json students_without(store::Read& read, OrganisationId organisation_id,
                      const std::optional<ClassId>& class_id) {
    auto rows = read.query(
        "SELECT p.id, p.nickname FROM class_students c JOIN persons p ON p.id = c.person_id AND p.active = 1"
        " WHERE p.organisation_id = ?1 AND c.class_id = ?2 AND NOT EXISTS (SELECT 1 FROM seats s"
        "  WHERE s.person_id = p.id AND s.device_id IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM logins l"
        "  WHERE l.person_id = p.id AND l.device_id IS NOT NULL AND l.expires_ms > ?3) ORDER BY p.nickname "
        "LIMIT 1000",
        organisation_id, class_id, read.now_ms());
    Json students = Json::array();
    while (rows.step())
        students.push_back(people::json_of(rows.values<people::PersonReference>()));
    return students;
}

Json json_of(const Check& check) {
    const auto or_null = [](std::string_view text) { return text.empty() ? Json() : Json(text); };
    return {{"name", platform::name_of(check.aspect)},
            {"good", check.good},
            {"value", or_null(check.value)},
            {"wanted", or_null(check.wanted)},
            {"unit", check.unit},
            {"fix", check.fix ? Json(platform::name_of(*check.fix)) : Json()}};
}

} // namespace

Json preflight(store::Read& read, OrganisationId organisation_id, const PreflightQuestion& asked,
               const devices::Presence& presence) {
    const PreflightQuestion question = completed(read, organisation_id, asked);
    std::vector<Headset> headsets = headsets_of(read, organisation_id, question);
    const auto content = content_of(read, organisation_id, question);
    auto held = held_content(read, organisation_id);
    std::map<std::pair<std::string, std::string>, std::string> newest; // by model and app
    for (Headset& headset : headsets) {
        headset.facts.present = presence.find(headset.id).value_or(devices::Present{});
        const devices::Report& report = headset.facts.present.report;
        std::string& version = newest[{headset.model, report.app.value_or("")}];
        if (is_older(version, report.app_version.value_or(""))) version = *report.app_version;
    }
    Json devices = Json::array();
    bool all_ready = !headsets.empty();
    for (Headset& headset : headsets) {
        headset.facts.newest_version = newest[{headset.model, headset.facts.present.report.app.value_or("")}];
        headset.facts.content = content;
        headset.facts.has = held[headset.id];
        const auto checks = checks_of(headset.facts, read.now_ms());
        const bool ready = std::ranges::all_of(checks, &Check::good);
        all_ready = all_ready && ready;
        Json list = Json::array();
        for (const Check& check : checks)
            list.push_back(json_of(check));
        devices.push_back({{"device_id", headset.id},
                           {"name", headset.name},
                           {"person", people::json_of(headset.facts.person)},
                           {"online", headset.facts.present.online},
                           {"ready", ready},
                           {"checks", std::move(list)}});
    }
    Json without = students_without(read, organisation_id, question.class_id);
    const bool ready = all_ready && without.empty();
    return {{"ready", ready},
            {"checked_at", platform::iso8601(read.now_ms())},
            {"devices", std::move(devices)},
            {"students_without_headset", std::move(without)}};
}

} // namespace sessions
