#include "http/wire/web_socket.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "http/serving/envelope.h"
#include "http/serving/standing.h"
#include "platform/connection.h"
#include "platform/log.h"
#include "platform/signs_of_life.h"
#include "platform/text.h"

namespace http {

namespace {

namespace beast = boost::beast;
using beast::error_code;

// The most that is read at a time.
constexpr std::size_t piece_bytes = 16 << 10;
// Anybody's messages may be this long. Only beyond it, the listener is asked.
constexpr std::size_t ordinary_bytes = 16_KiB;
constexpr std::size_t most_read_past = 16u << 20;
using platform::CloseReason;

using Handshake = beast::http::request<beast::http::empty_body>;

Handshake handshake_of(const Call& call) {
    Handshake handshake(beast::http::verb::get, call.path, 11);
    for (const auto header : call.header_values)
        handshake.insert(beast::string_view(header.name.data(), header.name.size()),
                         beast::string_view(header.value.data(), header.value.size()));
    // Beast looks at the first Connection line only. That one of them asks for the upgrade has been seen before.
    handshake.set(beast::http::field::connection, "Upgrade");
    return handshake;
}

// zlib has no window of 256 bytes, and may not answer with a larger one than was asked for (RFC 7692).
bool asks_smallest_window(const Values& headers) {
    for (const auto header : headers) {
        if (header.name != "sec-websocket-extensions") continue;
        std::string value = platform::lower_ascii(header.value);
        std::erase_if(value, [](char c) { return c == ' ' || c == '\t' || c == '"'; });
        const auto at = value.find("server_max_window_bits=8");
        if (at != value.npos) return true;
    }
    return false;
}

// Invariants:
// - A socket goes from one state to the next and never back: handshake, open, closing, ended. Every state but
//   the last has a deadline (`tick`), whatever Beast is waiting for.
// - `end` is the only way into `ended`, and all of it happens there: the socket is closed, the front door
//   forgets it, and the listener is told, later and once.
// - A read is under way only while the socket is open. A socket that closes leaves reading to Beast's close:
//   a read that is begun beside it may wait for a turn that never comes.
// - At most one write is under way; the sender takes care of that.
template <class Stream>
class WebSocket final : public Peer, public platform::Connection {
public:
    WebSocket(PeerServices& services, Stream stream, UpgradeRequest request, std::string address)
        : Peer(std::move(address)),
          services_(services),
          socket_(std::move(stream)),
          request_(std::move(request)),
          handshake_(handshake_of(request_.call)),
          heard_(services.now) {}

    // ---- Peer ----
    void start() override;
    void tick(Time now) override;
    void stop() override { close(CloseReason::stopping); }
    void cut() override { end({false, 0, "its place went to another connection"}); }
    bool is_socket() const override { return true; }

    // ---- platform::Connection ----
    void send(platform::Frame frame, std::function<void()> sent) override;
    void close(CloseReason reason) override;
    void pause() override { ++pauses_; }
    void resume() override;
    const std::string& remote_address() const override { return address(); }

private:
    std::shared_ptr<WebSocket> self() { return std::static_pointer_cast<WebSocket>(shared_from_this()); }
    void accepted();
    void read();
    void on_read(error_code error);
    bool take_piece();
    bool read_on_past();
    void take_message();
    void hear();
    std::string_view view() const { return {static_cast<const char*>(input_.data().data()), input_.size()}; }
    void end(platform::Ending ending);

