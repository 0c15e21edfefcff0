#include "simulation/event_log.h"

#include <algorithm>
#include <utility>

namespace simulation {

EventLog::EventLog(std::string name, std::size_t most_events)
    : name_(std::move(name)), most_events_(most_events) {}

void EventLog::add(RunId run_id, const std::string& event) {
    if (open_.count > 0 && (open_.run_id != run_id || open_.count == batch_events)) seal();
    if (open_.count == 0) open_.run_id = run_id;
    if (!open_.events.empty()) open_.events += ',';
    open_.events += event;
    ++open_.count;
    ++made_;
    ++runs_[run_id].made;
}

void EventLog::seal() {
    if (open_.count == 0) return;
    open_.id = name_ + "-" + std::to_string(++batches_);
    open_.made = runs_[open_.run_id].made;
    sealed_events_ += open_.count;
    sealed_.push_back(std::exchange(open_, {}));
    while (sealed_events_ > most_events_) {
        lost_ += sealed_.front().count;
        sealed_events_ -= sealed_.front().count;
        under_way_ -= sealed_.front().under_way ? 1 : 0;
        sealed_.pop_front();
    }
}

const Batch* EventLog::next_to_send(std::size_t most_under_way) {
    if (under_way_ >= most_under_way) return nullptr;
    const auto batch = std::ranges::find(sealed_, false, &Batch::under_way);
    if (batch == sealed_.end()) return nullptr;
    batch->under_way = true;
    ++under_way_;
    return &*batch;
}

bool EventLog::acknowledge(const std::string& batch_id, RunId run_id, bool repeated) {
    const auto batch = find(batch_id);
    if (batch == sealed_.end()) return false;
    acknowledged_ += batch->count;
    if (!batch->run_id) { // only now do we know which run it was
        runs_[RunId()].made -= batch->count;
        runs_[run_id].made += batch->count;
    }
    runs_[run_id].acknowledged += batch->count;
    repeated_batches_ += repeated ? 1 : 0;
    sealed_events_ -= batch->count;
    under_way_ -= batch->under_way ? 1 : 0;
    sealed_.erase(batch);
    return true;
}

void EventLog::refuse(const std::string& batch_id) {
    const auto batch = find(batch_id);
    if (batch == sealed_.end()) return;
    refused_ += batch->count;
    sealed_events_ -= batch->count;
    under_way_ -= batch->under_way ? 1 : 0;
    sealed_.erase(batch);
}

void EventLog::retry(const std::string& batch_id) {
    const auto batch = find(batch_id);
    if (batch == sealed_.end() || !batch->under_way) return;
    batch->under_way = false;
    --under_way_;
}

void EventLog::connection_lost() {
    for (Batch& batch : sealed_)
        batch.under_way = false;
    under_way_ = 0;
}

std::deque<Batch>::iterator EventLog::find(const std::string& batch_id) {
    return std::ranges::find(sealed_, batch_id, &Batch::id);
}

} // namespace simulation
