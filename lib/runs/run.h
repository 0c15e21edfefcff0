// Runs: one student doing one lesson or scenario on one headset. Student, lesson, session and headset may
// each be unknown at first and named later; a finished run still takes late events.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"
#include "platform/random.h"
#include "store/page.h"
#include "store/transaction.h"

namespace runs {

enum class RunState { running, finished };
std::string_view name_of(RunState state);

struct Run {
    std::int64_t id = 0;
    std::string public_id;
    std::int64_t organisation_id = 0;
    std::optional<std::int64_t> session_id, lesson_id, device_id, seat_id;
    std::optional<people::PersonReference> person;
    RunState state = RunState::running;
    std::string origin; // "session", "events" (opened by its events), a dialect's name
    std::int64_t started_ms = 0;
    std::optional<std::int64_t> ended_ms;
    std::int64_t time_in_lesson_ms = 0;           // complete up to counting_from_ms
    std::optional<std::int64_t> counting_from_ms; // set while the lesson plays on a headset that is there
    double progress = 0;                          // 0 to 1
    bool completed = false;
    std::optional<double> score;
    std::string data = "{}"; // JSON: progress data, additional information, what a dialect keeps

    std::int64_t time_in_lesson_at(std::int64_t now_ms) const;
};

struct NewRun {
    std::optional<std::int64_t> session_id, lesson_id, device_id, seat_id, person_id;
    std::string origin = "session";
    std::string public_id;                        // "": a random UUID
    std::optional<std::int64_t> started_ms;       // none: now
    std::optional<std::int64_t> counting_from_ms; // none: its time does not count yet
    std::string data = "{}";
};

struct RunFilter {
    std::optional<std::int64_t> session_id, person_id, device_id, lesson_id;
    std::optional<RunState> state;
    std::string origin; // "": any
};

// What is absent stays as it is.
struct RunChange {
    std::optional<std::optional<std::int64_t>> person_id, lesson_id, device_id;
    std::optional<double> progress;
    std::optional<bool> completed;
    std::optional<double> score;
    std::optional<std::string> data;
    std::optional<std::int64_t> started_ms;
};

class Runs {
public:
    explicit Runs(platform::Random& random) : random_(random) {}

    Run begin(store::Tx& tx, std::int64_t organisation_id, const NewRun& run);
    std::optional<Run> find(store::Read& read, std::int64_t organisation_id, std::int64_t id);
    Run get(store::Read& read, std::int64_t organisation_id, std::int64_t id); // Error not_found
    std::optional<Run> find_public(store::Read& read, std::int64_t organisation_id,
                                   std::string_view public_id);
    store::Page<Run> list(store::Read& read, std::int64_t organisation_id, const RunFilter& filter,
                          const store::PageRequest& page); // newest first
    // The running run of a headset; the newest when there are several.
    std::optional<Run> current(store::Read& read, std::int64_t organisation_id, std::int64_t device_id);

    Run change(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, const RunChange& change);
    // Says whose it is, or takes that back. Error not_found when the person is not of the organisation.
    Run name(store::Tx& tx, std::int64_t organisation_id, std::int64_t id,
             std::optional<std::int64_t> person_id);
    // The time in the lesson counts from, or up to, that moment.
    void count_from(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t at_ms);
    void count_until(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t at_ms);
    // Ends it. Of a lesson's run the progress is the share that was watched; a lesson with an open end is
    // completed by being there at its end. A finished one stays as it is.
    Run finish(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t ended_ms);

private:
    platform::Random& random_;
};

nlohmann::json json_of(const Run& run);

} // namespace runs
