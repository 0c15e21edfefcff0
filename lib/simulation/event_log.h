// Store and forward: what a headset keeps of its events until the server has them on disk.
//
// Events gather in an open batch. A sealed batch never changes again, because the server may have stored it
// although its answer got lost: sent again with the same id, it is stored once. Bounded: past the limit the
// oldest sealed batch is dropped, and counted.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "platform/ids.h"

namespace simulation {

constexpr std::size_t batch_events = 100;

struct Batch {
    std::string id;
    RunId run_id;       // none: the headset does not know its run; the server does
    std::string events; // JSON objects with commas between
    std::size_t count = 0;
    // events of its run so far, with this batch: what the box should have once it has this one
    std::uint64_t made = 0;
    bool under_way = false;
};

struct RunCounts {
    std::uint64_t made = 0, acknowledged = 0;
};

class EventLog {
public:
    // `name` makes the batches' ids unique among headsets and starts of the simulator.
    explicit EventLog(std::string name, std::size_t most_events = 50'000);

    void add(RunId run_id, const std::string& event);
    void seal();
    // The oldest batch that is not under way; from now on it is. Null when there is none, or when
    // `most_under_way` are.
    const Batch* next_to_send(std::size_t most_under_way);
    // False when the batch is not ours (any more).
    bool acknowledge(const std::string& batch_id, RunId run_id, bool repeated);
    void refuse(const std::string& batch_id); // the server will never take it
    void retry(const std::string& batch_id);  // later
    void connection_lost();                   // everything that was under way is sent again

    bool is_empty() const { return open_.count == 0 && sealed_.empty(); }
    std::uint64_t made() const { return made_; }
    std::uint64_t acknowledged() const { return acknowledged_; }
    std::uint64_t lost() const { return lost_; }
    std::uint64_t refused() const { return refused_; }
    std::uint64_t repeated_batches() const { return repeated_batches_; }
    // `made` counts by the run in which the event was made, once the headset knows it; `acknowledged` counts
    // by the run into which the server put it.
    const std::map<RunId, RunCounts>& runs() const { return runs_; }

private:
    std::deque<Batch>::iterator find(const std::string& batch_id);

    const std::string name_;
    const std::size_t most_events_;
    Batch open_;
    std::deque<Batch> sealed_;
    std::size_t sealed_events_ = 0, under_way_ = 0;
    std::uint64_t batches_ = 0;
    std::uint64_t made_ = 0, acknowledged_ = 0, lost_ = 0, refused_ = 0, repeated_batches_ = 0;
    std::map<RunId, RunCounts> runs_;
};

} // namespace simulation
