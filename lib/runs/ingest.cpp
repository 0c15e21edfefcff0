#include "runs/ingest.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>

#include "platform/error.h"
#include "runs/event_parser.h"
#include "runs/event_text.h"

namespace runs {

namespace {

// A headset outside any lesson that has been silent for so long and speaks again has begun something new.
constexpr std::int64_t events_run_silence_ms = 30 * 60'000;
constexpr std::size_t runs_in_memory = 512;

Rollup rollup_of(const store::Statement& rows) {
    Rollup rollup;
    rollup.events = rows.integer(0);
    rollup.first_ms = rows.optional_integer(1);
    rollup.last_ms = rows.optional_integer(2);
    rollup.gaze = grid_from(rows.text(3));
    for (const std::uint32_t count : rollup.gaze) {
        rollup.gaze_total += count;
    }
    rollup.kinds = totals_from(rows.text(4));
    rollup.zones = totals_from(rows.text(5));
    rollup.targets = totals_from(rows.text(6));
    rollup.open_zones = totals_from(rows.text(7));
    return rollup;
}

Rollup read_rollup(store::Read& read, std::int64_t organisation_id, std::int64_t run_id) {
    auto rows = read.query(
        "SELECT u.events, u.first_ms, u.last_ms, u.gaze, u.kinds, u.zones, u.targets, u.open_zones FROM "
        "run_rollups u"
        " JOIN runs r ON r.id = u.run_id WHERE r.organisation_id = ? AND u.run_id = ?",
        organisation_id, run_id);
    return rows.step() ? rollup_of(rows) : Rollup{};
}

} // namespace

// What is known of a run that takes events; written through, and forgotten when a transaction that changed it
// fails.
struct Known {
    std::int64_t organisation_id = 0;
    std::int64_t device_id = 0; // 0: none
    Rollup rollup;
    std::list<std::int64_t>::iterator place;
};

struct Ingest::Impl {
    explicit Impl(Runs& all_runs) : runs(all_runs) {}

    Runs& runs;
    CurrentRun current_run;
    EventParser parser;
    std::unordered_map<std::int64_t, Known> known;
    std::list<std::int64_t> by_use;                              // the latest used first
    std::string events, gaze, kinds, zones, targets, open_zones; // kept for their memory

    void forget(std::int64_t run_id) {
        if (auto found = known.find(run_id); found != known.end()) {
            by_use.erase(found->second.place);
            known.erase(found);
        }
    }

    Known& remember(store::Read& read, const Run& run) {
        if (auto found = known.find(run.id); found != known.end()) {
            by_use.splice(by_use.begin(), by_use, found->second.place);
            return found->second;
        }
        if (known.size() >= runs_in_memory) forget(by_use.back());
        Rollup rollup = read_rollup(read, run.organisation_id, run.id);
        by_use.push_front(run.id);
        return known
            .emplace(run.id,
                     Known{run.organisation_id, run.device_id.value_or(0), std::move(rollup), by_use.begin()})
            .first->second;
    }

    // The run that the sender names, if it may: a headset its own or one without headset, a site key any of
    // its organisation.
    Known& named(store::Tx& tx, const Sender& sender, std::int64_t run_id) {
        const auto fits = [&](const Known& run) {
            return run.organisation_id == sender.organisation_id &&
                   (sender.device_id == 0 || run.device_id == 0 || run.device_id == sender.device_id);
        };
        if (auto found = known.find(run_id); found != known.end() && fits(found->second)) {
            by_use.splice(by_use.begin(), by_use, found->second.place);
            return found->second;
        }
        forget(run_id);
        Known& run = remember(tx, runs.get(tx, sender.organisation_id, run_id));
        if (!fits(run)) platform::throw_not_found("run");
        return run;
    }

    // A run for events that do not say theirs. One is opened only for a batch that was not stored before.
    std::int64_t unnamed(store::Tx& tx, const Sender& sender, std::string_view batch_id) {
        if (sender.device_id == 0)
            platform::throw_invalid("run_id", "is missing: a site key has no run of its own");
        const auto current = runs.current(tx, sender.organisation_id, sender.device_id);
        const auto silent_since = current ? silent_since_ms(tx, *current) : std::nullopt;
        if (current && !silent_since) return current->id;
        if (const auto stored =
                tx.integer("SELECT run_id FROM event_batches WHERE sender = ? AND batch_id = ?",
                           sender.device_id, batch_id))
            return *stored;
        if (current) runs.finish(tx, sender.organisation_id, current->id, *silent_since);
        if (current_run) {
            if (const auto found = current_run(tx, sender.organisation_id, sender.device_id)) return *found;
        }
        NewRun opened;
        opened.device_id = sender.device_id;
        opened.origin = "events";
        return runs.begin(tx, sender.organisation_id, opened).id;
    }