    PeerServices& services_;
    beast::websocket::stream<Stream> socket_;
    UpgradeRequest request_;
    Handshake handshake_;
    beast::flat_buffer input_;
    std::unique_ptr<platform::ConnectionListener> listener_;
    platform::SignsOfLifeListener* signs_ = nullptr; // the listener, if it wants to know
    enum class State { handshake, open, closing, ended } state_ = State::handshake;
    // Reading: from the start of a read until what it brought has been heard, so that `resume` begins no second one.
    bool sending_ = false, pinging_ = false, reading_ = false;
    int pauses_ = 0;
    platform::Ending ending_;          // as far as it is known
    std::size_t read_past_ = 0;        // bytes of a message that is longer than it may be
    std::unique_ptr<Skimmer> skimmer_; // of that message
    Time message_since_{};             // since when a message has been incomplete
    Time heard_, silent_since_{}, sending_since_{}, closing_since_{};
};

template <class Stream>
void WebSocket<Stream>::start() {
    const auto& caller = request_.call.caller;
    // Pages read much, and much of it repeats. A headset's processor has better things to do, and its
    // pictures are JPEG.
    beast::websocket::permessage_deflate deflate;
    deflate.server_enable =
        limits_of(standing_of(caller)).deflate && !asks_smallest_window(request_.call.header_values);
    deflate.server_max_window_bits = 12;
    deflate.memLevel = 5;
    deflate.compLevel = 3;
    deflate.msg_size_threshold = 512;
    socket_.set_option(deflate);
    socket_.auto_fragment(false);
    socket_.read_message_max(0); // `on_read` counts
    socket_.control_callback([this](beast::websocket::frame_type kind, beast::string_view) {
        heard_ = services_.now;
        if (kind == beast::websocket::frame_type::pong && signs_) signs_->on_sign_of_life();
    });
    auto headers = services_.upgrades.headers(request_);
    if (!request_.subprotocol.empty()) headers.emplace_back("Sec-WebSocket-Protocol", request_.subprotocol);
    socket_.set_option(
        beast::websocket::stream_base::decorator([headers](beast::websocket::response_type& response) {
            for (const auto& [name, value] : headers)
                response.insert(name, value);
        }));
    socket_.async_accept(handshake_, [self = self()](error_code error) {
        if (self->state_ != State::handshake) return;
        if (error) return self->end({});
        self->accepted();
    });
}

template <class Stream>
void WebSocket<Stream>::accepted() {
    state_ = State::open;
    heard_ = services_.now;
    handshake_ = {};
    services_.know(*this, request_.call.caller);
    if (state_ != State::open) return;
    services_.places.completed(*this);
    listener_ = services_.upgrades.accept(std::static_pointer_cast<platform::Connection>(self()),
                                          std::move(request_));
    signs_ = dynamic_cast<platform::SignsOfLifeListener*>(listener_.get());
    request_ = {};
    if (!listener_) close(CloseReason::defect);
    if (services_.stopping) stop();
    read();
}

template <class Stream>
void WebSocket<Stream>::read() {
    if (state_ != State::open || reading_ || pauses_ > 0) return;
    reading_ = true;
    socket_.async_read_some(input_, piece_bytes, [self = self()](error_code error, std::size_t) {
        const IoWatch::Piece piece(self->services_.watch, "socket message");
        self->services_.now = piece.began();
        self->on_read(error);
    });
}

template <class Stream>
void WebSocket<Stream>::resume() {
    if (--pauses_ > 0) return;
    heard_ = services_.now; // nothing was read meanwhile
    read();
}

template <class Stream>
void WebSocket<Stream>::on_read(error_code error) {
    if (state_ == State::ended) return;
    if (error) {
        platform::Ending ending;
        if (error == beast::websocket::error::closed) {
            ending.code = socket_.reason().code;
            ending.reason.assign(socket_.reason().reason.data(), socket_.reason().reason.size());
        }
        return end(std::move(ending));
    }
    if (state_ == State::closing) return;
    heard_ = services_.now;
    if (!take_piece()) return close(CloseReason::huge_message);
    if (socket_.is_message_done())
        take_message();
    else if (message_since_ == Time{})
        message_since_ = services_.now;
    reading_ = false;
    read();
}

// False: the message is so large that there is no reading past it.
template <class Stream>
bool WebSocket<Stream>::take_piece() {
    if (!socket_.is_message_done() || place.incomplete > 0) {
        const bool kept = services_.places.keeps(*this, input_.size());
        if (!kept && read_past_ == 0) return read_on_past();
    }
    if (read_past_ == 0 && (input_.size() <= ordinary_bytes || input_.size() <= listener_->longest_message()))
        return true;
    return read_on_past();
}

template <class Stream>
bool WebSocket<Stream>::read_on_past() {
    if (!skimmer_) skimmer_ = std::make_unique<Skimmer>();
    skimmer_->skim(view());
    read_past_ += input_.size();
    if (place.incomplete > 0) services_.places.keeps(*this, 0);
    input_ = {};
    return read_past_ <= most_read_past;
}

template <class Stream>
void WebSocket<Stream>::take_message() {
    message_since_ = {};
    services_.places.completed(*this);
    if (place.incomplete > 0) services_.places.keeps(*this, 0);
    hear();
    read_past_ = 0;
    skimmer_.reset();
    input_.consume(input_.size());
    if (input_.capacity() > (64u << 10)) input_ = {}; // one large message does not make every socket large
}

template <class Stream>
void WebSocket<Stream>::hear() {
    try {
        if (read_past_ == 0)
            listener_->on_message(view(), socket_.got_binary());
        else
            listener_->on_too_large(skimmer_->outline());
    } catch (const std::exception& error) {
        platform::log_error(std::string("A socket message failed: ") + error.what());
        close(CloseReason::defect);
    }
}

template <class Stream>
void WebSocket<Stream>::send(platform::Frame frame, std::function<void()> sent) {
    if (state_ != State::open) return;
    if (sending_) return platform::log_error("A frame was lost: one was under way already.");
    sending_ = true;
    sending_since_ = services_.now;
    socket_.binary(frame.binary);
    const auto& payload = *frame.payload;
    socket_.async_write(
        boost::asio::buffer(payload),
        [self = self(), frame = std::move(frame), sent = std::move(sent)](error_code error, std::size_t) {
            self->sending_ = false;
            if (!error && self->state_ != State::ended && sent) sent();
        });
}

template <class Stream>
void WebSocket<Stream>::close(CloseReason reason) {
    const std::string_view text = sentence_of(reason);
    platform::Ending ending{false, code_of(reason), std::string(text)};
    if (state_ == State::handshake) return end(std::move(ending));
    if (state_ != State::open) return;
    state_ = State::closing;
    closing_since_ = services_.now;
    ending_ = std::move(ending);
    const beast::websocket::close_reason why(static_cast<beast::websocket::close_code>(code_of(reason)),
                                             beast::string_view(text.data(), text.size()));
    // A close waits for the frame under way and then for the client's answer; `tick` makes sure that this
    // does not take long.
    socket_.async_close(why, [self = self()](error_code) { self->end({}); });
}

template <class Stream>
void WebSocket<Stream>::tick(Time now) {
    if (state_ == State::ended) return;
    if (state_ == State::closing) {
        if (now - closing_since_ > std::chrono::seconds(2)) end({});
        return;
    }
    const auto silent = pauses_ > 0 ? Time::duration{} : now - heard_;
    const bool stuck = sending_ && now - sending_since_ > services_.options.write_deadline;
    const platform::Patience patience = signs_ ? signs_->patience() : platform::Patience{};
    if (silent > services_.options.silent_limit + patience.before_close || stuck) {
        services_.timeouts.fetch_add(1, std::memory_order_relaxed);
        if (stuck || state_ == State::handshake) return end({false, 0, "it took nothing for too long"});
        return close(CloseReason::silent);
    }
    // As for the body of a request: a second more for each 32 KiB.
    const std::chrono::milliseconds more(static_cast<std::int64_t>(input_.size() + read_past_) / 32);
    if (message_since_ != Time{} && now - message_since_ > services_.options.body_deadline + more) {
        services_.timeouts.fetch_add(1, std::memory_order_relaxed);
        return close(CloseReason::unfinished_message);
    }
    if (state_ != State::open || pinging_) return;
    if (silent <= services_.options.ping_after + patience.before_ping) return;
    if (heard_ != silent_since_) {
        silent_since_ = heard_;
        if (signs_) signs_->on_silence();
    }
    pinging_ = true;
    socket_.async_ping({}, [self = self()](error_code) { self->pinging_ = false; });
}

template <class Stream>
void WebSocket<Stream>::end(platform::Ending ending) {
    if (state_ == State::ended) return;
    if (state_ != State::closing) ending_ = std::move(ending); // otherwise our own close has said it
    state_ = State::ended;
    error_code ignored;
    beast::get_lowest_layer(socket_).close(ignored);
    signs_ = nullptr;
    // The listener may be what ends the socket, so it is told once it has returned. The front door keeps us
    // until then: when it has nobody left, the io thread may stop.
    boost::asio::post(socket_.get_executor(), [self = self()] {
        if (const auto listener = std::move(self->listener_)) {
            try {
                listener->on_closed(self->ending_);
            } catch (const std::exception& error) {
                platform::log_error(std::string("A socket's end failed: ") + error.what());
            }
        }
        self->services_.remove(*self);
    });
}

using Plain = boost::asio::ip::tcp::socket;
using Tls = boost::asio::ssl::stream<Plain>;

} // namespace

std::string first_subprotocol(const Call& call) {
    const auto offered = call.header_values.find("sec-websocket-protocol");
    if (!offered) return {};
    return std::string(platform::trimmed(offered->substr(0, offered->find(','))));
}

template <class Stream>
std::shared_ptr<Peer> make_web_socket(PeerServices& services, Stream stream, UpgradeRequest request,
                                      std::string address) {
    return std::make_shared<WebSocket<Stream>>(services, std::move(stream), std::move(request),
                                               std::move(address));
}

template std::shared_ptr<Peer> make_web_socket<Plain>(PeerServices&, Plain, UpgradeRequest, std::string);
template std::shared_ptr<Peer> make_web_socket<Tls>(PeerServices&, Tls, UpgradeRequest, std::string);

} // namespace http
