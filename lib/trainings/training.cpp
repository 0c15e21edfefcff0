#include "trainings/training.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/error.h"

namespace trainings {

namespace {

using Json = nlohmann::json;

// The run itself is read by its own module.
constexpr store::SqlText training_columns = R"sql(
    SELECT t.run_id, r.organisation_id, s.id, s.title, r.scenario_version, t.phase, t.assigned_by,
           t.assigned_ms, t.fetched_ms, t.running_ms, t.recorded_ms, t.metrics, t.checklist,
           t.additional_info, t.resolution, t.escalated, t.reckoned_score, t.passed, t.lines,
           t.given_score, t.given_reason, g.id, g.nickname, t.given_ms
    FROM trainings t JOIN runs r ON r.id = t.run_id LEFT JOIN scenarios s ON s.id = r.scenario_id
    LEFT JOIN persons g ON g.id = t.given_by )sql";

Training training_of(const store::Statement& rows) {
    Training training;
    rows.read(training.run.id, training.run.organisation_id, training.scenario, training.phase,
              training.assigned_by, training.assigned_ms, training.fetched_ms, training.running_ms,
              training.recorded_ms, training.metrics, training.checklist, training.additional_info,
              training.resolution, training.escalated, training.reckoned_score, training.passed,
              training.lines, training.given);
    return training;
}

std::vector<Training> trainings_of(store::Read& read, const runs::Runs& runs, store::Statement rows) {
    std::vector<Training> trainings;
    while (rows.step())
        trainings.push_back(training_of(rows));
    for (Training& training : trainings)
        training.run = runs.get(read, training.run.organisation_id, training.run.id);
    return trainings;
}

// The person who signed in on the headset since it was assigned gets the run, unless a teacher said whose it
// is.
void name_by_headset(store::Tx& tx, runs::Runs& runs, const devices::Devices& devices, const runs::Run& run) {
    if (run.person || !run.device_id) return;
    const auto device = devices.find(tx, run.organisation_id, *run.device_id);
    if (device && device->person) runs.name(tx, run.organisation_id, run.id, device->person->id);
}

} // namespace

bool is_open(Phase phase) {
    return phase != Phase::recorded && phase != Phase::cancelled;
}

std::int64_t Training::begun_ms() const {
    return running_ms && !fetched_ms ? *running_ms : fetched_ms.value_or(assigned_ms);
}

std::optional<Training> Trainings::find(store::Read& read, OrganisationId organisation_id,
                                        RunId run_id) const {
    static constexpr auto by_run = training_columns + "WHERE r.organisation_id = ? AND t.run_id = ?";
    auto found = trainings_of(read, runs_, read.query(by_run, organisation_id, run_id));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Training Trainings::get(store::Read& read, OrganisationId organisation_id, RunId run_id) const {
    auto found = find(read, organisation_id, run_id);
    if (!found) platform::throw_not_found("run of a scenario");
    return *std::move(found);
}

std::optional<Training> Trainings::open_on(store::Read& read, OrganisationId organisation_id,
                                           DeviceId device_id) const {
    static constexpr auto newest_open_on = training_columns + R"sql(
        WHERE r.device_id = ? AND r.organisation_id = ? AND r.session_id IS NULL
          AND t.phase IN ('assigned', 'fetched', 'running') ORDER BY t.run_id DESC LIMIT 1)sql";
    auto found = trainings_of(read, runs_, read.query(newest_open_on, device_id, organisation_id));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Training> Trainings::queue(store::Read& read, OrganisationId organisation_id) const {
    static constexpr auto newest_of_each_headset = training_columns + R"sql(
        WHERE r.organisation_id = ?1 AND t.run_id IN (
            SELECT max(t2.run_id) FROM trainings t2 JOIN runs r2 ON r2.id = t2.run_id
            JOIN devices d ON d.id = r2.device_id
            WHERE r2.organisation_id = ?1 AND d.paired = 1 AND t2.phase <> 'cancelled'
              AND r2.session_id IS NULL
            GROUP BY r2.device_id)
        ORDER BY t.run_id)sql";
    return trainings_of(read, runs_, read.query(newest_of_each_headset, organisation_id));
}

std::vector<Training> Trainings::all_open(store::Read& read) const {
    static constexpr auto open_on_any_headset = training_columns + R"sql(
        WHERE t.phase IN ('assigned', 'fetched', 'running') AND r.session_id IS NULL ORDER BY t.run_id)sql";
    return trainings_of(read, runs_, read.query(open_on_any_headset));
}

std::vector<Training> Trainings::of_person(store::Read& read, OrganisationId organisation_id,
                                           PersonId person_id, std::int64_t limit) const {
    static constexpr auto newest_first = training_columns + R"sql(
        WHERE r.organisation_id = ? AND r.person_id = ? AND t.phase <> 'cancelled'
        ORDER BY t.run_id DESC LIMIT ?)sql";
    return trainings_of(read, runs_, read.query(newest_first, organisation_id, person_id, limit));
}

