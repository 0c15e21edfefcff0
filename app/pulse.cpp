#include "app/pulse.h"

#include <exception>
#include <system_error>

#include "platform/error.h"

namespace app {

namespace {

// Less than this is a full disk: a commit may need it, and its log grows by as much between two checkpoints.
constexpr std::int64_t least_bytes = 4 << 20;

} // namespace

void Pulse::start() {
    writer_turned_ = now();
    beat();
}

void Pulse::beat() {
    io_turned_ = now();
    if (job_waits_.exchange(true)) return;
    try {
        store_.submit({"pulse",
                       [this](store::Tx&) {
                           look_at_disk();
                           writer_turned_ = now();
                           return store::Verdict::discard; // it changes nothing
                       },
                       [this](const std::exception_ptr&) { job_waits_ = false; }});
    } catch (const platform::Error&) {
        // Its queue is full, then it must prove itself by the jobs in there; or the disk is in doubt, then it
        // takes no jobs, but looks after the disk.
        if (store_.figures().in_doubt) writer_turned_ = now();
        job_waits_ = false;
    }
}

// The io thread must not ask a disk that may hang; the writer would hang on it anyway.
void Pulse::look_at_disk() {
    std::error_code unknown;
    const auto space = std::filesystem::space(folder_, unknown);
    if (!unknown) free_bytes_ = static_cast<std::int64_t>(space.available);
}

bool Pulse::is_recent(const std::atomic<Clock::rep>& turned) const {
    return Clock::now() - Clock::time_point(Clock::duration(turned)) < turn_within_;
}

Vitals Pulse::look() const {
    const auto figures = store_.figures();
    Vitals vitals{is_recent(io_turned_), is_recent(writer_turned_), {}};
    if (!vitals.io_turns) vitals.faults.emplace_back("the thread that serves the network hangs");
    if (!vitals.writer_turns)
        vitals.faults.emplace_back(
            "the thread that writes hangs: the disk does not answer, or too much waits");
    if (figures.in_doubt)
        vitals.faults.emplace_back("the disk failed or the database is damaged: nothing is written");
    if (figures.storage_full || free_bytes_ < least_bytes) vitals.faults.emplace_back("the disk is full");
    return vitals;
}

} // namespace app
