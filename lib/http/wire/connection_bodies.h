// The rest of Connection: bodies that are too large to be inflated, parsed or taken down on the io thread, and
// how much of them is kept.
#pragma once

#include "http/wire/connection.h"

namespace http {

// Until the worker is done, nothing that came after it starts, so the order of writes stays.
template <class Stream>
void Connection<Stream>::prepare(Exchange& exchange) {
    exchange.state = Exchange::State::preparing;
    exchange.connection = shared_from_this();
    ++services_.running;
    const auto job = [&services = services_, &exchange] {
        services.dispatcher.prepare(exchange);
        services.finished.finished(exchange);
    };
    if (services_.work(job)) return;
    --services_.running;
    exchange.connection.reset();
    services_.dispatcher.refuse(exchange, {platform::ErrorKind::unavailable, "The box is busy.", 2});
    services_.dispatcher.refuse(exchange);
}

// Taking down the tree of a large body takes as long as building it.
template <class Stream>
void Connection<Stream>::discard(std::unique_ptr<Exchange> exchange) {
    if (exchange->call.content.size() <= large_buffer) return;
    services_.work([spent = std::shared_ptr<Exchange>(std::move(exchange))] {});
}

template <class Stream>
std::size_t Connection<Stream>::unanswered_bytes() const {
    std::size_t bytes = arriving_ ? arriving_->call.content.size() : 0;
    for (const auto& exchange : exchanges_)
        bytes += exchange->body_bytes;
    return bytes;
}

} // namespace http
