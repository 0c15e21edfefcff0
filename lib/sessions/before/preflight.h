// Ready to teach? One board for a class, a room and a lesson: for each headset everything the lesson needs of
// it, and the exact fix for each thing that is missing. A teacher can ask for it the evening before. Green
// means green: a headset that is ready here starts with the others.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/presence.h"
#include "people/people.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "sessions/session.h"
#include "store/transaction.h"

namespace sessions {

inline constexpr std::int64_t least_battery = 40;                  // percent, enough for a lesson and a break
inline constexpr std::int64_t least_battery_charging = 15;         // percent, because it is filling up
inline constexpr std::int64_t spare_storage = 500LL * 1024 * 1024; // bytes, beside what is still to fetch
inline constexpr double longest_round_trip_ms = 100;               // beyond that, acting together suffers
inline constexpr std::int64_t fresh_ms = 15'000;                   // an older report says nothing about now

// One piece of content that a headset needs, and how much of it is there.
struct Wanted {
    std::string sha256;
    std::int64_t size = 0;
    std::string title;
};

// What is looked at.
enum class Aspect { online, battery, storage, content, app_version, round_trip, clock, signed_in };
constexpr auto names_of(Aspect) {
    return platform::names<Aspect>({{Aspect::online, "online"},
                                    {Aspect::battery, "battery"},
                                    {Aspect::storage, "storage"},
                                    {Aspect::content, "content"},
                                    {Aspect::app_version, "app_version"},
                                    {Aspect::round_trip, "round_trip"},
                                    {Aspect::clock, "clock"},
                                    {Aspect::signed_in, "signed_in"}});
}

enum class Fix { switch_on, charge, free_storage, fetch, update_app, move_closer, wait, sign_in };
constexpr auto names_of(Fix) {
    return platform::names<Fix>({{Fix::switch_on, "switch_on"},
                                 {Fix::charge, "charge"},
                                 {Fix::free_storage, "free_storage"},
                                 {Fix::fetch, "fetch"},
                                 {Fix::update_app, "update_app"},
                                 {Fix::move_closer, "move_closer"},
                                 {Fix::wait, "wait"},
                                 {Fix::sign_in, "sign_in"}});
}

struct Check {
    Aspect aspect = Aspect::online;
    bool good = false;
    std::string value, wanted; // as a person reads them: "34", "40"
    std::string_view unit;     // of both: "percent", "bytes", "ms", "version", "person", ""
    std::optional<Fix> fix;    // what helps; nothing when it is good
};

// Everything about one headset that the checks look at.
struct HeadsetFacts {
    devices::Present present;
    std::optional<people::PersonReference> person; // signed in, or assigned to its seat
    bool needs_person = false;                     // a class is taught
    std::string newest_version;   // of its app, on the school's headsets of its model; "": unknown
    std::vector<Wanted> content;  // what the lesson needs
    std::vector<std::string> has; // SHA-256 of the content it holds whole and verified
};

std::vector<Check> checks_of(const HeadsetFacts& facts, std::int64_t now_ms);

struct PreflightQuestion {
    std::optional<ClassId> class_id;
    std::optional<RoomId> room_id;
    std::optional<LessonId> lesson_id;
    std::optional<SessionId> session_id;
};

// {"ready", "checked_at", "devices": [...], "students_without_headset": [...]}. Error not_found when the
// organisation has no such class, room, lesson or session.
nlohmann::json preflight(store::Read& read, OrganisationId organisation_id, const PreflightQuestion& question,
                         const devices::Presence& presence);

} // namespace sessions
