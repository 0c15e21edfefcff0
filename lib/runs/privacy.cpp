#include "runs/privacy.h"

#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "platform/csv.h"
#include "platform/text.h"

namespace runs {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds chunk{3};
constexpr std::int64_t day_ms = 24LL * 3600 * 1000, busy_ms = 60'000;
constexpr std::int64_t batches_at_once = 200, most_exported_events = 500'000;

nlohmann::json parsed(const std::optional<std::string_view>& text) {
    return text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
}

// As runs.json has it, with all its digits.
std::string number(double value) {
    return nlohmann::json(value).dump();
}

std::string events_csv(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    platform::CsvWriter table({"session_id", "event_type", "timestamp", "position_ms", "yaw_deg", "pitch_deg",
                               "zone", "gaze_target", "dwell_time_ms", "data"});
    auto rows = read.query(
        "SELECT r.public_id, json_extract(e.value, '$[0]'), b.base_ms + json_extract(e.value, '$[1]'),"
        " json_extract(e.value, '$[7]'), json_extract(e.value, '$[2]'), json_extract(e.value, '$[3]'),"
        " json_extract(e.value, '$[4]'), json_extract(e.value, '$[5]'), json_extract(e.value, '$[6]'),"
        " json_extract(e.value, '$[9]') FROM runs r JOIN event_batches b ON b.run_id = r.id, "
        "json_each(b.events) e"
        " WHERE r.organisation_id = ? AND r.person_id = ? LIMIT ?",
        organisation_id, person_id, most_exported_events);
    while (rows.step()) {
        std::string_view run, kind, position_ms, yaw_deg, pitch_deg, zone, target, dwell_ms, data;
        std::int64_t at_ms = 0;
        rows.read(run, kind, at_ms, position_ms, yaw_deg, pitch_deg, zone, target, dwell_ms, data);
        table.row({run, kind, platform::iso8601(at_ms), position_ms, yaw_deg, pitch_deg, zone, target,
                   dwell_ms, data});
    }
    return table.take();
}

} // namespace

void export_runs(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                 std::vector<people::Privacy::File>& files) {
    auto list = nlohmann::json::array();
    platform::CsvWriter table(
        {"id", "lesson", "started_at", "ended_at", "time_in_lesson_ms", "progress", "completed", "score"});
    auto rows = read.query(
        "SELECT r.public_id, coalesce(l.title, ''), r.started_ms, r.ended_ms, r.time_in_lesson_ms, "
        "r.progress,"
        " r.completed, r.score, r.data, u.gaze, u.kinds, u.zones, u.targets FROM runs r"
        " LEFT JOIN lessons l ON l.id = r.lesson_id LEFT JOIN run_rollups u ON u.run_id = r.id"
        " WHERE r.organisation_id = ? AND r.person_id = ? ORDER BY r.id",
        organisation_id, person_id);
    while (rows.step()) {
        std::string_view id, lesson, data;
        std::int64_t started_ms = 0, time_in_lesson_ms = 0;
        std::optional<std::int64_t> ended_ms;
        std::optional<double> score;
        std::optional<std::string_view> gaze, events, zones, targets;
        double progress = 0;
        bool completed = false;
        rows.read(id, lesson, started_ms, ended_ms, time_in_lesson_ms, progress, completed, score, data, gaze,
                  events, zones, targets);
        const std::string ended_at = ended_ms ? platform::iso8601(*ended_ms) : "";
        list.push_back({{"id", id},
                        {"lesson", lesson},
                        {"started_at", platform::iso8601(started_ms)},
                        {"ended_at", ended_ms ? nlohmann::json(ended_at) : nlohmann::json()},
                        {"time_in_lesson_ms", time_in_lesson_ms},
                        {"progress", progress},
                        {"completed", completed},
                        {"score", score ? nlohmann::json(*score) : nlohmann::json()},
                        {"data", parsed(data)},
                        {"gaze", parsed(gaze)},
                        {"events", parsed(events)},
                        {"zones", parsed(zones)},
                        {"targets", parsed(targets)}});
        table.cell(id).cell(lesson).cell(platform::iso8601(started_ms)).cell(ended_at);
        table.cell(time_in_lesson_ms).cell(number(progress)).cell(std::int64_t{completed});
        table.cell(score ? number(*score) : "").end();
    }
    files.push_back({"runs.json", list.dump(2)});
    files.push_back({"runs.csv", table.take()});
    files.push_back({"events.csv", events_csv(read, organisation_id, person_id)});
}

bool erase_runs(store::Tx& tx, Runs& runs, OrganisationId organisation_id, PersonId person_id,
                bool remove_runs) {
    const auto until = Clock::now() + chunk;
    while (Clock::now() < until) {
        const auto run_id =
            tx.id<RunId>("SELECT id FROM runs WHERE organisation_id = ? AND person_id = ? LIMIT 1",
                         organisation_id, person_id);
        if (!run_id) return true;
        if (!remove_runs) {
            // Headsets of the unreal dialect name their wearer in `data`.
            tx.run("UPDATE runs SET person_id = NULL, data = '{}' WHERE id = ?", *run_id);
        } else if (tx.run("DELETE FROM event_batches WHERE id IN (SELECT id FROM event_batches WHERE run_id "
                          "= ? LIMIT 20)",
                          *run_id) == 0) {
            runs.erase(tx, organisation_id, *run_id);
        }
    }
    return false;
}

void Retention::work(store::Tx& tx) {
    if (is_busy && is_busy(tx)) {
        next_ms_ = tx.now_ms() + busy_ms;
        return;
    }
    if (!events_done_) events_done_ = reduce_events(tx);
    if (!events_done_) return;
    if (also && !also(tx)) return;
    events_done_ = false;
    next_ms_ = tx.now_ms() + day_ms;
}

bool Retention::reduce_events(store::Tx& tx) {
    // Batches arrive in about the order of their ids: once one is within every limit, so are those after it.
    const auto least_days = tx.integer("SELECT min(gaze_days) FROM organisations");
    bool at_end = !least_days;
    if (least_days) {
        auto rows = tx.query(
            "SELECT b.id, b.received_ms, o.gaze_days FROM event_batches b JOIN runs r ON r.id = b.run_id"
            " JOIN organisations o ON o.id = r.organisation_id WHERE b.id > ? ORDER BY b.id LIMIT ?",
            reached_, batches_at_once);
        std::int64_t seen = 0;
        const auto until = Clock::now() + chunk;
        while (!at_end && rows.step()) {
            ++seen;
            std::int64_t received_ms = 0;
            std::optional<std::int64_t> gaze_days;
            rows.read(reached_, received_ms, gaze_days);
            const std::int64_t age_ms = tx.now_ms() - received_ms;
            at_end = age_ms < *least_days * day_ms;
            if (gaze_days && age_ms >= *gaze_days * day_ms) {
                tx.run("DELETE FROM event_batches WHERE id = ?", reached_);
                if (Clock::now() > until) return false;
            }
        }
        if (seen < batches_at_once) at_end = true;
    }
    if (at_end) reached_ = 0;
    return at_end;
}

} // namespace runs
