// The rest of Connection: the socket given away, to a transfer's thread or to a WebSocket.
#pragma once

#include <algorithm>

#include "http/serving/answer_bytes.h"
#include "http/wire/connection.h"

namespace http {

template <class Stream>
void Connection<Stream>::hand_over() {
    services_.places.completed(*this);
    if (hand_over_ == HandOver::upgrade)
        upgrade();
    else
        lend();
}

// ---- a transfer ----

template <class Stream>
void Connection<Stream>::lend() {
    Exchange& exchange = *arriving_;
    exchanges_.push_back(std::move(arriving_));
    exchange.connection = shared_from_this(); // until it is finished
    exchange.state = Exchange::State::running;
    phase_ = Phase::lent;
    since_ = services_.now;
    transfer_started_ = false;
    ++services_.running;
    const bool taken = services_.transfers.submit([this, &exchange] {
        transfer_started_ = true;
        transfer_good_ = services_.dispatcher.run_transfer(exchange, *this);
        services_.finished.finished(exchange);
    });
    if (taken) return;
    --services_.running;
    exchange.connection.reset();
    phase_ = Phase::open;
    hand_over_ = HandOver::none;
    if (exchange.has_body()) exchange.keep_alive = false; // we don't wait for the body
    last_ = !exchange.keep_alive;
    services_.dispatcher.refuse(exchange,
                                {platform::ErrorKind::unavailable, "Too many transfers are under way.", 5});
    services_.dispatcher.refuse(exchange);
    parser_.reset();
    flush();
    read();
}

// The transfer's thread is done with the socket.
template <class Stream>
void Connection<Stream>::come_back() {
    Exchange& exchange = *exchanges_.front();
    if (exchange.state != Exchange::State::done) return;
    const bool goes_on = transfer_good_ && parser_->is_done() && exchange.keep_alive;
    phase_ = Phase::open;
    hand_over_ = HandOver::none;
    parser_.reset();
    exchanges_.clear();
    body_at_ = 0;
    too_large_ = body_broken_ = false;
    searched_ = begin_;
    since_ = services_.now;
    if (!transfer_good_) return close();
    last_ = !goes_on;
    if (goes_on)
        parse();
    else
        all_written();
}

template <class Stream>
std::ptrdiff_t Connection<Stream>::read_body(char* bytes, std::size_t most) {
    Exchange& exchange = *exchanges_.front();
    std::string& content = exchange.call.content;
    while (body_at_ == content.size()) {
        content.clear();
        body_at_ = 0;
        if (body_broken_) return -1;
        if (parser_->is_done()) return 0;
        boost::beast::error_code error;
        if (begin_ == end_) {
            if (exchange.expects_continue && parser_->body_received() == 0 &&
                !write("HTTP/1.1 100 Continue\r\n\r\n"))
                return -1;
            exchange.expects_continue = false;
            input_.resize(large_buffer);
            begin_ = 0;
            end_ = stream_.read_some(boost::asio::buffer(input_), error);
            if (error) return -1;
            moved_.fetch_add(end_, std::memory_order_relaxed);
        }
        begin_ += parser_->put({input_.data() + begin_, end_ - begin_}, error);
        too_large_ = too_large_ || error == boost::beast::http::error::body_limit;
        const bool wants_more = error == boost::beast::http::error::need_more;
        body_broken_ = error && !wants_more;
        if (!content.empty()) break; // what came before a fault, or before half a line, is good
        if (wants_more && !read_more_of_line()) return -1;
    }
    const std::size_t taken = std::min(most, content.size() - body_at_);
    std::copy_n(content.data() + body_at_, taken, bytes);
    body_at_ += taken;
    return static_cast<std::ptrdiff_t>(taken);
}

// Only half the line that announces a chunk is there; the parser wants it whole.
template <class Stream>
bool Connection<Stream>::read_more_of_line() {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == input_.size()) return false;
    input_.resize(large_buffer);
    error_code error;
    const std::size_t got =
        stream_.read_some(boost::asio::buffer(input_.data() + end_, input_.size() - end_), error);
    end_ += got;
    moved_.fetch_add(got, std::memory_order_relaxed);
    return !error;
}

template <class Stream>
bool Connection<Stream>::write(std::string_view bytes) {
    error_code error;
    while (!bytes.empty() && !error) {
        const std::size_t sent = stream_.write_some(
            boost::asio::buffer(bytes.data(), std::min(bytes.size(), large_buffer)), error);
        bytes.remove_prefix(sent);
        moved_.fetch_add(sent, std::memory_order_relaxed);
    }
    return !error;
}

// ---- a WebSocket ----

template <class Stream>
void Connection<Stream>::upgrade() {
    Exchange& exchange = *arriving_;
    hand_over_ = HandOver::none;
    UpgradeRequest request{std::move(exchange.call), {}};
    request.subprotocol = first_subprotocol(request.call);
    auto refusal = services_.upgrades.refuse(request);
    // Frames before the handshake is answered break the protocol, and nobody would read them.
    const bool early = begin_ < end_;
    if (!refusal && !early) {
        auto socket_peer = make_web_socket(services_, std::move(stream_), std::move(request), address());
        const auto keep = self();
        phase_ = Phase::closed;
        services_.remove(*this);
        services_.add(std::move(socket_peer));
        return;
    }
    exchange.call = std::move(request.call);
    if (early) {
        fail(400, {platform::ErrorKind::bad_request, "Frames came before the handshake."});
    } else {
        exchange.refusal = std::move(*refusal);
        exchange.error = title_of(exchange.refusal->status);
        arrived();
    }
    flush();
    read();
}

} // namespace http
