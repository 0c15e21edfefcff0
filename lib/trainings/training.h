// Trainings: runs of scenarios, from the moment a teacher assigns one to a headset (or a student begins one)
// to the record of it and its score.
//
//   assigned -> fetched (the headset knows) -> running (it does it) -> recorded
//
// or cancelled: another took its place, or the teacher took it back.
//
// A headset has at most one that is neither recorded nor cancelled, besides the run of its lesson: that may
// be of a scenario too, but is in no queue. A record is accepted once: sent again, it gets the same answer
// and changes nothing. A teacher's late tick updates the score; experience was given once, with the record,
// and stays.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "devices/device.h"
#include "platform/caller.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "runs/run.h"
#include "scenarios/scenario.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace trainings {

enum class Phase { assigned, fetched, running, recorded, cancelled };
constexpr auto names_of(Phase) {
    return platform::names<Phase>({{Phase::assigned, "assigned"},
                                   {Phase::fetched, "fetched"},
                                   {Phase::running, "running"},
                                   {Phase::recorded, "recorded"},
                                   {Phase::cancelled, "cancelled"}});
}
bool is_open(Phase phase); // neither recorded nor cancelled

struct Tick { // by a teacher
    bool done = false;
    std::optional<people::PersonReference> by;
    std::int64_t at_ms = 0;
};

struct Note {
    NoteId id;
    RunId run_id;
    std::optional<people::PersonReference> by;
    std::int64_t at_ms = 0;
    std::string text;
    bool has_picture = false;
};

struct GivenScore { // by a teacher, instead of the computed one
    double score = 0;
    std::string reason;
    std::optional<people::PersonReference> by;
    std::int64_t at_ms = 0;
};
inline auto columns_of(GivenScore& given) {
    return std::tie(given.score, given.reason, given.by, given.at_ms);
}

struct Training {
    runs::Run run; // its score is the one that counts
    scenarios::ScenarioReference scenario;
    Phase phase = Phase::assigned;
    std::optional<PersonId> assigned_by;
    std::int64_t assigned_ms = 0;
    std::optional<std::int64_t> fetched_ms, running_ms, recorded_ms;
    std::string metrics = "{}", checklist = "{}", additional_info = "null"; // JSON, as recorded
    std::string resolution;
    bool escalated = false;
    std::optional<double> reckoned_score;
    bool passed = false;
    std::string lines = "[]"; // JSON: the score explained, see scenarios/assessment.h
    std::optional<GivenScore> given;

    std::int64_t begun_ms() const; // its time counts from then on
};

struct Assignment {
    ScenarioId scenario_id;
    DeviceId device_id;
    std::optional<PersonId> person_id; // absent: the person signed in on the headset, if any
    std::optional<PersonId> assigned_by;
    runs::Origin origin = runs::Origin::assignment;
};

struct Beginning { // by the student, at once
    ScenarioId scenario_id;
    std::optional<PersonId> person_id;
    std::optional<DeviceId> device_id;
    runs::Origin origin = runs::Origin::student;
};

struct Record {
    std::string metrics = "{}", checklist = "{}", additional_info = "null"; // JSON objects; any JSON
    std::string resolution;
    bool escalated = false;
};

class Trainings {
public:
    static constexpr std::int64_t most_notes = 500; // of one run

    Trainings(runs::Runs& runs, scenarios::Scenarios& scenarios, devices::Devices& devices)
        : runs_(runs), scenarios_(scenarios), devices_(devices) {}

    std::optional<Training> find(store::Read& read, OrganisationId organisation_id, RunId run_id) const;
    Training get(store::Read& read, OrganisationId organisation_id,
                 RunId run_id) const; // Error not_found
    // The training that waits or runs on a headset.
    std::optional<Training> open_on(store::Read& read, OrganisationId organisation_id,
                                    DeviceId device_id) const;
    // The newest of each headset, open or not: the teacher's queue. Leaves out cancelled ones.
    std::vector<Training> queue(store::Read& read, OrganisationId organisation_id) const;
    std::vector<Training> all_open(store::Read& read) const; // of the whole box, at start
    // A person's trainings, newest first, including those not recorded; `limit` at most.
    std::vector<Training> of_person(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                                    std::int64_t limit = 200) const;
    // The scenario as it was when the run began.
    scenarios::Scenario scenario_of(store::Read& read, const Training& training) const;
    // The prerequisites that the person has not passed yet.
    std::vector<scenarios::ScenarioReference> missing_prerequisites(store::Read& read,
                                                                    const scenarios::Scenario& scenario,
                                                                    PersonId person_id) const;