scenarios::Scenario Trainings::scenario_of(store::Read& read, const Training& training) const {
    return scenarios_.get_version(read, training.run.organisation_id, training.scenario.id,
                                  training.scenario.version);
}

std::vector<scenarios::ScenarioReference> Trainings::missing_prerequisites(
    store::Read& read, const scenarios::Scenario& scenario, PersonId person_id) const {
    std::vector<scenarios::ScenarioReference> missing;
    auto rows = read.query(
        "SELECT s.id, s.title, s.version FROM scenario_prerequisites p JOIN scenarios s ON s.id = "
        "p.required_id"
        " WHERE p.scenario_id = ?1 AND s.organisation_id = ?2 AND NOT EXISTS (SELECT 1 FROM runs r"
        " WHERE r.scenario_id = s.id AND r.person_id = ?3 AND r.completed = 1) ORDER BY s.id",
        scenario.id, scenario.organisation_id, person_id);
    while (rows.step())
        rows.read(missing.emplace_back());
    return missing;
}

scenarios::Scenario Trainings::startable(store::Read& read, OrganisationId organisation_id,
                                         ScenarioId scenario_id) const {
    scenarios::Scenario scenario = scenarios_.get(read, organisation_id, scenario_id);
    if (scenario.archived || !scenario.content.active)
        platform::throw_conflict("The scenario \"" + scenario.content.title + "\" is not active.");
    return scenario;
}

Training Trainings::make(store::Tx& tx, OrganisationId organisation_id, const runs::NewRun& run,
                         std::optional<PersonId> assigned_by) {
    if (run.device_id)
        if (const auto open = open_on(tx, organisation_id, *run.device_id))
            cancel(tx, organisation_id, open->run.id);
    const runs::Run made = runs_.begin(tx, organisation_id, run);
    if (assigned_by) tx.run("UPDATE trainings SET assigned_by = ?2 WHERE run_id = ?1", made.id, assigned_by);
    Training training = get(tx, organisation_id, made.id);
    changed(tx, {training, {}, {}, scenario_of(tx, training).content}); // a new one has no more
    return training;
}

Training Trainings::assign(store::Tx& tx, OrganisationId organisation_id, const Assignment& assignment) {
    const auto scenario = startable(tx, organisation_id, assignment.scenario_id);
    const auto device = devices_.get(tx, organisation_id, assignment.device_id);
    if (!device.paired) platform::throw_conflict("The headset \"" + device.name + "\" is not paired.");
    runs::NewRun run;
    run.device_id = device.id;
    run.person_id = assignment.person_id;
    if (!run.person_id && device.person) run.person_id = device.person->id;
    run.scenario_id = scenario.id;
    run.scenario_version = scenario.version;
    run.origin = assignment.origin;
    run.waiting = true;
    return make(tx, organisation_id, run, assignment.assigned_by);
}

Training Trainings::begin(store::Tx& tx, OrganisationId organisation_id, const Beginning& beginning) {
    const auto scenario = startable(tx, organisation_id, beginning.scenario_id);
    if (beginning.person_id) {
        std::string names;
        for (const auto& missing : missing_prerequisites(tx, scenario, *beginning.person_id))
            names += (names.empty() ? "\"" : ", \"") + missing.title + "\"";
        if (!names.empty()) platform::throw_conflict("To be completed first: " + names + ".");
    }
    runs::NewRun run;
    run.device_id = beginning.device_id;
    run.person_id = beginning.person_id;
    run.scenario_id = scenario.id;
    run.scenario_version = scenario.version;
    run.origin = beginning.origin;
    return make(tx, organisation_id, run, std::nullopt);
}

void Trainings::cancel(store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
    const Training training = get(tx, organisation_id, run_id);
    if (training.phase == Phase::recorded) platform::throw_conflict("This run is recorded already.");
    if (training.phase == Phase::cancelled) return;
    tx.run("UPDATE trainings SET phase = 'cancelled' WHERE run_id = ?", run_id);
    runs_.finish(tx, organisation_id, run_id, tx.now_ms());
    tell(tx, organisation_id, run_id);
}

void Trainings::fetched(store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
    require(tx, organisation_id, run_id);
    if (tx.run(
            "UPDATE trainings SET phase = 'fetched', fetched_ms = ? WHERE run_id = ? AND phase = 'assigned'",
            tx.now_ms(), run_id) == 0)
        return;
    runs_.start(tx, organisation_id, run_id);
    name_by_headset(tx, runs_, devices_, runs_.get(tx, organisation_id, run_id));
    tell(tx, organisation_id, run_id);
}

