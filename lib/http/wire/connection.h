// One HTTP connection, plain or TLS. Only the front door includes this.
//
// Invariants:
// - Everything runs on the io thread, except read_body and write while the socket is lent to a transfer.
// - At most one read and one write are under way.
// - exchanges_ are the requests that have arrived whole, oldest first; answers leave in that order. arriving_
//   is the one whose body is still coming; its head has been met already.
// - A request starts while another one runs only if both are reads or both are writes: the writer keeps their
//   order, and reads change nothing. So a pipelined POST and GET see each other as if the client had waited.
// - hand_over_ says that the arriving request wants the socket itself. Nothing more is read; once all answers
//   before it have left, the socket goes to a transfer or becomes a WebSocket.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <deque>
#include <optional>
#include <type_traits>
#include <vector>

#include "http/serving/problem.h"
#include "http/wire/peer.h"
#include "http/wire/request_parser.h"
#include "http/wire/web_socket.h"

namespace http {

template <class Stream>
class Connection final : public Peer, private TransferChannel {
public:
    Connection(PeerServices& services, Stream stream, std::string address)
        : Peer(std::move(address)), services_(services), stream_(std::move(stream)), since_(services.now) {}

    void start() override;
    void tick(Time now) override;
    void stop() override;
    void cut() override { close(); }
    void flush() override;

private:
    using Tcp = boost::asio::ip::tcp;
    using error_code = boost::system::error_code;
    static constexpr bool is_tls = !std::is_same_v<Stream, Tcp::socket>;
    static constexpr std::size_t small_buffer = 4 << 10, large_buffer = 64 << 10;
    static constexpr std::size_t most_unsent = 256 << 10;
    // What the parser may leave lying because a line between two chunks, or after the last, is not complete.
    static constexpr std::size_t longest_framing = 4 << 10;
    enum class HandOver { none, transfer, upgrade };
    enum class Phase { handshake, open, lingering, lent, closed };

    // ---- in ----
    void read();
    void on_read(error_code error, std::size_t bytes);
    void parse();
    bool take_head();
    bool meet_head();
    bool take_body();
    void fail(int status, const platform::Error& error);
    bool may_parse() const;
    // Of bodies that have come, whole or in part, and are not answered yet.
    std::size_t unanswered_bytes() const;
    std::string_view input() const { return {input_.data() + begin_, end_ - begin_}; }

    // ---- run ----
    void start_ready();
    void arrived();
    void prepare(Exchange& exchange);
    void discard(std::unique_ptr<Exchange> exchange);

    // ---- out ----
    void write_some();
    void on_written(error_code error, std::size_t bytes);
    void all_written();
    void linger();
    void close();
    bool idle() const { return exchanges_.empty() && !arriving_ && ready_.empty() && writing_.empty(); }

    // ---- the socket itself ----
    void hand_over();
    void lend();
    void come_back();
    void upgrade();
    std::ptrdiff_t read_body(char* bytes, std::size_t most) override;
    bool read_more_of_line();
    bool write(std::string_view bytes) override;
    bool body_too_large() const override { return too_large_; }
    bool body_taken() const override { return parser_->is_done(); }
    auto& socket() { return stream_.lowest_layer(); }
    std::shared_ptr<Connection> self() { return std::static_pointer_cast<Connection>(shared_from_this()); }

    PeerServices& services_;
    Stream stream_;
    Phase phase_ = Phase::open;
    HandOver hand_over_ = HandOver::none;
    bool reading_ = false, input_ended_ = false;
    bool head_begun_ = false;   // since_ says when
    bool last_ = false;         // the connection ends after what has arrived
    bool continue_due_ = false; // "100 Continue" waits for the answers before it
    Time since_; // when the current wait began: for a head, a body, the client's reading, anything

    std::vector<char> input_;
    std::size_t begin_ = 0, end_ = 0, searched_ = 0;
    std::optional<RequestParser> parser_;
    std::unique_ptr<Exchange> arriving_;
    std::deque<std::unique_ptr<Exchange>> exchanges_;
    std::string ready_, writing_;
    std::size_t written_ = 0;

