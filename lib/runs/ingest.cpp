#include "runs/ingest.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"
#include "runs/event_parser.h"
#include "runs/event_text.h"
#include "runs/slice.h"

namespace runs {

namespace {

// When a headset outside any lesson speaks again after this long a silence, it has begun something new.
constexpr std::int64_t events_run_silence_ms = 30 * 60'000;
constexpr std::size_t runs_in_memory = 512;
constexpr std::size_t slices_in_memory = 4; // of a run: events out of order are seldom far off

Rollup rollup_of(const store::Statement& rows) {
    Rollup rollup;
    const auto into = [](Totals& totals) {
        return [&totals](std::string_view text) { totals = totals_from(text); };
    };
    const auto gaze = [&rollup](std::string_view text) { rollup.gaze = grid_from(text); };
    rows.read(rollup.events, rollup.first_ms, rollup.last_ms, gaze, into(rollup.kinds), into(rollup.zones),
              into(rollup.targets), into(rollup.open_zones), rollup.reported_total);
    for (const std::uint32_t count : rollup.gaze) {
        rollup.gaze_total += count;
    }
    return rollup;
}

Rollup read_rollup(store::Read& read, OrganisationId organisation_id, RunId run_id) {
    auto rows = read.query(
        "SELECT u.events, u.first_ms, u.last_ms, u.gaze, u.kinds, u.zones, u.targets, u.open_zones,"
        " u.reported FROM run_rollups u JOIN runs r ON r.id = u.run_id WHERE r.organisation_id = ? AND "
        "u.run_id = ?",
        organisation_id, run_id);
    return rows.step() ? rollup_of(rows) : Rollup{};
}

} // namespace

// The state in memory of a run that takes events; written through, and forgotten when a transaction that
// changed it fails.
struct Known {
    OrganisationId organisation_id;
    DeviceId device_id; // none: only a dialect sends
    std::int64_t started_ms = 0;
    bool in_session = false;
    Rollup rollup;
    std::vector<Slice> slices;      // the latest used; the same as on disk
    std::int64_t newest_slice = -1; // the newest one that exists
    std::list<RunId>::iterator place;
};

struct Ingest::Impl {
    explicit Impl(Runs& all_runs) : runs(all_runs) {}

    Runs& runs;
    CurrentRun current_run;
    EventParser parser;
    std::unordered_map<RunId, Known> known;
    std::uint64_t known_since_move = 0;                          // Senders::moves: what is known is no older
    std::list<RunId> by_use;                                     // the latest used first
    std::string events, gaze, kinds, zones, targets, open_zones; // members only to reuse their memory
    std::vector<std::pair<std::int64_t, const Event*>> order;    // by slice, for the present batch
    std::int64_t received_ms = 0;     // of the present batch; of one that was stored before: then
    std::unordered_set<DeviceId> off; // whose newest events have unlikely times

    void forget_what_moved() {
        if (known_since_move == runs.senders().moves()) return;
        known_since_move = runs.senders().moves();
        known.clear();
        by_use.clear();
    }

    void forget(RunId run_id) {
        if (auto found = known.find(run_id); found != known.end()) {
            by_use.erase(found->second.place);
            known.erase(found);
        }
    }

    Known& use(Known& run) {
        by_use.splice(by_use.begin(), by_use, run.place);
        return run;
    }

    Known& remember(store::Read& read, const Run& run) {
        if (auto found = known.find(run.id); found != known.end()) return use(found->second);
        if (known.size() >= runs_in_memory) forget(by_use.back());
        by_use.push_front(run.id);
        Known& made = known[run.id];
        made.organisation_id = run.organisation_id;
        made.device_id = run.device_id.value_or(DeviceId());
        made.started_ms = run.started_ms;
        made.in_session = run.session_id.has_value();
        made.place = by_use.begin();
        made.rollup = read_rollup(read, run.organisation_id, run.id);
        made.newest_slice =
            read.integer("SELECT max(slice) FROM run_slices WHERE run_id = ?", run.id).value_or(-1);
        return made;
    }

    // The run that the sender names, if it is or was on it.
    Known& named(store::Tx& tx, const Sender& sender, RunId run_id) {
        forget_what_moved(); // also a move that finding the run itself has made
        const auto fits = [&](const Known& run) {
            return run.organisation_id == sender.organisation_id && sender.device_id &&
                   (run.device_id == sender.device_id || runs.senders().was_on(tx, run_id, sender.device_id));
        };
        const auto found = known.find(run_id);
        Known& run = found != known.end() ? use(found->second)
                                          : remember(tx, runs.get(tx, sender.organisation_id, run_id));
        if (!fits(run)) platform::throw_not_found("run");
        return run;
    }