void Trainings::running(store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
    require(tx, organisation_id, run_id);
    if (tx.run("UPDATE trainings SET phase = 'running', running_ms = ? WHERE run_id = ?"
               " AND phase IN ('assigned', 'fetched')",
               tx.now_ms(), run_id) == 0)
        return;
    runs_.start(tx, organisation_id, run_id);
    tell(tx, organisation_id, run_id);
}

Training Trainings::record(store::Tx& tx, OrganisationId organisation_id, RunId run_id,
                           const Record& record) {
    require(tx, organisation_id, run_id);
    if (Training known = get(tx, organisation_id, run_id); known.phase == Phase::recorded) return known;
    tx.run(
        "UPDATE trainings SET phase = 'recorded', recorded_ms = ?, metrics = ?, checklist = ?,"
        " additional_info = ?, resolution = ?, escalated = ? WHERE run_id = ?",
        tx.now_ms(), record.metrics, record.checklist, record.additional_info, record.resolution,
        record.escalated, run_id);
    name_by_headset(tx, runs_, devices_, runs_.finish(tx, organisation_id, run_id, tx.now_ms()));
    reckon(tx, get(tx, organisation_id, run_id));
    Training done = get(tx, organisation_id, run_id);
    recorded(tx, done);
    tell(tx, organisation_id, run_id);
    return done;
}

// Computes the score by the criteria, and the score that counts. A recorded training was done to its end.
void Trainings::reckon(store::Tx& tx, const Training& training) {
    const OrganisationId organisation_id = training.run.organisation_id;
    const RunId run_id = training.run.id;
    const auto rules = scenario_of(tx, training).content.rules();
    const scenarios::Score score = scenarios::assess(rules, performance_of(training, ticks(tx, run_id)));
    Json lines = Json::array();
    for (const scenarios::ScoreLine& line : score.lines)
        lines.push_back(scenarios::json_of(line));
    const std::string text = lines.dump();
    const bool passed = training.given ? training.given->score >= rules.pass_score : score.passed;
    tx.run("UPDATE trainings SET reckoned_score = ?, passed = ?, lines = ? WHERE run_id = ?", score.percent,
           passed, text, run_id);
    runs::RunChange result;
    result.progress = 1;
    result.completed = passed;
    result.score = training.given ? std::optional(training.given->score) : score.percent;
    runs_.change(tx, organisation_id, run_id, result);
}

Training Trainings::tick(store::Tx& tx, OrganisationId organisation_id, RunId run_id, const std::string& item,
                         std::optional<bool> done, std::optional<PersonId> person_id) {
    require(tx, organisation_id, run_id);
    const Training training = get(tx, organisation_id, run_id);
    const auto items = scenario_of(tx, training).content.checklist;
    if (std::ranges::find(items, item, &scenarios::ChecklistItem::key) == items.end())
        platform::throw_not_found("item of the checklist");
    if (done)
        tx.run(
            "INSERT INTO training_ticks (run_id, item, done, person_id, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
            " ON CONFLICT (run_id, item) DO UPDATE SET done = ?3, person_id = ?4, at_ms = ?5",
            run_id, item, *done, person_id, tx.now_ms());
    else
        tx.run("DELETE FROM training_ticks WHERE run_id = ? AND item = ?", run_id, item);
    if (training.phase == Phase::recorded) reckon(tx, training);
    tell(tx, organisation_id, run_id);
    return get(tx, organisation_id, run_id);
}

std::map<std::string, Tick> Trainings::ticks(store::Read& read, RunId run_id) const {
    std::map<std::string, Tick> ticks;
    auto rows = read.query(
        "SELECT t.item, t.done, p.id, p.nickname, t.at_ms FROM training_ticks t"
        " LEFT JOIN persons p ON p.id = t.person_id WHERE t.run_id = ?",
        run_id);
    while (rows.step()) {
        std::string item;
        Tick tick;
        rows.read(item, tick.done, tick.by, tick.at_ms);
        ticks.emplace(std::move(item), std::move(tick));
    }
    return ticks;
}

Note Trainings::add_note(store::Tx& tx, OrganisationId organisation_id, RunId run_id, const std::string& text,
                         std::int64_t at_ms, std::optional<PersonId> person_id, std::string_view picture) {
    require(tx, organisation_id, run_id);
    if (tx.integer("SELECT count(*) FROM training_notes WHERE run_id = ?", run_id).value_or(0) >= most_notes)
        platform::throw_conflict("There are " + std::to_string(most_notes) + " notes on this run already.");
    const NoteId id =
        tx.insert<NoteId>("INSERT INTO training_notes (run_id, person_id, at_ms, text) VALUES (?, ?, ?, ?)",
                          run_id, person_id, at_ms, text);
    if (!picture.empty())
        tx.run("UPDATE training_notes SET picture = ? WHERE id = ?", store::Blob{picture}, id);
    tell(tx, organisation_id, run_id);
    for (const Note& note : notes(tx, run_id))
        if (note.id == id) return note;
    platform::throw_not_found("note");
}