    // For a transfer: its thread counts bytes, and the io thread watches that the count grows.
    std::atomic<std::uint64_t> moved_{0};
    std::atomic<bool> transfer_started_{false};
    std::uint64_t moved_seen_ = 0;
    std::size_t body_at_ = 0;
    bool too_large_ = false, body_broken_ = false, transfer_good_ = true;
};

template <class Stream>
void Connection<Stream>::start() {
    error_code ignored;
    socket().set_option(Tcp::no_delay(true), ignored);
    if constexpr (is_tls) {
        phase_ = Phase::handshake;
        stream_.async_handshake(boost::asio::ssl::stream_base::server, [self = self()](error_code error) {
            if (self->phase_ == Phase::closed) return;
            if (error) return self->close();
            self->phase_ = Phase::open;
            self->read();
        });
    } else {
        read();
    }
}

// ---- in ----

template <class Stream>
bool Connection<Stream>::may_parse() const {
    return phase_ == Phase::open && !last_ && hand_over_ == HandOver::none &&
           (arriving_ || (exchanges_.size() < services_.options.pipelined && ready_.size() < most_unsent &&
                          !services_.stopping));
}

template <class Stream>
void Connection<Stream>::read() {
    const bool wanted = phase_ == Phase::lingering || (may_parse() && !input_ended_);
    if (reading_ || !wanted) return;
    if (begin_ > 0) {
        std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        searched_ -= std::min(searched_, begin_);
        begin_ = 0;
    }
    // An idle connection keeps a small buffer; a body is read in large pieces.
    const bool large =
        end_ >= small_buffer / 2 ||
        (arriving_ && (arriving_->chunked || arriving_->content_length.value_or(0) > small_buffer));
    const std::size_t size = large ? large_buffer : small_buffer;
    if (input_.size() != size && end_ < size) {
        input_.resize(size);
        input_.shrink_to_fit();
    }
    // A head and the lines between chunks are bounded, so there is always room. Reading into none would come
    // back at once, again and again.
    if (end_ == input_.size()) return close();
    reading_ = true;
    stream_.async_read_some(boost::asio::buffer(input_.data() + end_, input_.size() - end_),
                            [self = self()](error_code error, std::size_t bytes) {
                                self->reading_ = false;
                                const IoWatch::Piece piece(self->services_.watch, "request");
                                self->services_.now = piece.began();
                                self->on_read(error, bytes);
                            });
}

template <class Stream>
void Connection<Stream>::on_read(error_code error, std::size_t bytes) {
    if (phase_ == Phase::closed) return;
    if (phase_ == Phase::lingering) {
        // All answers have left. Read whatever still comes, so that the last answer is not lost to a reset.
        if (is_tls) return; // the TLS shutdown reads by itself
        if (error) return close();
        begin_ = end_ = searched_ = 0;
        return read();
    }
    if (error) {
        // The client may close its half and still wait for answers.
        input_ended_ = true;
        arriving_.reset();
        parser_.reset();
        continue_due_ = false;
        if (error != boost::asio::error::eof || idle()) return close();
        return;
    }
    end_ += bytes;
    parse();
}

template <class Stream>
void Connection<Stream>::parse() {
    while (may_parse()) {
        if (!arriving_ && !take_head()) break;
        if (hand_over_ != HandOver::none || !take_body()) break;
    }
    start_ready();
    flush();
    read();
}

// Whether there was a head.
template <class Stream>
bool Connection<Stream>::take_head() {
    while (begin_ < end_ && (input_[begin_] == '\r' || input_[begin_] == '\n'))
        ++begin_; // some clients end bodies with a line break
    if (begin_ == end_) return false;
    if (!std::exchange(head_begun_, true)) since_ = services_.now;
    const std::string_view text = input();
    const std::size_t from = searched_ > begin_ + 3 ? searched_ - begin_ - 3 : 0;
    const std::size_t end = text.find("\r\n\r\n", from);
    searched_ = end_;
    if (std::min(end, text.size()) > services_.options.head_limit) {
        arriving_ = std::make_unique<Exchange>();
        fail(431, {platform::ErrorKind::bad_request, "The head of the request is too large."});
        return false;
    }
    if (end == text.npos) return false;
    arriving_ = std::make_unique<Exchange>();
    parser_.emplace(*arriving_);
    parser_->eager(false);
    parser_->end_of_head(text.data() + end);
    boost::beast::error_code error;
    std::size_t taken = 0;
    while (!error && !parser_->is_header_done() && taken < end + 4)
        taken += parser_->put({text.data() + taken, end + 4 - taken}, error);
    begin_ += end + 4;
    head_begun_ = false;
    if (error || !parser_->is_header_done()) {
        fail(error == boost::beast::http::error::header_limit ? 431 : 400,
             {platform::ErrorKind::bad_request, "The request is not HTTP/1.1."});
        return false;
    }
    services_.requests.fetch_add(1, std::memory_order_relaxed);
    return meet_head();
}

template <class Stream>
bool Connection<Stream>::meet_head() {
    Exchange& exchange = *arriving_;
    const Values& headers = exchange.call.header_values;
    exchange.keep_alive = parser_->keep_alive();
    exchange.chunked = parser_->chunked();
    if (const auto length = parser_->content_length()) exchange.content_length = *length;
    exchange.call.remote_address = address();
    exchange.expects_continue = headers.contains("expect") && !exchange.http_1_0;
    exchange.wants_upgrade = parser_->upgrade() && exchange.call.method == "GET" && !exchange.has_body() &&
                             boost::beast::iequals(headers.value("upgrade"), "websocket");
    // A proxy before us may frame these differently, and then one message would be read as two.
    const bool ambiguous = headers.count("host") > 1 || (headers.count("host") == 0 && !exchange.http_1_0) ||
                           headers.count("transfer-encoding") > 1 ||
                           (headers.contains("transfer-encoding") &&
                            (!exchange.chunked || exchange.http_1_0 || headers.contains("content-length") ||
                             !boost::beast::iequals(headers.value("transfer-encoding"), "chunked")));
    if (ambiguous) {
        fail(400, {platform::ErrorKind::bad_request, "The request is ambiguous."});
        return false;
    }
    services_.dispatcher.meet(exchange);
    services_.know(*this, exchange.call.caller);
    if (exchange.wants_upgrade) {
        services_.dispatcher.meet_upgrade(exchange);
        if (!exchange.refusal) hand_over_ = HandOver::upgrade;
    } else if (exchange.route && exchange.route->runs == RouteClass::transfer && !exchange.refusal) {
        hand_over_ = HandOver::transfer;
    }
    const std::size_t limit = exchange.body_limit();
    parser_->limit_body(limit);
    parser_->eager(true);
    const bool unwanted = exchange.refusal && (exchange.expects_continue || exchange.chunked ||
                                               exchange.content_length.value_or(0) > limit);
    if (!exchange.refusal && exchange.content_length.value_or(0) > limit) {
        fail(413, {platform::ErrorKind::too_large,
                   "The body is larger than " + std::to_string(limit) + " bytes."});
        return false;
    }
    if (unwanted) {
        exchange.keep_alive = false; // we don't wait for the body
        arrived();
        return false;
    }
    continue_due_ =
        exchange.expects_continue && hand_over_ == HandOver::none && input().empty() && exchange.has_body();
    since_ = services_.now;
    return true;
}

// Whether the body is all there.
template <class Stream>
bool Connection<Stream>::take_body() {
    boost::beast::error_code error;
    // A chunked body goes to the parser in small pieces, so that a line between chunks is too long or not by its
    // length alone, however it comes in.
    const std::size_t piece = arriving_->chunked ? longest_framing : end_ - begin_;
    for (bool goes_on = true; goes_on && !parser_->is_done() && begin_ < end_;) {
        const std::size_t taken =
            parser_->put({input_.data() + begin_, std::min(end_ - begin_, piece)}, error);
        begin_ += taken;
        goes_on = taken > 0 && (!error || error == boost::beast::http::error::need_more);
        if (goes_on) error = {};
    }
    if (error == boost::beast::http::error::body_limit) {
        fail(413, {platform::ErrorKind::too_large, "The body is larger than the route takes."});
        return false;
    }
    if (error && error != boost::beast::http::error::need_more) {
        fail(400, {platform::ErrorKind::bad_request, "The body is not framed as HTTP/1.1."});
        return false;
    }
    const bool counts = !parser_->is_done() || arriving_->call.content.size() > small_buffer;
    if (counts && !services_.places.keeps(*this, unanswered_bytes())) {
        fail(503,
             {platform::ErrorKind::unavailable, "Too much is being sent at once from where you are.", 5});
        return false;
    }
    if (!parser_->is_done()) {
        if (end_ - begin_ >= longest_framing)
            fail(400, {platform::ErrorKind::bad_request, "The lines between the chunks are too long."});
        return false;
    }
    continue_due_ = false;
    arrived();
    return true;
}

// The request is broken: it gets an answer, and we can make no sense of anything after it.
template <class Stream>
void Connection<Stream>::fail(int status, const platform::Error& error) {
    arriving_->keep_alive = false;
    hand_over_ = HandOver::none;
    services_.dispatcher.refuse(*arriving_, error, status);
    arrived();
}

template <class Stream>
void Connection<Stream>::arrived() {
    Exchange& exchange = *arriving_;
    services_.places.completed(*this);
    exchange.body_bytes = exchange.call.content.size();
    if (!exchange.keep_alive) last_ = true;
    exchange.state = Exchange::State::waiting;
    if (exchange.refusal)
        services_.dispatcher.refuse(exchange);
    else if (services_.dispatcher.needs_worker(exchange))
        prepare(exchange);
    parser_.reset();
    searched_ = begin_;
    since_ = services_.now;
    exchanges_.push_back(std::move(arriving_));
}

// ---- run ----

template <class Stream>
void Connection<Stream>::start_ready() {
    const Exchange* running = nullptr;
    for (auto& exchange : exchanges_) {
        if (exchange->state == Exchange::State::running) running = exchange.get();
        if (exchange->state == Exchange::State::preparing) return;
        if (exchange->state != Exchange::State::waiting) continue;
        const auto runs = exchange->route->runs;
        const bool together = runs == RouteClass::reads || runs == RouteClass::writes;
        if (running && (!together || running->route->runs != runs)) return;
        exchange->connection = shared_from_this();
        ++services_.running;
        running = exchange.get();
        if (!services_.dispatcher.run(*exchange)) continue;
        --services_.running;
        exchange->connection.reset();
        running = nullptr;
    }
}

// ---- out ----

template <class Stream>
void Connection<Stream>::flush() {
    if (phase_ == Phase::lent) return come_back();
    if (!exchanges_.empty()) start_ready(); // one may have been prepared
    while (!exchanges_.empty() && exchanges_.front()->state == Exchange::State::done) {
        auto& output = exchanges_.front()->output;
        if (ready_.empty())
            ready_.swap(output);
        else
            ready_.append(output);
        discard(std::move(exchanges_.front()));
        exchanges_.pop_front();
        if (place.incomplete > 0) services_.places.keeps(*this, unanswered_bytes());
        // The next request may have waited for this one. One that runs from memory is done when this returns.
        if (phase_ != Phase::closed) start_ready();
    }
    if (phase_ == Phase::closed) return;
    if (continue_due_ && exchanges_.empty()) {
        ready_.append("HTTP/1.1 100 Continue\r\n\r\n");
        continue_due_ = false;
    }
    if (!writing_.empty()) return;
    if (!ready_.empty()) {
        writing_.swap(ready_);
        written_ = 0;
        since_ = services_.now;
        write_some();
    } else {
        all_written();
    }
}

template <class Stream>
void Connection<Stream>::write_some() {
    stream_.async_write_some(
        boost::asio::buffer(writing_.data() + written_, writing_.size() - written_),
        [self = self()](error_code error, std::size_t bytes) { self->on_written(error, bytes); });
}

template <class Stream>
void Connection<Stream>::on_written(error_code error, std::size_t bytes) {
    if (phase_ == Phase::closed) return;
    if (error) return close();
    written_ += bytes;
    since_ = services_.now;
    if (written_ < writing_.size()) return write_some();
    if (writing_.capacity() > large_buffer)
        writing_ = {};
    else
        writing_.clear();
    flush();
    if (!may_parse()) return;
    if (begin_ < end_)
        parse(); // requests that waited until the client had read enough
    else
        read();
}

// Nothing is waiting to be sent.
template <class Stream>
void Connection<Stream>::all_written() {
    if (!exchanges_.empty() || phase_ != Phase::open) return;
    if (hand_over_ != HandOver::none) return hand_over();
    if (arriving_) return;
    if (last_ || services_.stopping) return linger();
    if (input_ended_) close();
}

// Tells the client that nothing more comes, and waits a moment for it to read that.
template <class Stream>
void Connection<Stream>::linger() {
    phase_ = Phase::lingering;
    since_ = services_.now;
    error_code ignored;
    if constexpr (is_tls) {
        socket().cancel(ignored); // a read under way; the shutdown reads too
        reading_ = true;
        stream_.async_shutdown([self = self()](error_code) { self->close(); });
    } else {
        socket().shutdown(Tcp::socket::shutdown_send, ignored);
        if (input_ended_)
            close();
        else
            read();
    }
}

template <class Stream>
void Connection<Stream>::close() {
    if (phase_ == Phase::closed) return;
    const auto keep = self();
    error_code ignored;
    if (phase_ == Phase::lent) {
        // Its thread has the socket; this wakes the thread, which brings the socket back.
        ::shutdown(socket().native_handle(), SHUT_RDWR);
        return;
    }
    phase_ = Phase::closed;
    socket().close(ignored);
    services_.remove(*this);
}

} // namespace http

#include "http/wire/connection_bodies.h"
#include "http/wire/connection_deadlines.h"
#include "http/wire/connection_lent.h"
