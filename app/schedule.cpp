#include "app/schedule.h"

#include "app/services.h"
#include "platform/error.h"
#include "platform/log.h"

namespace app {

// One such job waits at a time: when the writer is held up, the next tick does not add to its queue.
void Schedule::submit(std::string_view name, std::function<void(store::Tx&)> work,
                      std::atomic<bool>& under_way) {
    if (under_way.exchange(true)) return;
    try {
        s_.store.submit({name,
                         [work = std::move(work)](store::Tx& tx) {
                             work(tx);
                             return store::Verdict::keep;
                         },
                         [&under_way, name](std::exception_ptr failure) {
                             under_way = false;
                             if (failure)
                                 platform::log_warning(std::string(name) +
                                                       " did not reach the disk; it is tried again");
                         }});
    } catch (const platform::Error&) {
        under_way = false; // the queue is full, or the store stops; what is due stays due
    }
}

// Headsets that have their training and ask no more are doing it.
void Schedule::keep_busy(std::int64_t now_ms) {
    if (keeping_busy_) return;
    auto busy = s_.waiting.take_busy(now_ms);
    if (busy.empty()) return;
    submit(
        "trainings running",
        [this, busy = std::move(busy)](store::Tx& tx) {
            for (const auto& [organisation_id, run_id] : busy)
                s_.trainings.running(tx, organisation_id, run_id);
        },
        keeping_busy_);
}

void Schedule::tick() {
    const std::int64_t now_ms = s_.clock.now_ms();
    s_.presence.sweep(now_ms);
    s_.director.tick();
    s_.pace.set_lesson_runs(s_.director.any_live());
    s_.board.tick();
    s_.training_board.tick();
    keep_busy(now_ms);
    if (s_.presence.has_due(now_ms))
        submit(
            "keep reports", [this](store::Tx& tx) { s_.presence.keep_due(tx); }, keeping_reports_);
    if (const std::string line = s_.audit.due_line(now_ms); !line.empty()) platform::log_info(line);
    if (s_.audit.has_due())
        submit(
            "flush audit", [this](store::Tx& tx) { s_.audit.flush_due(tx); }, flushing_audit_);
    if (s_.privacy.has_work())
        submit(
            "erase", [this](store::Tx& tx) { s_.privacy.work(tx); }, erasing_);
    if (s_.retention.is_due(now_ms))
        submit(
            "reduce events", [this](store::Tx& tx) { s_.retention.work(tx); }, reducing_);
    if (s_.logins.has_prolonged())
        submit(
            "keep logins", [this](store::Tx& tx) { s_.logins.keep_prolonged(tx); }, keeping_logins_);
}

} // namespace app