void Trainings::remove_note(store::Tx& tx, OrganisationId organisation_id, RunId run_id, NoteId note_id) {
    require(tx, organisation_id, run_id);
    if (tx.run("DELETE FROM training_notes WHERE run_id = ? AND id = ?", run_id, note_id) == 0)
        platform::throw_not_found("note");
    tell(tx, organisation_id, run_id);
}

std::vector<Note> Trainings::notes(store::Read& read, RunId run_id) const {
    std::vector<Note> notes;
    auto rows = read.query(
        "SELECT n.id, n.run_id, p.id, p.nickname, n.at_ms, n.text, n.picture IS NOT NULL FROM training_notes "
        "n"
        " LEFT JOIN persons p ON p.id = n.person_id WHERE n.run_id = ? ORDER BY n.at_ms, n.id",
        run_id);
    while (rows.step()) {
        Note& note = notes.emplace_back();
        rows.read(note.id, note.run_id, note.by, note.at_ms, note.text, note.has_picture);
    }
    return notes;
}

std::optional<std::string> Trainings::picture(store::Read& read, OrganisationId organisation_id, RunId run_id,
                                              NoteId note_id) const {
    get(read, organisation_id, run_id);
    auto rows = read.query("SELECT picture FROM training_notes WHERE run_id = ? AND id = ?", run_id, note_id);
    return rows.step() ? rows.values<std::optional<std::string>>() : std::nullopt;
}

Training Trainings::give_score(store::Tx& tx, OrganisationId organisation_id, RunId run_id,
                               const std::optional<double>& score, const std::string& reason,
                               std::optional<PersonId> person_id) {
    if (get(tx, organisation_id, run_id).phase != Phase::recorded)
        platform::throw_conflict("A score is given once the run is recorded.");
    const std::optional<std::int64_t> at_ms = score ? std::optional(tx.now_ms()) : std::nullopt;
    tx.run(
        "UPDATE trainings SET given_score = ?, given_reason = ?, given_by = ?, given_ms = ? WHERE run_id = ?",
        score, score ? reason : std::string(), score ? person_id : std::nullopt, at_ms, run_id);
    reckon(tx, get(tx, organisation_id, run_id));
    tell(tx, organisation_id, run_id);
    return get(tx, organisation_id, run_id);
}

void Trainings::tell(store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
    if (!changed.is_heard()) return;
    Shown shown{get(tx, organisation_id, run_id), ticks(tx, run_id), notes(tx, run_id), {}};
    shown.content = scenario_of(tx, shown.training).content;
    changed(tx, std::move(shown));
}

void Trainings::require(store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
    if (!runs_.get(tx, organisation_id, run_id).scenario_id) platform::throw_not_found("run of a scenario");
}

void Trainings::run_begun(store::Tx& tx, const runs::Run& run) {
    if (!run.scenario_id) return;
    const Phase phase = run.waiting ? Phase::assigned : Phase::running;
    tx.run("INSERT INTO trainings (run_id, phase, assigned_ms, running_ms) VALUES (?1, ?2, ?3, ?4)", run.id,
           phase, run.started_ms, run.waiting ? std::nullopt : std::optional(run.started_ms));
}

void Trainings::run_finished(store::Tx& tx, const runs::Run& run) {
    if (!run.scenario_id) return;
    tx.run(
        "UPDATE trainings SET phase = 'cancelled' WHERE run_id = ? AND phase IN ('assigned', 'fetched', "
        "'running')",
        run.id);
}

void Trainings::run_erased(store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
    const auto training = find(tx, organisation_id, run_id);
    if (!training) return;
    if (is_open(training->phase)) cancel(tx, organisation_id, run_id);
    tx.run("DELETE FROM trainings WHERE run_id = ?", run_id);
}

void Trainings::keep_code(store::Tx& tx, DeviceId device_id, int code) {
    tx.run("INSERT INTO training_codes (device_id, code) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET code = ?2",
           device_id, code);
}

int Trainings::code_of(store::Read& read, OrganisationId organisation_id, DeviceId device_id) const {
    const auto code = read.integer(
        "SELECT c.code FROM training_codes c JOIN devices d ON d.id = c.device_id"
        " WHERE d.organisation_id = ? AND d.id = ?",
        organisation_id, device_id);
    return static_cast<int>(code.value_or(0));
}

bool is_own(const runs::Run& run, const platform::Caller& caller) {
    if (run.person && caller.person_id) return run.person->id == caller.person_id;
    return run.device_id && caller.device_id == *run.device_id && !run.ended_ms;
}

} // namespace trainings
