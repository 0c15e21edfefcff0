#include "sessions/shown/shown.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "sessions/shown/help.h"

namespace sessions {

namespace {

using Json = nlohmann::json;

// A headset in a lesson reports each second. After this much silence it was put down, though its socket is
// open.
constexpr std::int64_t away_after_ms = 5'000;

// Its lesson is finished, and it does not say that it is still on the way there.
bool has_finished(const Shown& shown, const Session& session, std::int64_t now_ms) {
    if (!session.is_finished(now_ms)) return false;
    const auto& position_ms = shown.present.report.position_ms;
    return !position_ms || *position_ms >= session.position_at(now_ms) - far_behind_ms;
}

// By how much the headset is off, while something plays: what stands still, or is at its end, can't be off.
std::optional<double> skew_of(const Shown& shown, const ShownSession* session, std::int64_t now_ms) {
    if (!session || session->session->transport.state != State::running ||
        session->session->is_past_its_plan(now_ms))
        return std::nullopt;
    if (shown.present.report.skew_ms) return shown.present.report.skew_ms;
    const LastAnswer last = last_answer(*session, shown.device.id);
    return last.answer ? last.answer->skew_ms : std::nullopt;
}

template <class Value>
Json or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json();
}

// Where the student was asked to look, and whether they do.
Json look_of(const Shown& shown, const ShownSession& session, std::int64_t now_ms) {
    const auto target = session.controls.look_of(shown.device.id, now_ms);
    if (!target) return {};
    const auto& gaze = shown.present.report.gaze;
    std::optional<double> off_deg;
    if (gaze) off_deg = degrees_between({gaze->yaw_deg, gaze->pitch_deg}, target->direction);
    return {{"yaw_deg", target->direction.yaw_deg},
            {"pitch_deg", target->direction.pitch_deg},
            {"until_ms", target->until_ms},
            {"off_deg", off_deg ? Json(std::round(*off_deg)) : Json()},
            {"turned", off_deg && *off_deg <= turned_within_deg}};
}

Json hand_of(const Hand& hand) {
    if (!hand.raised_ms) return {};
    return {{"question", hand.question}, {"raised_ms", *hand.raised_ms}};
}

// What the headset reports about itself.
Json reported(const Shown& shown) {
    const devices::Report& report = shown.present.report;
    return {
        {"battery", or_null(report.battery)},
        {"charging", or_null(report.charging)},
        {"storage_free", or_null(report.storage_free)},
        {"app", report.app.value_or("")},
        {"app_version", report.app_version.value_or("")},
        {"round_trip_ms", or_null(report.round_trip_ms)},
        {"clock_offset_ms", or_null(report.clock_offset_ms)},
        {"gaze", report.gaze ? Json{{"yaw_deg", report.gaze->yaw_deg}, {"pitch_deg", report.gaze->pitch_deg}}
                             : Json()}};
}

} // namespace

LastAnswer last_answer(const ShownSession& session, DeviceId device_id) {
    for (auto command = session.commands.rbegin(); command != session.commands.rend(); ++command) {
        const auto& answers = command->second.answers;
        const auto found = std::ranges::find(answers, device_id, &CommandAnswer::device_id);
        if (found != answers.end()) return {&command->second, &*found};
    }
    return {};
}

LastAnswer failed_answer(const Shown& shown, const ShownSession& session) {
    std::set<CommandKind> answered;
    for (auto entry = session.commands.rbegin(); entry != session.commands.rend(); ++entry) {
        const Command& command = entry->second;
        const auto answer = std::ranges::find(command.answers, shown.device.id, &CommandAnswer::device_id);
        if (answer == command.answers.end() || !answered.insert(kind_of(command.action)).second) continue;
        const bool expired =
            answer->state == AnswerState::expired && shown.present.online_since_ms < command.at_ms;
        if (answer->state == AnswerState::failed || expired) return {&command, &*answer};
    }
    return {};
}

std::string_view state_of(const Shown& shown, const ShownSession* session, std::int64_t now_ms) {
    if (shown.device.hand.unwell_ms) return "needs_help";
    if (!shown.present.online) return "offline";
    if (session == nullptr || !session->session->transport.is_live()) return "ready";
    if (failed_answer(shown, *session).answer) return "needs_help";
    if (now_ms - shown.present.last_seen_ms > away_after_ms) return "away";
    if (has_finished(shown, *session->session, now_ms)) return "finished";
    return session->session->transport.state == State::running ? "playing" : "paused";
}

Json entry_of(const Shown& shown, const ShownSession* session, std::int64_t now_ms) {
    const devices::Report& report = shown.present.report;
    const auto last_seen_ms =
        shown.present.last_seen_ms > 0 ? std::optional(shown.present.last_seen_ms) : std::nullopt;
    Json entry =
        session ? session->controls.of(shown.device.id, now_ms) : Controls().of(shown.device.id, now_ms);
    entry["look"] = session ? look_of(shown, *session, now_ms) : Json();
    entry.update(reported(shown));
    entry.update(Json{{"id", shown.device.id},
                      {"name", shown.device.name},
                      {"model", shown.device.model},
                      {"online", shown.present.online},
                      {"person", people::json_of(shown.person)},
                      {"session_id", or_null(session ? shown.session_id : std::nullopt)},
                      {"state", state_of(shown, session, now_ms)},
                      {"position_ms", session ? or_null(report.position_ms) : Json()},
                      {"skew_ms", or_null(skew_of(shown, session, now_ms))},
                      {"hand", hand_of(shown.device.hand)},
                      {"content", shown.device.content},
                      {"unwell_ms", or_null(shown.device.hand.unwell_ms)},
                      {"last_seen_ms", or_null(last_seen_ms)}});
    if (!shown.present.capabilities.empty()) entry["capabilities"] = shown.present.capabilities;
    if (shown.present.events_off_ms) entry["events_off_ms"] = *shown.present.events_off_ms;
    return entry;
}

} // namespace sessions
