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

std::string time_or_nothing(const std::optional<std::int64_t>& ms) {
    return ms ? platform::iso8601(*ms) : "";
}

std::string events_csv(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    std::string text = platform::csv_line({"session_id", "event_type", "timestamp", "position_ms", "yaw_deg",
                                           "pitch_deg", "zone", "gaze_target", "dwell_time_ms", "data"});
    auto rows = read.query(
        "SELECT r.public_id, json_extract(e.value, '$[0]'), b.base_ms + json_extract(e.value, '$[1]'),"
        " json_extract(e.value, '$[7]'), json_extract(e.value, '$[2]'), json_extract(e.value, '$[3]'),"
        " json_extract(e.value, '$[4]'), json_extract(e.value, '$[5]'), json_extract(e.value, '$[6]'),"
        " json_extract(e.value, '$[9]') FROM runs r JOIN event_batches b ON b.run_id = r.id, "
        "json_each(b.events) e"
        " WHERE r.organisation_id = ? AND r.person_id = ? LIMIT ?",
        organisation_id, person_id, most_exported_events);
    while (rows.step()) {
        std::vector<std::string> cells;
        for (int column = 0; column < 10; ++column)
            cells.push_back(column == 2 ? platform::iso8601(rows.integer(2)) : rows.string(column));
        text += platform::csv_line(cells);
    }
    return text;
}

} // namespace

void export_runs(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                 std::vector<people::Privacy::File>& files) {
    auto list = nlohmann::json::array();
    std::string table = platform::csv_line(
        {"id", "lesson", "started_at", "ended_at", "time_in_lesson_ms", "progress", "completed", "score"});
    auto rows = read.query(
        "SELECT r.public_id, coalesce(l.title, ''), r.started_ms, r.ended_ms, r.time_in_lesson_ms, "
        "r.progress,"
        " r.completed, r.score, r.data, u.gaze, u.kinds, u.zones, u.targets FROM runs r"
        " LEFT JOIN lessons l ON l.id = r.lesson_id LEFT JOIN run_rollups u ON u.run_id = r.id"
        " WHERE r.organisation_id = ? AND r.person_id = ? ORDER BY r.id",
        organisation_id, person_id);
    const auto parsed = [&rows](int column) {
        return rows.is_null(column) ? nlohmann::json()
                                    : nlohmann::json::parse(rows.text(column), nullptr, false);
    };
    while (rows.step()) {
        const auto ended = rows.optional_integer(3);
        const auto score = rows.optional_real(7);
        list.push_back({{"id", rows.string(0)},
                        {"lesson", rows.string(1)},
                        {"started_at", platform::iso8601(rows.integer(2))},
                        {"ended_at", ended ? nlohmann::json(platform::iso8601(*ended)) : nlohmann::json()},
                        {"time_in_lesson_ms", rows.integer(4)},
                        {"progress", rows.real(5)},
                        {"completed", rows.boolean(6)},
                        {"score", score ? nlohmann::json(*score) : nlohmann::json()},
                        {"data", parsed(8)},
                        {"gaze", parsed(9)},
                        {"events", parsed(10)},
                        {"zones", parsed(11)},
                        {"targets", parsed(12)}});
        table += platform::csv_line({rows.string(0), rows.string(1), platform::iso8601(rows.integer(2)),
                                     time_or_nothing(ended), rows.string(4), rows.string(5), rows.string(6),
                                     rows.string(7)});
    }
    files.push_back({"runs.json", list.dump(2)});
    files.push_back({"runs.csv", std::move(table)});
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
            const std::int64_t age_ms = tx.now_ms() - rows.integer(1);
            at_end = age_ms < *least_days * day_ms;
            reached_ = rows.integer(0);
            if (!rows.is_null(2) && age_ms >= rows.integer(2) * day_ms) {
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