    // Replaces what waits or runs there; prerequisites do not bind a teacher. Error conflict when the
    // scenario is not active.
    Training assign(store::Tx& tx, OrganisationId organisation_id, const Assignment& assignment);
    // Error conflict also when the person has not passed a prerequisite.
    Training begin(store::Tx& tx, OrganisationId organisation_id, const Beginning& beginning);
    void cancel(store::Tx& tx, OrganisationId organisation_id, RunId run_id);
    // The headset has received it; the headset runs it. A phase never goes back.
    void fetched(store::Tx& tx, OrganisationId organisation_id, RunId run_id);
    void running(store::Tx& tx, OrganisationId organisation_id, RunId run_id);
    // Scores and finishes it, even one that was cancelled meanwhile, so that no work is lost.
    Training record(store::Tx& tx, OrganisationId organisation_id, RunId run_id, const Record& record);

    // `done` null takes a tick back. Error not_found when the scenario has no such item.
    Training tick(store::Tx& tx, OrganisationId organisation_id, RunId run_id, const std::string& item,
                  std::optional<bool> done, std::optional<PersonId> person_id);
    std::map<std::string, Tick> ticks(store::Read& read, RunId run_id) const;
    Note add_note(store::Tx& tx, OrganisationId organisation_id, RunId run_id, const std::string& text,
                  std::int64_t at_ms, std::optional<PersonId> person_id, std::string_view picture = {});
    void remove_note(store::Tx& tx, OrganisationId organisation_id, RunId run_id, NoteId note_id);
    std::vector<Note> notes(store::Read& read, RunId run_id) const;
    std::optional<std::string> picture(store::Read& read, OrganisationId organisation_id, RunId run_id,
                                       NoteId note_id) const;

    // Sets a teacher's score instead of the computed one, with a reason; null takes it back. Error conflict
    // before the record.
    Training give_score(store::Tx& tx, OrganisationId organisation_id, RunId run_id,
                        const std::optional<double>& score, const std::string& reason,
                        std::optional<PersonId> person_id);

    // ---- for the wiring ----
    // A run of a scenario is a training from its start.
    void run_begun(store::Tx& tx, const runs::Run& run);
    // The lesson ended before its scenario was recorded; a record that comes late still counts.
    void run_finished(store::Tx& tx, const runs::Run& run);
    // The run goes, and the training with it: one that is still open is cancelled first, so that its headset
    // hears of it.
    void run_erased(store::Tx& tx, OrganisationId organisation_id, RunId run_id);

    // The code that linked a headset (training dialect). Pairing used it up; the headset goes on showing it.
    void keep_code(store::Tx& tx, DeviceId device_id, int code);
    int code_of(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const; // 0: none

    // In the transaction of a record, once per run: this is where experience is given.
    store::During<Training> recorded;
    // After the commit, on the writer thread, when anything of it changed; with the ticks and notes as they
    // are then.
    struct Shown {
        Training training;
        std::map<std::string, Tick> ticks;
        std::vector<Note> notes;
        scenarios::Content content;
    };
    store::After<Shown> changed;

private:
    Training make(store::Tx& tx, OrganisationId organisation_id, const runs::NewRun& run,
                  std::optional<PersonId> assigned_by);
    scenarios::Scenario startable(store::Read& read, OrganisationId organisation_id,
                                  ScenarioId scenario_id) const; // Error conflict when it is not active
    void reckon(store::Tx& tx, const Training& training);
    void tell(store::Tx& tx, OrganisationId organisation_id, RunId run_id);
    void require(store::Tx& tx, OrganisationId organisation_id, RunId run_id);

    runs::Runs& runs_;
    scenarios::Scenarios& scenarios_;
    devices::Devices& devices_;
};

// Whether a run is the caller's: the student's, and until it ends its headset's, unless somebody else has
// signed in there.
bool is_own(const runs::Run& run, const platform::Caller& caller);

// Accepts numbers and truth values as they come on the wire, also as texts.
scenarios::Performance performance_of(const Training& training, const std::map<std::string, Tick>& ticks);

nlohmann::json json_of(const Training& training); // its place in the queue
nlohmann::json json_of(const Note& note);
nlohmann::json json_of(const GivenScore& given);
// The checklist, item by item: what a teacher ticked, else what the headset recorded, else null.
nlohmann::json items_json(const Training& training, const scenarios::Content& content,
                          const std::map<std::string, Tick>& ticks);

} // namespace trainings
