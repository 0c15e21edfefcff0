#include "simulation/network.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <utility>

#include "platform/error.h"

namespace simulation {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using Fault = boost::system::error_code;
using Endpoints = tcp::resolver::results_type;

namespace {

constexpr auto request_deadline = std::chrono::seconds(30);
constexpr auto silent_limit = std::chrono::seconds(10);
constexpr std::size_t message_limit = 4u << 20;

std::string host_header(const ServerUrl& server) {
    const std::string host =
        server.host.find(':') == std::string::npos ? server.host : '[' + server.host + ']';
    return server.port == "80" ? host : host + ':' + server.port;
}

std::chrono::steady_clock::time_point time_point(double at_ms) {
    const auto since = std::chrono::duration<double, std::milli>(at_ms);
    return std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(since));
}

// When the timer is set again, an earlier wait may have ended with its handler still queued. The turn tells
// such a handler that it is too late.
class AsioTimer final : public Timer {
public:
    explicit AsioTimer(asio::io_context& context) : timer_(context) {}
    void set(double at_ms, std::function<void()> work) override {
        timer_.expires_at(time_point(at_ms));
        const std::uint64_t turn = ++*turn_;
        timer_.async_wait(
            [work = std::move(work), turn, current = std::weak_ptr<std::uint64_t>(turn_)](Fault fault) {
                const auto now = current.lock();
                if (!fault && now && *now == turn) work();
            });
    }
    void cancel() override {
        ++*turn_;
        timer_.cancel();
    }

private:
    asio::steady_timer timer_;
    std::shared_ptr<std::uint64_t> turn_ = std::make_shared<std::uint64_t>(0);
};

// One request on its own connection.
class Request final : public Transfer, public std::enable_shared_from_this<Request> {
public:
    Request(asio::io_context& context, beast::http::request<beast::http::string_body> request,
            std::function<void(Response)> done)
        : stream_(context), request_(std::move(request)), done_(std::move(done)) {}
    void start(const Endpoints& endpoints) {
        stream_.expires_after(request_deadline);
        stream_.async_connect(endpoints, [self = shared_from_this()](Fault fault, const tcp::endpoint&) {
            if (fault) return self->finish(fault);
            beast::http::async_write(self->stream_, self->request_, [self](Fault written, std::size_t) {
                if (written) return self->finish(written);
                self->read();
            });
        });
    }
    std::string drop() override {
        done_ = nullptr;
        stream_.close();
        const bool is_part =
            response_.is_header_done() && response_.get().result() == beast::http::status::partial_content;
        return is_part ? std::move(response_.get().body()) : std::string();
    }

private:
    void read() {
        beast::http::async_read(
            stream_, buffer_, response_,
            [self = shared_from_this()](Fault fault, std::size_t) { self->finish(fault); });
    }
    void finish(Fault fault) {
        if (!done_) return;
        if (fault) return done_({0, fault.message()});
        done_({static_cast<int>(response_.get().result_int()), std::move(response_.get().body())});
    }
    beast::tcp_stream stream_;
    beast::http::request<beast::http::string_body> request_;
    beast::http::response_parser<beast::http::string_body> response_;
    beast::flat_buffer buffer_;
    std::function<void(Response)> done_; // none once it was dropped
};

class WebSocket final : public Socket, public std::enable_shared_from_this<WebSocket> {
public:
    WebSocket(asio::io_context& context, SocketListener& listener) : stream_(context), listener_(&listener) {}

    void start(const Endpoints& endpoints, std::string host, std::string target, const std::string& token) {
        stream_.set_option(
            beast::websocket::stream_base::decorator([token](beast::websocket::request_type& request) {
                request.set(beast::http::field::authorization, "Bearer " + token);
            }));
        stream_.auto_fragment(false);
        stream_.read_message_max(message_limit);
        beast::get_lowest_layer(stream_).expires_after(request_deadline);
        beast::get_lowest_layer(stream_).async_connect(
            endpoints, [self = shared_from_this(), host = std::move(host), target = std::move(target)](
                           Fault fault, const tcp::endpoint&) {
                if (fault) return self->end();
                self->shake_hands(host, target);
            });
    }
    void send(std::string content, bool binary) override {
        waiting_.push_back({std::move(content), binary});
        if (open_ && waiting_.size() == 1) write();
    }
    void close() override {
        listener_ = nullptr;
        if (!open_) return drop();
        stream_.async_close(beast::websocket::close_code::normal, [self = shared_from_this()](Fault) {});
    }
    void drop() override {
        listener_ = nullptr;
        beast::get_lowest_layer(stream_).close();
    }

private:
    struct Message {
        std::string content;
        bool binary;
    };
    void shake_hands(const std::string& host, const std::string& target) {
        Fault ignored;
        beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay(true), ignored);
        beast::get_lowest_layer(stream_).expires_never();
        stream_.set_option(beast::websocket::stream_base::timeout{request_deadline, silent_limit, true});
        stream_.async_handshake(response_, host, target, [self = shared_from_this()](Fault fault) {
            self->status_ = static_cast<int>(self->response_.result_int());
            self->response_ = {};
            if (fault) return self->end();
            self->open_ = true;
            if (self->listener_) self->listener_->on_open();
            if (!self->waiting_.empty()) self->write();
            self->read();
        });
    }
    void read() {
        stream_.async_read(buffer_, [self = shared_from_this()](Fault fault, std::size_t) {
            if (fault) return self->end();
            const auto data = self->buffer_.cdata();
            if (self->listener_ && self->stream_.got_text())
                self->listener_->on_message({static_cast<const char*>(data.data()), data.size()});
            self->buffer_.consume(data.size());
            if (self->buffer_.capacity() > 16'384) self->buffer_ = {};
            self->read();
        });
    }
    void write() {
        stream_.binary(waiting_.front().binary);
        stream_.async_write(asio::buffer(waiting_.front().content),
                            [self = shared_from_this()](Fault fault, std::size_t) {
                                if (fault) return; // the reader hears of it too
                                self->waiting_.pop_front();
                                if (!self->waiting_.empty()) self->write();
                            });
    }
    void end() {
        open_ = false;
        if (SocketListener* listener = std::exchange(listener_, nullptr)) listener->on_closed(status_);
    }

    beast::websocket::stream<beast::tcp_stream> stream_;
    beast::websocket::response_type response_;
    beast::flat_buffer buffer_;
    std::deque<Message> waiting_;
    SocketListener* listener_;
    bool open_ = false;
    int status_ = 0;
};

} // namespace

