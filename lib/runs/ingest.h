// Takes events at the rate of many classrooms: batches of about a hundred, each stored in the transaction
// that also updates its run's rollups. Everything here happens on the writer thread.
//
// A batch has an identity given by its sender (a headset, or the run itself for a site key): an id, or its number
// in one boot of the headset. A batch sent twice is stored once and answered the same, also over another
// connection or after a restart of the server. Other events under an identity that is taken are a conflict.
//
// An event that can't be kept is left out and named in the answer; the batch goes in without it. Unlikely times are
// kept: the answer says so, and so does the board, because nobody can tell any more what they should have been.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"
#include "runs/event.h"
#include "runs/refused_event.h"
#include "runs/rollup.h"
#include "runs/run.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace runs {

constexpr std::size_t batch_events_limit = 10'000;

// Further ahead than any clock that was set, further behind than a headset that lay in a drawer over the holidays.
constexpr std::int64_t unlikely_ahead_ms = 10 * 60'000, unlikely_behind_ms = 100LL * 24 * 3600 * 1000;

struct Sender {
    OrganisationId organisation_id;
    DeviceId device_id; // 0: a site key, which must name the run
};

struct Stored {
    RunId run_id;
    std::string batch_id;
    std::int64_t stored = 0;                    // events of this batch
    std::int64_t total = 0;                     // events of the run, including this batch
    std::optional<std::int64_t> reported_total; // of the run; the most its headset has said
    bool repeated = false;
    std::string boot_id;               // of a numbered batch
    std::int64_t number = 0;           // 0: it has none
    std::vector<RefusedEvent> refused; // the first hundred
    std::size_t refused_count = 0;
    std::int64_t unlikely = 0; // events at unlikely times
    std::int64_t off_ms = 0;   // how far the worst of them is from now: positive is ahead
};

class Ingest {
public:
    // Finds or begins the run for a headset's events that name none; nullopt: there is none, and a run of
    // origin `events` opens. The Director knows which lesson the headset is in.
    using CurrentRun =
        std::function<std::optional<RunId>(store::Tx&, OrganisationId organisation_id, DeviceId device_id)>;

    explicit Ingest(Runs& runs);
    ~Ingest();
    void on_unnamed_run(CurrentRun current_run);

    // {batch_id or boot_id and number, run_id?, reported_total?, events: [...]}; `run_id` from the path, when
    // there. `body` is changed. Error invalid names every faulty field of the batch itself, and then nothing is
    // stored; conflict: the batch's identity belongs to other events.
    Stored take_json(store::Tx& tx, const Sender& sender, std::optional<RunId> run_id, std::string& body);

    // For dialects, which have parsed and checked the events themselves. A batch without an id of its own is
    // identified by its content.
    Stored take(store::Tx& tx, const Sender& sender, const Run& run, std::string_view batch_id,
                std::span<const Event> events);

    // A headset's newest events are that far off, or no longer: told when it changes.
    store::After<DeviceId, std::optional<std::int64_t>> times_off;

    // A run was erased.
    void forget(RunId run_id);

    // The rollup of a run without events is empty.
    static Rollup rollup(store::Read& read, OrganisationId organisation_id, RunId run_id);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace runs
