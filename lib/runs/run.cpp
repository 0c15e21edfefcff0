#include "runs/run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/error.h"
#include "platform/text.h"
#include "platform/uuid.h"
#include "store/epoch.h"

namespace runs {

namespace {

// A headset that joins some seconds late has still done the lesson.
constexpr double nearly_all = 0.95;

constexpr store::SqlText run_columns = R"sql(
    SELECT r.id, r.public_id, r.organisation_id, r.session_id, r.lesson_id, r.device_id, r.seat_id,
           p.id, p.nickname, r.state, r.origin, r.started_ms, r.ended_ms, r.time_in_lesson_ms,
           r.counting_from_ms, r.progress, r.completed, r.score, r.data, r.scenario_id, r.scenario_version,
           r.waiting
    FROM runs r LEFT JOIN persons p ON p.id = r.person_id )sql";

Run run_of(const store::Statement& rows) {
    Run run;
    rows.read(run.id, run.public_id, run.organisation_id, run.session_id, run.lesson_id, run.device_id,
              run.seat_id, run.person, run.state, run.origin, run.started_ms, run.ended_ms,
              run.time_in_lesson_ms, run.counting_from_ms, run.progress, run.completed, run.score, run.data,
              run.scenario_id, run.scenario_version, run.waiting);
    return run;
}

std::optional<Run> one(store::Statement rows) {
    return rows.step() ? std::optional(run_of(rows)) : std::nullopt;
}

void require_person(store::Read& read, OrganisationId organisation_id, std::optional<PersonId> person_id) {
    if (person_id && !read.integer("SELECT id FROM persons WHERE organisation_id = ? AND id = ?",
                                   organisation_id, person_id))
        platform::throw_not_found("person");
}

} // namespace

std::int64_t Run::time_in_lesson_at(std::int64_t now_ms) const {
    if (!counting_from_ms) return time_in_lesson_ms;
    return time_in_lesson_ms + std::max<std::int64_t>(now_ms - *counting_from_ms, 0);
}

Run Runs::begin(store::Tx& tx, OrganisationId organisation_id, const NewRun& run) {
    require_person(tx, organisation_id, run.person_id);
    const std::string public_id = run.public_id.empty() ? platform::random_uuid(random_) : run.public_id;
    static constexpr auto insert =
        "INSERT INTO runs (id, public_id, organisation_id, session_id, lesson_id, device_id, seat_id, person_id,"
        " origin, started_ms, counting_from_ms, data, waiting, scenario_id, scenario_version)"
        " VALUES (max(coalesce((SELECT max(id) FROM runs), 0), " +
        store::ids_from +
        ") + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
        " coalesce(?13, (SELECT scenario_id FROM lessons WHERE organisation_id = ?2 AND id = ?4)),"
        " coalesce(?14, (SELECT s.version FROM lessons l JOIN scenarios s ON s.id = l.scenario_id"
        " WHERE l.organisation_id = ?2 AND l.id = ?4)))";
    const RunId id =
        tx.insert<RunId>(insert, public_id, organisation_id, run.session_id, run.lesson_id, run.device_id,
                         run.seat_id, run.person_id, run.origin, run.started_ms.value_or(tx.now_ms()),
                         run.counting_from_ms, run.data, run.waiting, run.scenario_id, run.scenario_version);
    Run made = get(tx, organisation_id, id);
    begun(tx, made);
    return made;
}

std::optional<Run> Runs::find(store::Read& read, OrganisationId organisation_id, RunId id) const {
    static constexpr auto by_id = run_columns + "WHERE r.organisation_id = ? AND r.id = ?";
    return one(read.query(by_id, organisation_id, id));
}

Run Runs::get(store::Read& read, OrganisationId organisation_id, RunId id) const {
    auto found = find(read, organisation_id, id);
    if (!found) platform::throw_not_found("run");
    return *std::move(found);
}

std::optional<Run> Runs::find_public(store::Read& read, OrganisationId organisation_id,
                                     std::string_view public_id) const {
    static constexpr auto by_public_id = run_columns + "WHERE r.organisation_id = ? AND r.public_id = ?";
    return one(read.query(by_public_id, organisation_id, public_id));
}

