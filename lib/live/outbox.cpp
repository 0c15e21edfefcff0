#include "live/outbox.h"

#include <algorithm>
#include <utility>

namespace live {

Outbox::Outbox(std::shared_ptr<platform::Connection> connection, OutboxLimits limits)
    : connection_(std::move(connection)), limits_(limits) {}

bool Outbox::push(platform::Frame frame, DropRule rule, std::string_view key) {
    if (closed_) return false;
    if (!replace(frame, rule, key)) {
        const std::size_t bytes = frame.payload->size();
        drop_pictures_for(bytes);
        if (!fits(bytes)) {
            if (rule == DropRule::picture) {
                ++dropped_pictures_;
                return true;
            }
            overflowed_ = true;
            close(platform::CloseReason::slow_reader);
            return false;
        }
        bytes_ += bytes;
        waiting_.push_back({std::move(frame), rule, std::string(key)});
    }
    send_waiting();
    return !closed_;
}

void Outbox::close(platform::CloseReason reason) {
    if (closed_) return;
    closed_ = true;
    waiting_.clear();
    bytes_ = 0;
    connection_->close(reason);
}

// Replace in place rather than at the end. If every key changes faster than the reader takes frames, moving
// them to the end would send the first key forever and the others never.
bool Outbox::replace(const platform::Frame& frame, DropRule rule, std::string_view key) {
    if (rule == DropRule::keep) return false;
    const auto same =
        std::ranges::find_if(waiting_, [&](const Waiting& w) { return w.rule == rule && w.key == key; });
    if (same == waiting_.end()) return false;
    const std::size_t without = bytes_ - same->frame.payload->size();
    if (rule == DropRule::replaceable && without + frame.payload->size() > limits_.bytes) return false;
    bytes_ = without + frame.payload->size();
    same->frame = frame;
    ++(rule == DropRule::picture ? dropped_pictures_ : replaced_updates_);
    return true;
}

// A single frame may be larger than the limit (a snapshot of everything), as long as it waits alone.
bool Outbox::fits(std::size_t more_bytes) const {
    return waiting_.empty() || (bytes_ + more_bytes <= limits_.bytes && waiting_.size() < limits_.frames);
}

void Outbox::drop_pictures_for(std::size_t more_bytes) {
    for (auto place = waiting_.begin(); place != waiting_.end() && !fits(more_bytes);) {
        const auto next = std::next(place);
        if (place->rule == DropRule::picture) {
            drop(place);
            ++dropped_pictures_;
        }
        place = next;
    }
}

void Outbox::drop(Place place) {
    bytes_ -= place->frame.payload->size();
    waiting_.erase(place);
}

// A connection may report a frame as sent before send() returns; then this loop takes the next one, not
// recursion.
void Outbox::send_waiting() {
    if (in_send_loop_) return;
    in_send_loop_ = true;
    while (!sending_ && !waiting_.empty()) {
        platform::Frame frame = std::move(waiting_.front().frame);
        bytes_ -= frame.payload->size();
        waiting_.pop_front();
        sending_ = true;
        ++sent_frames_;
        connection_->send(std::move(frame), [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->sending_ = false;
                self->send_waiting();
            }
        });
    }
    in_send_loop_ = false;
}

} // namespace live
