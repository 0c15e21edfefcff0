// What students have reached: experience points, levels, achievements, ranks.
//
// Invariants:
// - A run gives experience once: with its record, or when it is first known whose it is. Sending something
//   again, or scoring it again later, gives nothing more. When the run turns out to be somebody else's, its
//   experience moves.
// - What a student has reached is never taken away.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/organisation.h"
#include "people/people.h"
#include "platform/ids.h"
#include "progress/achievement.h"
#include "progress/experience.h"
#include "store/page.h"
#include "store/transaction.h"
#include "trainings/training.h"

namespace progress {

struct Award { // what a run gave
    RunId run_id;
    PersonId person_id;
    std::int64_t xp = 0, total_xp = 0;
    bool first_time = false;                      // to this person; false: it had been given before
    std::vector<const Achievement*> achievements; // reached with it
};

struct Reached {
    const Achievement* achievement = nullptr;
    std::optional<RunId> run_id;
    std::int64_t at_ms = 0;
};

struct Standing {
    people::PersonReference person;
    std::int64_t xp = 0, level = 1, xp_to_next_level = xp_a_level;
    Figures figures;
    std::int64_t current_streak_days = 0;
    std::vector<Reached> achievements; // oldest first
};

struct HistoryEntry {
    RunId id; // the run's
    scenarios::ScenarioReference scenario;
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> recorded_ms;
    std::optional<double> score;
    bool passed = false;
    std::optional<std::int64_t> xp; // none: nothing has been given yet
};

// How far a student has come with a scenario.
struct ScenarioProgress {
    std::int64_t attempts = 0, xp = 0;
    bool open = false;   // there is a run that has not ended
    bool passed = false; // once is enough
    std::optional<double> best_score;
    std::optional<std::int64_t> passed_ms; // the first time
};

// Sums over a student's runs of scenarios.
struct Performance {
    std::int64_t sessions = 0, recorded = 0, passed = 0, escalated = 0, scored = 0, duration_ms = 0;
    double score_sum = 0;
};

using people::LeaderboardMode;

struct LeaderboardFilter {
    std::optional<ClassId> class_id;
    std::int64_t limit = 10;
};
struct LeaderboardRow {
    std::int64_t rank = 0;
    PersonId person_id;
    std::int64_t xp = 0, runs = 0; // equal points, equal rank
    std::string nickname, first_name, last_name;
};

class Progress {
public:
    static constexpr std::int64_t most_rows = 100; // of a leaderboard

    Progress(people::People& people, trainings::Trainings& trainings)
        : people_(people), trainings_(trainings) {}

    // Gives what the run is worth, if it is a recorded run of a scenario and has an owner. May be called
    // again.
    std::optional<Award> settle(store::Tx& tx, OrganisationId organisation_id, RunId run_id);
    std::optional<std::int64_t> xp_of(store::Read& read, OrganisationId organisation_id, RunId run_id) const;

    std::int64_t total_xp(store::Read& read, OrganisationId organisation_id, PersonId person_id) const;
    Standing standing(store::Read& read, OrganisationId organisation_id,
                      PersonId person_id) const; // Error not_found
    // Runs of scenarios, newest first.
    store::Page<HistoryEntry> history(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                                      const store::PageRequest& page) const;

    // By scenario; scenarios never begun are left out.
    std::map<ScenarioId, ScenarioProgress> by_scenario(store::Read& read, OrganisationId organisation_id,
                                                       PersonId person_id) const;
    Performance performance(store::Read& read, OrganisationId organisation_id, PersonId person_id) const;

    // Students who have any; empty when it is off. Names are filled in any mode: a caller that shows them
    // asks `mode`.
    std::vector<LeaderboardRow> leaderboard(store::Read& read, OrganisationId organisation_id,
                                            const LeaderboardFilter& filter) const;
    LeaderboardMode mode(store::Read& read, OrganisationId organisation_id) const;

    // A teacher saw this person help another. Returns the achievements reached with it.
    std::vector<const Achievement*> note_help(store::Tx& tx, OrganisationId organisation_id,
                                              PersonId person_id, PersonId seen_by);

private:
    Figures figures_of(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                       std::int64_t* current_streak_days = nullptr) const;
    std::vector<const Achievement*> keep_reached(store::Tx& tx, OrganisationId organisation_id,
                                                 PersonId person_id, std::optional<RunId> run_id);
    std::vector<const Achievement*> reached_with_run(store::Read& read, RunId run_id) const;

    people::People& people_;
    trainings::Trainings& trainings_;
};

nlohmann::json json_of(const Achievement& achievement);
nlohmann::json json_of(const Standing& standing);
nlohmann::json json_of(const HistoryEntry& entry);

} // namespace progress