ServerUrl parse_server_url(std::string_view url) {
    const auto refuse = [&] {
        throw platform::Error(platform::ErrorKind::bad_request,
                              "The server must look like http://192.0.2.5:8080");
    };
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) refuse();
    url.remove_prefix(scheme.size());
    ServerUrl server;
    const std::size_t slash = std::min(url.find('/'), url.size());
    server.path = url.substr(slash);
    while (server.path.ends_with('/'))
        server.path.pop_back();
    std::string_view host = url.substr(0, slash);
    const std::size_t bracket = host.find(']');
    const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        server.port = host.substr(colon + 1);
        host = host.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    server.host = host;
    const bool numeric = std::ranges::all_of(server.port, [](char c) { return c >= '0' && c <= '9'; });
    if (server.host.empty() || server.port.empty() || !numeric) refuse();
    return server;
}

struct Network::Impl {
    explicit Impl(ServerUrl the_server) : server(std::move(the_server)), signals(context) {}
    ServerUrl server;
    asio::io_context context{1};
    asio::signal_set signals;
    Endpoints endpoints;
};

Network::Network(const ServerUrl& server) : impl_(std::make_unique<Impl>(server)) {
    Fault fault;
    impl_->endpoints = tcp::resolver(impl_->context).resolve(server.host, server.port, fault);
    if (fault)
        throw platform::Error(platform::ErrorKind::unavailable, "There is no such host: " + server.host);
}

Network::~Network() = default;

double Network::now_ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::unique_ptr<Timer> Network::timer() {
    return std::make_unique<AsioTimer>(impl_->context);
}

void Network::ask(const std::string& path, const std::string& token, const std::string& body,
                  std::function<void(Response)> done) {
    using beast::http::field;
    using beast::http::verb;
    beast::http::request<beast::http::string_body> request(body.empty() ? verb::get : verb::post,
                                                           impl_->server.path + path, 11);
    request.set(field::host, host_header(impl_->server));
    request.set(field::connection, "close");
    if (!token.empty()) request.set(field::authorization, "Bearer " + token);
    if (!body.empty()) {
        request.set(field::content_type, "application/json");
        request.body() = body;
    }
    request.prepare_payload();
    std::make_shared<Request>(impl_->context, std::move(request), std::move(done))->start(impl_->endpoints);
}

std::shared_ptr<Transfer> Network::ask_range(const std::string& path, const std::string& token,
                                             std::int64_t first, std::int64_t last,
                                             std::function<void(Response)> done) {
    using beast::http::field;
    beast::http::request<beast::http::string_body> request(beast::http::verb::get, impl_->server.path + path,
                                                           11);
    request.set(field::host, host_header(impl_->server));
    request.set(field::connection, "close");
    request.set(field::authorization, "Bearer " + token);
    request.set(field::range, "bytes=" + std::to_string(first) + "-" + std::to_string(last));
    auto transfer = std::make_shared<Request>(impl_->context, std::move(request), std::move(done));
    transfer->start(impl_->endpoints);
    return transfer;
}

std::shared_ptr<Socket> Network::open(const std::string& path, const std::string& token,
                                      SocketListener& listener) {
    auto socket = std::make_shared<WebSocket>(impl_->context, listener);
    socket->start(impl_->endpoints, host_header(impl_->server), impl_->server.path + path, token);
    return socket;
}

void Network::on_signal(std::function<void()> work) {
    impl_->signals.add(SIGINT);
    impl_->signals.add(SIGTERM);
    impl_->signals.async_wait([work = std::move(work)](Fault fault, int) {
        if (!fault) work();
    });
}

void Network::run() {
    impl_->context.run();
}

void Network::stop() {
    impl_->context.stop();
}

} // namespace simulation
