// The rest of Connection: how long each of its states may last. Every state has a deadline, and every deadline
// ends in close(), or in an answer that closes.
#pragma once

#include "http/wire/connection.h"

namespace http {

template <class Stream>
void Connection<Stream>::tick(Time now) {
    using std::chrono::milliseconds;
    const auto& options = services_.options;
    const auto waited = now - since_;
    const auto late = [&](milliseconds limit) {
        if (waited <= limit) return false;
        services_.timeouts.fetch_add(1, std::memory_order_relaxed);
        return true;
    };
    if (phase_ == Phase::lent) {
        // While the exchange waits for a thread, the client is not the slow one.
        const auto moved = moved_.load(std::memory_order_relaxed);
        if (moved != moved_seen_ || !transfer_started_) {
            moved_seen_ = moved;
            since_ = now;
        } else if (late(options.write_deadline)) {
            close();
        }
    } else if (phase_ == Phase::handshake) {
        if (late(options.head_deadline)) close();
    } else if (phase_ == Phase::lingering) {
        if (waited > milliseconds(services_.stopping ? 500 : 2000)) close();
    } else if (!writing_.empty()) {
        if (late(options.write_deadline)) close();
    } else if (arriving_ && hand_over_ == HandOver::none) {
        const milliseconds more(parser_ ? parser_->body_received() / 32 : 0); // a second for each 32 KiB
        if (late(options.body_deadline + more)) {
            fail(408, {platform::ErrorKind::bad_request, "The body took too long."});
            flush();
        }
    } else if (exchanges_.empty() && head_begun_ && late(options.head_deadline)) {
        arriving_ = std::make_unique<Exchange>();
        fail(408, {platform::ErrorKind::bad_request, "The head of the request took too long."});
        flush();
    } else if (idle() && begin_ == end_ && waited > options.idle_deadline) {
        close();
    }
}

template <class Stream>
void Connection<Stream>::stop() {
    // A request counts as accepted once its head has arrived, and is finished.
    if (phase_ == Phase::handshake || (phase_ == Phase::open && idle())) close();
}

} // namespace http
