#include "progress/progress.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/text.h"

namespace progress {

namespace {

constexpr double full_score = 100;

std::vector<std::int64_t> days_of(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    auto rows = read.query(
        "SELECT DISTINCT at_ms / ?3 FROM experience WHERE organisation_id = ?1 AND person_id = ?2 ORDER BY 1",
        organisation_id, person_id, day_ms);
    std::vector<std::int64_t> days;
    while (rows.step())
        days.push_back(rows.values<std::int64_t>());
    return days;
}

void require_person(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    if (!read.integer("SELECT id FROM persons WHERE organisation_id = ? AND id = ?", organisation_id,
                      person_id))
        platform::throw_not_found("person");
}

} // namespace

std::optional<Award> Progress::settle(store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
    const auto training = trainings_.find(tx, organisation_id, run_id);
    if (!training || training->phase != trainings::Phase::recorded || !training->run.person)
        return std::nullopt;
    Award award;
    award.run_id = run_id;
    award.person_id = training->run.person->id;
    const std::int64_t xp =
        xp_of_run(trainings_.scenario_of(tx, *training).content.xp_reward, training->run.score);
    award.first_time =
        tx.run(
            "INSERT INTO experience (run_id, organisation_id, person_id, xp, at_ms) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (run_id) DO UPDATE SET person_id = excluded.person_id"
            " WHERE person_id <> excluded.person_id",
            run_id, organisation_id, award.person_id, xp, training->recorded_ms.value_or(tx.now_ms())) > 0;
    award.xp = xp_of(tx, organisation_id, run_id).value_or(0);
    if (award.first_time) keep_reached(tx, organisation_id, award.person_id, run_id);
    award.total_xp = total_xp(tx, organisation_id, award.person_id);
    award.achievements = reached_with_run(tx, run_id);
    return award;
}

std::optional<std::int64_t> Progress::xp_of(store::Read& read, OrganisationId organisation_id,
                                            RunId run_id) const {
    return read.integer("SELECT xp FROM experience WHERE organisation_id = ? AND run_id = ?", organisation_id,
                        run_id);
}

std::int64_t Progress::total_xp(store::Read& read, OrganisationId organisation_id, PersonId person_id) const {
    return read
        .integer("SELECT sum(xp) FROM experience WHERE organisation_id = ? AND person_id = ?",
                 organisation_id, person_id)
        .value_or(0);
}

Figures Progress::figures_of(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                             std::int64_t* current_streak_days) const {
    Figures figures;
    auto rows = read.query(
        "SELECT count(*), count(DISTINCT CASE WHEN t.passed THEN r.scenario_id END),"
        " count(CASE WHEN r.score >= ?3 THEN 1 END), coalesce(sum(e.xp), 0) FROM experience e"
        " JOIN runs r ON r.id = e.run_id JOIN trainings t ON t.run_id = e.run_id"
        " WHERE e.organisation_id = ?1 AND e.person_id = ?2",
        organisation_id, person_id, full_score);
    if (rows.step()) {
        std::int64_t xp = 0;
        rows.read(figures.runs, figures.passed, figures.faultless_runs, xp);
        figures.level = level_of(xp);
    }
    figures.helped = read.integer("SELECT count(*) FROM helping WHERE person_id = ?", person_id).value_or(0);
    const auto streak = streak_of(days_of(read, organisation_id, person_id), read.now_ms() / day_ms);
    figures.streak_days = streak.longest;
    if (current_streak_days != nullptr) *current_streak_days = streak.current;
    return figures;
}

// Gives the achievements that were reached since last time.
std::vector<const Achievement*> Progress::keep_reached(store::Tx& tx, OrganisationId organisation_id,
                                                       PersonId person_id, std::optional<RunId> run_id) {
    std::vector<const Achievement*> fresh;
    for (const Achievement* achievement : reached_with(figures_of(tx, organisation_id, person_id)))
        if (tx.run("INSERT INTO achievements (person_id, achievement, run_id, at_ms) VALUES (?, ?, ?, ?)"
                   " ON CONFLICT DO NOTHING",
                   person_id, achievement->id, run_id, tx.now_ms()) > 0)
            fresh.push_back(achievement);
    return fresh;
}

std::vector<const Achievement*> Progress::reached_with_run(store::Read& read, RunId run_id) const {
    auto rows = read.query(
        "SELECT achievement FROM achievements WHERE run_id = ? AND person_id ="
        " (SELECT person_id FROM experience WHERE run_id = ?1) ORDER BY achievement",
        run_id);
    std::vector<const Achievement*> reached;
    while (rows.step())
        if (const auto* achievement = achievement_named(rows.values<std::string_view>()))
            reached.push_back(achievement);
    return reached;
}

Standing Progress::standing(store::Read& read, OrganisationId organisation_id, PersonId person_id) const {
    const people::Person person = people_.get(read, organisation_id, person_id);
    Standing standing;
    standing.person = {person.id, person.nickname};
    standing.xp = total_xp(read, organisation_id, person_id);
    standing.level = level_of(standing.xp);
    standing.xp_to_next_level = xp_to_next_level(standing.xp);
    standing.figures = figures_of(read, organisation_id, person_id, &standing.current_streak_days);
    auto rows = read.query(
        "SELECT achievement, run_id, at_ms FROM achievements WHERE person_id = ? ORDER BY at_ms, achievement",
        person_id);
    while (rows.step()) {
        const auto [name, run_id, at_ms] =
            rows.values<std::string_view, std::optional<RunId>, std::int64_t>();
        if (const auto* achievement = achievement_named(name))
            standing.achievements.push_back({achievement, run_id, at_ms});
    }
    return standing;
}

store::Page<HistoryEntry> Progress::history(store::Read& read, OrganisationId organisation_id,
                                            PersonId person_id, const store::PageRequest& page) const {
    require_person(read, organisation_id, person_id);
    auto rows = read.query(
        "SELECT r.id, s.id, s.title, r.scenario_version, r.started_ms, t.recorded_ms, r.score, t.passed, e.xp"
        " FROM runs r JOIN trainings t ON t.run_id = r.id JOIN scenarios s ON s.id = r.scenario_id"
        " LEFT JOIN experience e ON e.run_id = r.id"
        " WHERE r.organisation_id = ?1 AND r.person_id = ?2 AND t.phase <> 'cancelled'"
        " AND (?3 IS NULL OR r.id < ?3) ORDER BY r.id DESC LIMIT ?4",
        organisation_id, person_id, page.after, page.limit + 1);
    return store::read_page<HistoryEntry>(std::move(rows), page, [](const store::Statement& row) {
        HistoryEntry entry;
        row.read(entry.id, entry.scenario.id, entry.scenario.title, entry.scenario.version, entry.started_ms,
                 entry.recorded_ms, entry.score, entry.passed, entry.xp);
        return entry;
    });
}

std::map<ScenarioId, ScenarioProgress> Progress::by_scenario(store::Read& read,
                                                             OrganisationId organisation_id,
                                                             PersonId person_id) const {
    auto rows = read.query(
        "SELECT r.scenario_id, count(*), coalesce(sum(e.xp), 0), max(r.state = 'running'), max(r.completed),"
        " max(r.score), min(CASE WHEN r.completed THEN t.recorded_ms END)"
        " FROM runs r JOIN trainings t ON t.run_id = r.id LEFT JOIN experience e ON e.run_id = r.id"
        " WHERE r.organisation_id = ? AND r.person_id = ? AND t.phase <> 'cancelled'"
        " AND r.scenario_id IS NOT NULL GROUP BY r.scenario_id",
        organisation_id, person_id);
    std::map<ScenarioId, ScenarioProgress> progress;
    while (rows.step()) {
        ScenarioId id;
        ScenarioProgress one;
        rows.read(id, one.attempts, one.xp, one.open, one.passed, one.best_score, one.passed_ms);
        progress[id] = one;
    }
    return progress;
}

Performance Progress::performance(store::Read& read, OrganisationId organisation_id,
                                  PersonId person_id) const {
    auto rows = read.query(
        "SELECT count(*), count(t.recorded_ms), coalesce(sum(r.completed), 0), coalesce(sum(t.escalated), 0),"
        " count(r.score), coalesce(sum(t.recorded_ms - r.started_ms), 0), coalesce(sum(r.score), 0.0)"
        " FROM runs r JOIN trainings t ON t.run_id = r.id"
        " WHERE r.organisation_id = ? AND r.person_id = ? AND t.phase <> 'cancelled'",
        organisation_id, person_id);
    Performance sums;
    if (rows.step())
        rows.read(sums.sessions, sums.recorded, sums.passed, sums.escalated, sums.scored, sums.duration_ms,
                  sums.score_sum);
    return sums;
}

std::vector<LeaderboardRow> Progress::leaderboard(store::Read& read, OrganisationId organisation_id,
                                                  const LeaderboardFilter& filter) const {
    std::vector<LeaderboardRow> board;
    if (mode(read, organisation_id) == LeaderboardMode::off) return board;
    auto rows = read.query(
        "SELECT rank() OVER (ORDER BY sum(e.xp) DESC), p.id, sum(e.xp), count(*), p.nickname, p.first_name,"
        " p.last_name FROM experience e JOIN persons p ON p.id = e.person_id"
        " WHERE e.organisation_id = ?1 AND p.active = 1 AND p.role = 'student' AND (?2 IS NULL OR p.id IN"
        " (SELECT person_id FROM class_students WHERE class_id = ?2))"
        " GROUP BY p.id ORDER BY 3 DESC, p.id LIMIT ?3",
        organisation_id, filter.class_id, filter.limit);
    while (rows.step()) {
        LeaderboardRow& row = board.emplace_back();
        rows.read(row.rank, row.person_id, row.xp, row.runs, row.nickname, row.first_name, row.last_name);
    }
    return board;
}

LeaderboardMode Progress::mode(store::Read& read, OrganisationId organisation_id) const {
    auto rows = read.query("SELECT leaderboard FROM organisations WHERE id = ?", organisation_id);
    return rows.step() ? rows.values<LeaderboardMode>() : LeaderboardMode::off;
}

std::vector<const Achievement*> Progress::note_help(store::Tx& tx, OrganisationId organisation_id,
                                                    PersonId person_id, PersonId seen_by) {
    require_person(tx, organisation_id, person_id);
    tx.run("INSERT INTO helping (person_id, seen_by, at_ms) VALUES (?, ?, ?)", person_id, seen_by,
           tx.now_ms());
    return keep_reached(tx, organisation_id, person_id, std::nullopt);
}

nlohmann::json json_of(const Achievement& achievement) {
    return {{"id", achievement.id},
            {"title", achievement.title},
            {"description", achievement.description},
            {"least", achievement.least}};
}

nlohmann::json json_of(const Standing& standing) {
    nlohmann::json reached = nlohmann::json::array();
    for (const Reached& one : standing.achievements) {
        nlohmann::json json = json_of(*one.achievement);
        json["run_id"] = one.run_id ? nlohmann::json(*one.run_id) : nlohmann::json();
        json["reached_at"] = platform::iso8601(one.at_ms);
        reached.push_back(std::move(json));
    }
    return {{"person", people::json_of(standing.person)},
            {"xp", standing.xp},
            {"level", standing.level},
            {"xp_to_next_level", standing.xp_to_next_level},
            {"runs", standing.figures.runs},
            {"scenarios_passed", standing.figures.passed},
            {"faultless_runs", standing.figures.faultless_runs},
            {"helped", standing.figures.helped},
            {"longest_streak_days", standing.figures.streak_days},
            {"current_streak_days", standing.current_streak_days},
            {"achievements", reached}};
}

nlohmann::json json_of(const HistoryEntry& entry) {
    const auto or_null = [](const auto& value) { return value ? nlohmann::json(*value) : nlohmann::json(); };
    return {{"run_id", entry.id},
            {"scenario", scenarios::json_of(entry.scenario)},
            {"started_at", platform::iso8601(entry.started_ms)},
            {"recorded_at",
             entry.recorded_ms ? nlohmann::json(platform::iso8601(*entry.recorded_ms)) : nlohmann::json()},
            {"score", or_null(entry.score)},
            {"passed", entry.passed},
            {"xp", or_null(entry.xp)}};
}

} // namespace progress