std::optional<Run> Runs::current(store::Read& read, OrganisationId organisation_id, DeviceId device_id,
                                 std::optional<Origin> origin) const {
    static constexpr auto newest_on_device = run_columns + R"sql(
        WHERE r.device_id = ?1 AND r.state = 'running' AND r.organisation_id = ?2
          AND (?3 IS NULL OR r.origin = ?3) AND r.waiting = 0
        ORDER BY r.id DESC LIMIT 1)sql";
    return one(read.query(newest_on_device, device_id, organisation_id, origin));
}

std::vector<Run> Runs::running_in(store::Read& read, OrganisationId organisation_id,
                                  SessionId session_id) const {
    static constexpr auto running_in_session = run_columns + R"sql(
        WHERE r.session_id = ? AND r.organisation_id = ? AND r.state = 'running' ORDER BY r.id)sql";
    auto rows = read.query(running_in_session, session_id, organisation_id);
    std::vector<Run> running;
    while (rows.step()) {
        running.push_back(run_of(rows));
    }
    return running;
}

store::Page<Run> Runs::list(store::Read& read, OrganisationId organisation_id, const RunFilter& filter,
                            const store::PageRequest& page) const {
    // Built from the given filters only, so that an index of theirs serves the query.
    std::string sql(run_columns.characters);
    sql += "WHERE r.organisation_id = ?1";
    if (page.after) sql += " AND r.id < ?2";
    if (filter.session_id) sql += " AND r.session_id = ?3";
    if (filter.person_id) sql += " AND r.person_id = ?4";
    if (filter.device_id) sql += " AND r.device_id = ?5";
    if (filter.lesson_id) sql += " AND r.lesson_id = ?6";
    if (filter.state) sql += " AND r.state = ?7";
    if (filter.origin) sql += " AND r.origin = ?8";
    if (filter.scenario_id) sql += " AND r.scenario_id = ?10";
    auto rows = read.query_text(sql + " ORDER BY r.id DESC LIMIT ?9");
    rows.bind(1, organisation_id);
    if (page.after) rows.bind(2, *page.after);
    if (filter.session_id) rows.bind(3, *filter.session_id);
    if (filter.person_id) rows.bind(4, *filter.person_id);
    if (filter.device_id) rows.bind(5, *filter.device_id);
    if (filter.lesson_id) rows.bind(6, *filter.lesson_id);
    if (filter.state) rows.bind(7, *filter.state);
    if (filter.origin) rows.bind(8, *filter.origin);
    rows.bind(9, page.limit + 1);
    if (filter.scenario_id) rows.bind(10, *filter.scenario_id);
    return store::read_page<Run>(std::move(rows), page, run_of);
}

Run Runs::change(store::Tx& tx, OrganisationId organisation_id, RunId id, const RunChange& change) {
    Run run = get(tx, organisation_id, id);
    if (change.person_id) require_person(tx, organisation_id, *change.person_id);
    std::optional<PersonId> person_id;
    if (run.person) person_id = run.person->id;
    if (change.device_id && run.device_id && change.device_id != run.device_id)
        senders_.leave(tx, id, *run.device_id);
    tx.run(
        "UPDATE runs SET person_id = ?3, lesson_id = ?4, device_id = ?5, progress = ?6, completed = ?7, "
        "score = ?8,"
        " data = ?9, started_ms = ?10, state = CASE WHEN ?11 IS NULL THEN 'running' ELSE 'finished' END,"
        " waiting = waiting AND ?11 IS NULL, ended_ms = ?11 WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, change.person_id.value_or(person_id), change.lesson_id.value_or(run.lesson_id),
        change.device_id.value_or(run.device_id), change.progress.value_or(run.progress),
        change.completed.value_or(run.completed), change.score.value_or(run.score),
        change.data.value_or(run.data), change.started_ms.value_or(run.started_ms),
        change.ended_ms.value_or(run.ended_ms));
    if (change.person_id && *change.person_id) named(tx, organisation_id, id);
    return get(tx, organisation_id, id);
}