    static std::optional<std::int64_t> silent_since_ms(store::Tx& tx, const Run& run) {
        if (run.origin != "events") return std::nullopt;
        const auto received_ms = tx.integer("SELECT received_ms FROM run_rollups WHERE run_id = ?", run.id);
        const bool silent = received_ms && tx.now_ms() - *received_ms > events_run_silence_ms;
        return silent ? received_ms : std::nullopt;
    }

    void write_rollup(store::Tx& tx, std::int64_t run_id, const Rollup& rollup) {
        for (std::string* text : {&gaze, &kinds, &zones, &targets, &open_zones}) {
            text->clear();
        }
        append_grid(gaze, rollup.gaze);
        append_totals(kinds, rollup.kinds);
        append_totals(zones, rollup.zones);
        append_totals(targets, rollup.targets);
        append_totals(open_zones, rollup.open_zones);
        tx.run(
            "INSERT INTO run_rollups (run_id, events, first_ms, last_ms, received_ms, gaze, kinds, zones, "
            "targets,"
            " open_zones) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET events = "
            "excluded.events,"
            " first_ms = excluded.first_ms, last_ms = excluded.last_ms, received_ms = excluded.received_ms,"
            " gaze = excluded.gaze, kinds = excluded.kinds, zones = excluded.zones, targets = "
            "excluded.targets,"
            " open_zones = excluded.open_zones",
            run_id, rollup.events, rollup.first_ms, rollup.last_ms, tx.now_ms(), gaze, kinds, zones, targets,
            open_zones);
    }

    static Stored repeated(store::Tx& tx, std::int64_t sender, std::string_view batch_id) {
        auto rows =
            tx.query("SELECT run_id, count, total FROM event_batches WHERE sender = ? AND batch_id = ?",
                     sender, batch_id);
        if (!rows.step()) throw platform::Error(platform::ErrorKind::internal, "a stored batch is not there");
        return {rows.integer(0), std::string(batch_id), rows.integer(1), rows.integer(2), true};
    }

    Stored store_batch(store::Tx& tx, const Sender& sender, std::int64_t run_id, Known& run,
                       std::string_view batch_id, std::span<const Event> batch) {
        const std::int64_t source = sender.device_id != 0 ? sender.device_id : -run_id;
        const std::int64_t base_ms = batch.empty() ? tx.now_ms() : batch.front().at_ms;
        const auto count = static_cast<std::int64_t>(batch.size());
        events.clear();
        append_events(events, batch, base_ms);
        const std::int64_t added = tx.run(
            "INSERT INTO event_batches (run_id, sender, batch_id, received_ms, base_ms, count, total, events)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, batch_id) DO NOTHING",
            run_id, source, batch_id, tx.now_ms(), base_ms, count, run.rollup.events + count, events);
        if (added == 0) return repeated(tx, source, batch_id);
        tx.on_rollback([this, run_id] { forget(run_id); });
        for (const Event& event : batch) {
            run.rollup.add(event);
        }
        write_rollup(tx, run_id, run.rollup);
        return {run_id, std::string(batch_id), count, run.rollup.events, false};
    }
};

Ingest::Ingest(Runs& runs) : impl_(std::make_unique<Impl>(runs)) {}
Ingest::~Ingest() = default;

void Ingest::on_unnamed_run(CurrentRun current_run) {
    impl_->current_run = std::move(current_run);
}

Stored Ingest::take_json(store::Tx& tx, const Sender& sender, std::optional<std::int64_t> run_id,
                         std::string& body) {
    const Batch& batch = impl_->parser.parse(body);
    if (!run_id)
        run_id = batch.run_id;
    else if (batch.run_id && batch.run_id != run_id)
        platform::throw_invalid("run_id", "must be the run of the path, or absent");
    const std::int64_t id = run_id ? *run_id : impl_->unnamed(tx, sender, batch.batch_id);
    return impl_->store_batch(tx, sender, id, impl_->named(tx, sender, id), batch.batch_id, batch.events);
}

Stored Ingest::take(store::Tx& tx, const Sender& sender, const Run& run, std::string_view batch_id,
                    std::span<const Event> events) {
    return impl_->store_batch(tx, sender, run.id, impl_->remember(tx, run), batch_id, events);
}

void Ingest::forget(std::int64_t run_id) {
    impl_->forget(run_id);
}

Rollup Ingest::rollup(store::Read& read, std::int64_t organisation_id, std::int64_t run_id) {
    return read_rollup(read, organisation_id, run_id);
}

} // namespace runs