    // A run for events that name none. One is opened only for a batch that was not stored before.
    RunId unnamed(store::Tx& tx, const Sender& sender, std::string_view batch_id) {
        if (!sender.device_id)
            platform::throw_invalid("run_id", "is missing: a site key has no run of its own");
        const auto current = runs.current(tx, sender.organisation_id, sender.device_id);
        const auto silent_since = current ? silent_since_ms(tx, *current) : std::nullopt;
        if (current && !silent_since) return current->id;
        if (const auto stored =
                tx.id<RunId>("SELECT run_id FROM event_batches WHERE sender = ? AND batch_id = ?",
                             runs.senders().number_of(tx, sender.device_id), batch_id))
            return *stored;
        if (current) runs.finish(tx, sender.organisation_id, current->id, *silent_since);
        if (current_run) {
            if (const auto found = current_run(tx, sender.organisation_id, sender.device_id)) return *found;
        }
        NewRun opened;
        opened.device_id = sender.device_id;
        opened.origin = Origin::events;
        return runs.begin(tx, sender.organisation_id, opened).id;
    }

    static std::optional<std::int64_t> silent_since_ms(store::Tx& tx, const Run& run) {
        if (run.origin != Origin::events) return std::nullopt;
        const auto received_ms = tx.integer("SELECT received_ms FROM run_rollups WHERE run_id = ?", run.id);
        const bool silent = received_ms && tx.now_ms() - *received_ms > events_run_silence_ms;
        return silent ? received_ms : std::nullopt;
    }

    void write_rollup(store::Tx& tx, RunId run_id, const Rollup& rollup) {
        for (std::string* text : {&gaze, &kinds, &zones, &targets, &open_zones}) {
            text->clear();
        }
        append_grid(gaze, rollup.gaze);
        append_totals(kinds, rollup.kinds);
        append_totals(zones, rollup.zones);
        append_totals(targets, rollup.targets);
        append_totals(open_zones, rollup.open_zones);
        tx.run(
            "INSERT INTO run_rollups (run_id, events, first_ms, last_ms, received_ms, reported, gaze, kinds,"
            " zones, targets, open_zones) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " events = excluded.events, reported = excluded.reported,"
            " first_ms = excluded.first_ms, last_ms = excluded.last_ms, received_ms = excluded.received_ms,"
            " gaze = excluded.gaze, kinds = excluded.kinds, zones = excluded.zones, targets = "
            "excluded.targets,"
            " open_zones = excluded.open_zones",
            run_id, rollup.events, rollup.first_ms, rollup.last_ms, tx.now_ms(), rollup.reported_total, gaze,
            kinds, zones, targets, open_zones);
    }

    // Where in its lesson an event happened. An event that does not say so is placed by its time.
    static std::int64_t position_of(const Known& run, const Event& event) {
        if (event.position_ms) return *event.position_ms;
        return event.at_ms - (run.in_session ? run.started_ms : run.rollup.first_ms.value_or(event.at_ms));
    }

    static Slice& slice_at(store::Read& read, RunId run_id, Known& run, std::int64_t number) {
        for (Slice& slice : run.slices)
            if (slice.number == number) return slice;
        std::optional<Slice> stored;
        if (number <= run.newest_slice) stored = find_slice(read, run_id, number);
        run.newest_slice = std::max(run.newest_slice, number);
        run.slices.push_back(stored ? *std::move(stored) : Slice{});
        run.slices.back().number = number;
        return run.slices.back();
    }

    // Works slice by slice, however the events are mixed.
    void add_to_slices(store::Tx& tx, RunId run_id, Known& run, std::span<const Event> batch) {
        order.clear();
        for (const Event& event : batch)
            order.emplace_back(slice_number(position_of(run, event)), &event);
        const auto by_slice = [](const auto& placed) { return placed.first; };
        if (!std::ranges::is_sorted(order, {}, by_slice)) std::ranges::stable_sort(order, {}, by_slice);
        for (auto at = order.begin(); at != order.end();) {
            Slice& slice = slice_at(tx, run_id, run, at->first);
            for (; at != order.end() && at->first == slice.number; ++at)
                slice.add(*at->second);
            write_slice(tx, run_id, slice);
            if (run.slices.size() > slices_in_memory) run.slices.erase(run.slices.begin());
        }
    }

    // The batch that has this identity. `events` and `base_ms` are those that came with it now.
    Stored repeated(store::Tx& tx, std::int64_t sender, std::string_view batch_id, std::int64_t base_ms) {
        auto rows = tx.query(
            "SELECT b.run_id, b.count, b.total, u.reported, b.events = ? AND (b.count = 0 OR b.base_ms = ?),"
            " b.received_ms"
            " FROM event_batches b LEFT JOIN run_rollups u ON u.run_id = b.run_id"
            " WHERE b.sender = ? AND b.batch_id = ?",
            events, base_ms, sender, batch_id);
        if (!rows.step()) throw platform::Error(platform::ErrorKind::internal, "a stored batch is not there");
        Stored before;
        bool same = false;
        rows.read(before.run_id, before.stored, before.total, before.reported_total, same, received_ms);
        if (!same)
            platform::throw_conflict(
                "A batch with other events is stored under this id already. Give each batch an id of its own, "
                "also after a restart: boot_id and number, or an id that begins with something random.");
        before.batch_id = batch_id;
        before.repeated = true;
        return before;
    }

