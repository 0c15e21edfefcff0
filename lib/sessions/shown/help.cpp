#include "sessions/shown/help.h"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "platform/json_fields.h"

namespace sessions {

namespace {

// What a rule has found: since when, if it knows better than "since it was first seen", and the figures to
// show.
struct Found {
    std::optional<std::int64_t> since_ms;
    std::optional<double> value;
    std::optional<std::int64_t> number;
};
using Finding = std::optional<Found>; // none: all is well

struct Circumstances {
    const Shown& shown;
    const ShownSession& session;
    std::int64_t now_ms;

    bool is_running() const { return session.session->transport.state == State::running; }
    bool is_finished() const { return session.session->is_finished(now_ms); }
    // Once the lesson has come to its end there is nothing to be late for.
    bool is_playing() const { return shown.present.online && is_running() && !is_finished(); }
};

Finding unwell(const Circumstances& c) {
    if (!c.shown.device.hand.unwell_ms) return {};
    return Found{c.shown.device.hand.unwell_ms, {}, {}};
}

Finding failed(const Circumstances& c) {
    const LastAnswer last = failed_answer(c.shown, c.session);
    if (!last.answer) return {};
    return Found{last.command->at_ms, {}, last.command->number};
}

Finding hand(const Circumstances& c) {
    if (!c.shown.device.hand.raised_ms) return {};
    return Found{c.shown.device.hand.raised_ms, {}, {}};
}

Finding disconnected(const Circumstances& c) {
    if (c.shown.present.online || c.is_finished()) return {}; // headsets are put down after the lesson
    return Found{
        c.shown.present.last_seen_ms > 0 ? std::optional(c.shown.present.last_seen_ms) : std::nullopt,
        {},
        {}};
}

Finding not_started(const Circumstances& c) {
    if (!c.is_playing() || c.now_ms < c.session.session->transport.position_at_ms) return {};
    if (c.shown.present.report.position_ms) return {};
    return Found{};
}

// The headset reports showing something other than the lesson, or than what was launched on it.
Finding off_content(const Circumstances& c) {
    const auto& content = c.shown.present.report.content;
    if (!c.is_playing() || !content) return {};
    const nlohmann::json controls = c.session.controls.of(c.shown.device.id, c.now_ms);
    const SessionLesson* lesson = c.session.session->lesson();
    std::string wanted = lesson ? lesson->content : "";
    if (const auto launched = platform::JsonFields(controls).find_object("launch"))
        wanted = launched->get<std::string>("content");
    if (wanted.empty() || *content == wanted) return {};
    return Found{};
}

Finding looking_away(const Circumstances& c) {
    const auto target = c.session.controls.look_of(c.shown.device.id, c.now_ms);
    const auto& gaze = c.shown.present.report.gaze;
    if (!target || !gaze || !c.shown.present.online || c.now_ms < target->at_ms) return {};
    const double off = degrees_between({gaze->yaw_deg, gaze->pitch_deg}, target->direction);
    if (off <= turned_within_deg) return {};
    return Found{{}, std::round(off), {}};
}

Finding behind(const Circumstances& c) {
    const auto& position = c.shown.present.report.position_ms;
    if (!c.is_playing() || !position || c.session.session->is_past_its_plan(c.now_ms)) return {};
    const std::int64_t expected = c.session.session->position_at(c.shown.present.last_seen_ms);
    const std::int64_t off = *position - expected;
    if (std::abs(off) <= far_behind_ms) return {};
    return Found{{}, static_cast<double>(off), {}};
}

Finding battery_low(const Circumstances& c) {
    const auto& battery = c.shown.present.report.battery;
    const bool charging = c.shown.present.report.charging.value_or(false);
    if (!c.shown.present.online || !battery || charging || *battery >= low_battery) return {};
    return Found{{}, static_cast<double>(*battery), {}};
}

// The most urgent first. `hold_ms`: how long the condition must have held.
struct Rule {
    Reason reason;
    Finding (*look)(const Circumstances&);
    std::int64_t hold_ms;
    std::optional<double> threshold; // of the value; without one, of the seconds it must have held
    std::string_view unit;
    std::string_view action;
};
constexpr std::array<Rule, 9> rules = {{
    {Reason::unwell, unwell, 0, {}, "", "lower"},
    {Reason::failed, failed, 0, {}, "", "retry"},
    {Reason::hand, hand, 0, {}, "", "lower"},
    {Reason::disconnected, disconnected, 5'000, 5.0, "s", "swap"},
    {Reason::not_started, not_started, 10'000, 10.0, "s", "catch_up"},
    {Reason::off_content, off_content, 10'000, 10.0, "s", "catch_up"},
    {Reason::looking_away, looking_away, 8'000, turned_within_deg, "degrees", "look"},
    {Reason::behind, behind, 5'000, static_cast<double>(far_behind_ms), "ms", "catch_up"},
    {Reason::battery_low, battery_low, 0, static_cast<double>(low_battery), "percent", "swap"},
}};

} // namespace

std::optional<Need> need_of(Shown& shown, const ShownSession& session, std::int64_t now_ms) {
    const Circumstances circumstances{shown, session, now_ms};
    std::optional<Need> most_urgent;
    for (const Rule& rule : rules) {
        const Finding found = rule.look(circumstances);
        if (!found) {
            shown.device.since_ms.erase(rule.reason);
            continue;
        }
        const std::int64_t first_seen_ms =
            shown.device.since_ms.try_emplace(rule.reason, now_ms).first->second;
        const std::int64_t since_ms = found->since_ms.value_or(first_seen_ms);
        if (now_ms - since_ms < rule.hold_ms || most_urgent) continue;
        most_urgent = Need{shown.device.id, rule.reason, since_ms,    found->value,
                           rule.threshold,  rule.unit,   rule.action, found->number};
    }
    return most_urgent;
}

bool is_more_urgent(const Need& a, const Need& b) {
    return std::tuple(a.reason, a.since_ms, a.device_id) < std::tuple(b.reason, b.since_ms, b.device_id);
}

nlohmann::json json_of(const Need& need, const Shown& shown) {
    const auto or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
    return {{"device_id", need.device_id},
            {"name", shown.device.name},
            {"person", people::json_of(shown.person ? shown.person : shown.device.hand.person)},
            {"reason", platform::name_of(need.reason)},
            {"since_ms", need.since_ms},
            {"value", or_null(need.value)},
            {"threshold", or_null(need.threshold)},
            {"unit", need.unit},
            {"action", need.action},
            {"question", need.reason == Reason::hand ? shown.device.hand.question : ""},
            {"number", or_null(need.number)}};
}

} // namespace sessions
