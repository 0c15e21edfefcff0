// Runs: one student doing one lesson or scenario on one headset. Student, lesson, session and headset may
// each be unknown at first and named later; a finished run still takes late events.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "platform/random.h"
#include "runs/batch_numbers.h"
#include "runs/senders.h"
#include "store/hook.h"
#include "store/page.h"
#include "store/transaction.h"

namespace runs {

enum class RunState { running, finished };
constexpr auto names_of(RunState) {
    return platform::names<RunState>({{RunState::running, "running"}, {RunState::finished, "finished"}});
}

// What began a run.
enum class Origin {
    session,    // a lesson
    events,     // its own events, sent outside of any lesson
    assignment, // a teacher, with a training
    student,    // a student, with a training
    training,   // the dialect of that name
    trainer,
    unreal,
};
constexpr auto names_of(Origin) {
    return platform::names<Origin>({{Origin::session, "session"},
                                    {Origin::events, "events"},
                                    {Origin::assignment, "assignment"},
                                    {Origin::student, "student"},
                                    {Origin::training, "training"},
                                    {Origin::trainer, "trainer"},
                                    {Origin::unreal, "unreal"}});
}

struct Run {
    RunId id;
    std::string public_id;
    OrganisationId organisation_id;
    std::optional<SessionId> session_id;
    std::optional<LessonId> lesson_id;
    std::optional<DeviceId> device_id;
    std::optional<SeatId> seat_id;
    std::optional<ScenarioId> scenario_id;
    std::optional<std::int64_t> scenario_version; // the version that it ran
    std::optional<people::PersonReference> person;
    RunState state = RunState::running;
    bool waiting = false; // assigned to its headset, which has not fetched it yet: it takes no events
    Origin origin = Origin::session;
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> ended_ms;
    std::int64_t time_in_lesson_ms = 0;           // complete up to counting_from_ms
    std::optional<std::int64_t> counting_from_ms; // set while the lesson plays on a present headset
    double progress = 0;                          // 0 to 1
    bool completed = false;
    std::optional<double> score;
    std::string data = "{}"; // JSON: progress, additional information, a dialect's own

    std::int64_t time_in_lesson_at(std::int64_t now_ms) const;
};

struct NewRun {
    std::optional<SessionId> session_id;
    std::optional<LessonId> lesson_id;
    std::optional<DeviceId> device_id;
    std::optional<SeatId> seat_id;
    std::optional<PersonId> person_id;
    std::optional<ScenarioId> scenario_id;
    std::optional<std::int64_t> scenario_version; // absent: the lesson's, if it has one
    Origin origin = Origin::session;
    std::string public_id;                        // "": a random UUID
    std::optional<std::int64_t> started_ms;       // absent: now
    std::optional<std::int64_t> counting_from_ms; // absent: its time does not count yet
    bool waiting = false;                         // until `start`
    std::string data = "{}";
};

struct RunFilter {
    std::optional<SessionId> session_id;
    std::optional<PersonId> person_id;
    std::optional<DeviceId> device_id;
    std::optional<LessonId> lesson_id;
    std::optional<ScenarioId> scenario_id;
    std::optional<RunState> state;
    std::optional<Origin> origin;
};

// An absent field stays as it is.
struct RunChange {
    std::optional<std::optional<PersonId>> person_id;
    std::optional<std::optional<LessonId>> lesson_id;
    std::optional<std::optional<DeviceId>> device_id;
    std::optional<double> progress;
    std::optional<bool> completed;
    std::optional<std::optional<double>> score;
    std::optional<std::string> data;
    std::optional<std::int64_t> started_ms;
    std::optional<std::optional<std::int64_t>>
        ended_ms; // also ends a run, without computing progress, or reopens it
};

class Runs {
public:
    explicit Runs(platform::Random& random) : random_(random) {}

    // Error conflict when its public id is taken.
    Run begin(store::Tx& tx, OrganisationId organisation_id, const NewRun& run);
    std::optional<Run> find(store::Read& read, OrganisationId organisation_id, RunId id) const;
    Run get(store::Read& read, OrganisationId organisation_id, RunId id) const; // Error not_found
    std::optional<Run> find_public(store::Read& read, OrganisationId organisation_id,
                                   std::string_view public_id) const;
    // The running run of a headset, of that origin if one is given; the newest when there are several. One
    // that waits does not run yet.
    std::optional<Run> current(store::Read& read, OrganisationId organisation_id, DeviceId device_id,
                               std::optional<Origin> origin = {}) const;
    // The runs of a session that have not ended.
    std::vector<Run> running_in(store::Read& read, OrganisationId organisation_id,
                                SessionId session_id) const;
    store::Page<Run> list(store::Read& read, OrganisationId organisation_id, const RunFilter& filter,
                          const store::PageRequest& page) const; // newest first

    Run change(store::Tx& tx, OrganisationId organisation_id, RunId id, const RunChange& change);
    // Sets the run's person, or clears it. Error not_found when the person is not in the organisation.
    Run name(store::Tx& tx, OrganisationId organisation_id, RunId id, std::optional<PersonId> person_id);
    // Its headset has fetched it: it waits no longer.
    void start(store::Tx& tx, OrganisationId organisation_id, RunId id);
    // The time in the lesson counts from, or up to, that moment.
    void count_from(store::Tx& tx, OrganisationId organisation_id, RunId id, std::int64_t at_ms);
    void count_until(store::Tx& tx, OrganisationId organisation_id, RunId id, std::int64_t at_ms);
    // Ends it. In a lesson, progress is the share that was watched, and nearly all of it counts as completed;
    // an open-ended lesson has no share to measure, so taking part completes it. A finished run stays as it
    // is.
    Run finish(store::Tx& tx, OrganisationId organisation_id, RunId id, std::int64_t ended_ms);

    // The run goes, with its events.
    void erase(store::Tx& tx, OrganisationId organisation_id, RunId id);
    // A seat is removed: what happened there stays.
    void forget_seat(store::Tx& tx, OrganisationId organisation_id, SeatId seat_id);

    // Another headset takes this one's place (Devices::replace): the runs of this one stay with the place,
    // and the runs that the other recorded before move there with it.
    void replace_headset(store::Tx& tx, OrganisationId organisation_id, DeviceId id, DeviceId by_id);
    Senders& senders() { return senders_; }
    BatchNumbers& numbers() { return numbers_; }
    const BatchNumbers& numbers() const { return numbers_; }

    store::During<Run> begun;
    store::During<OrganisationId, RunId> named; // it became somebody's
    store::During<Run> finished;                // by `finish`: a change may end or reopen one silently
    store::During<OrganisationId, RunId> erasing;

private:
    platform::Random& random_;
    Senders senders_;
    BatchNumbers numbers_;
};

nlohmann::json json_of(const Run& run);

} // namespace runs