    Stored store_batch(store::Tx& tx, const Sender& sender, RunId run_id, Known& run,
                       std::string_view batch_id, std::span<const Event> batch,
                       std::optional<std::int64_t> reported_total) {
        const std::int64_t source =
            sender.device_id ? runs.senders().number_of(tx, sender.device_id) : -run_id.value();
        const std::int64_t base_ms = batch.empty() ? tx.now_ms() : batch.front().at_ms;
        const auto count = static_cast<std::int64_t>(batch.size());
        received_ms = tx.now_ms();
        events.clear();
        append_events(events, batch, base_ms);
        std::string by_content;
        if (batch_id.empty()) {
            by_content = "content " + platform::hex(platform::hash_token(events + std::to_string(base_ms)));
            batch_id = by_content;
        }
        const std::int64_t added = tx.run(
            "INSERT INTO event_batches (run_id, sender, batch_id, received_ms, base_ms, count, total, events)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, batch_id) DO NOTHING",
            run_id, source, batch_id, tx.now_ms(), base_ms, count, run.rollup.events + count, events);
        if (added == 0) return repeated(tx, source, batch_id, base_ms);
        tx.on_rollback([this, run_id] { forget(run_id); });
        for (const Event& event : batch) {
            run.rollup.add(event);
        }
        if (reported_total)
            run.rollup.reported_total = std::max(run.rollup.reported_total.value_or(0), *reported_total);
        add_to_slices(tx, run_id, run, batch);
        write_rollup(tx, run_id, run.rollup);
        Stored stored;
        stored.run_id = run_id;
        stored.batch_id = batch_id;
        stored.stored = count;
        stored.total = run.rollup.events;
        stored.reported_total = run.rollup.reported_total;
        return stored;
    }

    // Events at times when no lesson was.
    static void look_at_times(std::int64_t now_ms, std::span<const Event> batch, Stored& stored) {
        for (const Event& event : batch) {
            const std::int64_t off_ms = event.at_ms - now_ms;
            if (off_ms <= unlikely_ahead_ms && off_ms >= -unlikely_behind_ms) continue;
            ++stored.unlikely;
            if (std::abs(off_ms) > std::abs(stored.off_ms)) stored.off_ms = off_ms;
        }
    }
};

Ingest::Ingest(Runs& runs) : impl_(std::make_unique<Impl>(runs)) {}
Ingest::~Ingest() = default;

void Ingest::on_unnamed_run(CurrentRun current_run) {
    impl_->current_run = std::move(current_run);
}

Stored Ingest::take_json(store::Tx& tx, const Sender& sender, std::optional<RunId> run_id,
                         std::string& body) {
    const Batch& batch = impl_->parser.parse(body);
    if (!run_id)
        run_id = batch.run_id;
    else if (batch.run_id && batch.run_id != run_id)
        platform::throw_invalid("run_id", "must be the run of the path, or absent");
    const RunId id = run_id ? *run_id : impl_->unnamed(tx, sender, batch.batch_id);
    Stored stored = impl_->store_batch(tx, sender, id, impl_->named(tx, sender, id), batch.batch_id,
                                       batch.events, batch.reported_total);
    stored.boot_id = batch.boot_id;
    stored.number = batch.number;
    stored.refused = batch.refused;
    stored.refused_count = batch.refused_count;
    // As when it came first, so that a batch sent again is answered the same.
    Impl::look_at_times(impl_->received_ms, batch.events, stored);
    if (!sender.device_id) return stored;
    if (batch.number > 0)
        impl_->runs.numbers().stored(tx, sender.organisation_id, sender.device_id,
                                     impl_->runs.senders().number_of(tx, sender.device_id), batch.boot_id,
                                     batch.number);
    if (stored.unlikely > 0) {
        impl_->off.insert(sender.device_id);
        times_off(tx, sender.device_id, stored.off_ms);
    } else if (impl_->off.erase(sender.device_id) > 0) {
        times_off(tx, sender.device_id, std::nullopt);
    }
    return stored;
}

Stored Ingest::take(store::Tx& tx, const Sender& sender, const Run& run, std::string_view batch_id,
                    std::span<const Event> events) {
    impl_->forget_what_moved();
    return impl_->store_batch(tx, sender, run.id, impl_->remember(tx, run), batch_id, events, {});
}

void Ingest::forget(RunId run_id) {
    impl_->forget(run_id);
}

Rollup Ingest::rollup(store::Read& read, OrganisationId organisation_id, RunId run_id) {
    return read_rollup(read, organisation_id, run_id);
}

} // namespace runs