void Runs::start(store::Tx& tx, OrganisationId organisation_id, RunId id) {
    tx.run("UPDATE runs SET waiting = 0 WHERE organisation_id = ? AND id = ? AND waiting = 1",
           organisation_id, id);
}

void Runs::erase(store::Tx& tx, OrganisationId organisation_id, RunId id) {
    erasing(tx, organisation_id, id);
    tx.run("DELETE FROM runs WHERE organisation_id = ? AND id = ?", organisation_id, id);
}

void Runs::forget_seat(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id) {
    tx.run("UPDATE runs SET seat_id = NULL WHERE seat_id = ?2 AND organisation_id = ?1", organisation_id,
           seat_id);
}

void Runs::replace_headset(store::Tx& tx, OrganisationId organisation_id, DeviceId id, DeviceId by_id) {
    senders_.replace(tx, organisation_id, id, by_id);
    numbers_.exchange(tx, id, by_id);
    tx.run("UPDATE runs SET device_id = ?2 WHERE organisation_id = ?1 AND device_id = ?3", organisation_id,
           id, by_id);
}

Run Runs::name(store::Tx& tx, OrganisationId organisation_id, RunId id, std::optional<PersonId> person_id) {
    RunChange change;
    change.person_id = person_id;
    return this->change(tx, organisation_id, id, change);
}

void Runs::count_from(store::Tx& tx, OrganisationId organisation_id, RunId id, std::int64_t at_ms) {
    tx.run(
        "UPDATE runs SET counting_from_ms = ?3 WHERE organisation_id = ?1 AND id = ?2 AND state = 'running'"
        " AND counting_from_ms IS NULL",
        organisation_id, id, at_ms);
}

void Runs::count_until(store::Tx& tx, OrganisationId organisation_id, RunId id, std::int64_t at_ms) {
    tx.run(
        "UPDATE runs SET time_in_lesson_ms = time_in_lesson_ms + max(?3 - counting_from_ms, 0),"
        " counting_from_ms = NULL WHERE organisation_id = ?1 AND id = ?2 AND counting_from_ms IS NOT NULL",
        organisation_id, id, at_ms);
}

Run Runs::finish(store::Tx& tx, OrganisationId organisation_id, RunId id, std::int64_t ended_ms) {
    Run run = get(tx, organisation_id, id);
    if (run.state == RunState::finished) return run;
    count_until(tx, organisation_id, id, ended_ms);
    double progress = run.progress;
    if (const std::int64_t time_ms = run.time_in_lesson_at(ended_ms); run.session_id && time_ms > 0) {
        const auto duration_ms =
            tx.integer("SELECT duration_ms FROM lessons WHERE organisation_id = ? AND id = ?",
                       organisation_id, run.lesson_id);
        const double share =
            duration_ms ? static_cast<double>(time_ms) / static_cast<double>(*duration_ms) : 1.0;
        progress = std::max(progress, std::min(share, 1.0));
    }
    tx.run(
        "UPDATE runs SET state = 'finished', waiting = 0, ended_ms = ?3, progress = ?4,"
        " completed = completed OR ?5"
        " WHERE organisation_id = ?1 AND id = ?2",
        organisation_id, id, ended_ms, progress, progress >= nearly_all);
    run = get(tx, organisation_id, id);
    finished(tx, run);
    return run;
}

nlohmann::json json_of(const Run& run) {
    const auto or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
    return {{"id", run.id},
            {"public_id", run.public_id},
            {"session_id", or_null(run.session_id)},
            {"lesson_id", or_null(run.lesson_id)},
            {"scenario_id", or_null(run.scenario_id)},
            {"scenario_version", or_null(run.scenario_version)},
            {"device_id", or_null(run.device_id)},
            {"seat_id", or_null(run.seat_id)},
            {"person", people::json_of(run.person)},
            {"state", platform::name_of(run.state)},
            {"origin", platform::name_of(run.origin)},
            {"started_at", platform::iso8601(run.started_ms)},
            {"ended_at", run.ended_ms ? nlohmann::json(platform::iso8601(*run.ended_ms)) : nlohmann::json()},
            {"progress", run.progress},
            {"completed", run.completed},
            {"score", or_null(run.score)}};
}

} // namespace runs
