#include "support/socket_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace support {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using beast::error_code;

struct SocketClient::Impl {
    asio::io_context io;
    beast::websocket::stream<tcp::socket> socket{io};
    beast::websocket::response_type response;
    beast::flat_buffer buffer;
    bool reading = false, message_there = false, ended = false, binary = false;
    int pings = 0;

    // Runs until `done`; false when time is up.
    bool run_until(const bool& done, std::chrono::milliseconds patience) {
        const auto end = std::chrono::steady_clock::now() + patience;
        io.restart();
        while (!done && std::chrono::steady_clock::now() < end)
            if (io.run_one_until(end) == 0) break;
        return done;
    }
    void start_reading() {
        if (reading || message_there || ended) return;
        reading = true;
        socket.async_read(buffer, [this](error_code error, std::size_t) {
            reading = false;
            (error ? ended : message_there) = true;
            binary = socket.got_binary();
        });
    }
    bool wait_for_message(std::chrono::milliseconds patience) {
        start_reading();
        const auto end = std::chrono::steady_clock::now() + patience;
        io.restart();
        while (reading && std::chrono::steady_clock::now() < end)
            if (io.run_one_until(end) == 0 && io.stopped()) io.restart();
        return message_there;
    }
    void write(std::string_view bytes, bool as_binary) {
        bool done = false;
        socket.binary(as_binary);
        error_code failure;
        socket.async_write(asio::buffer(bytes.data(), bytes.size()), [&](error_code error, std::size_t) {
            failure = error;
            done = true;
        });
        if (!run_until(done, std::chrono::seconds(20)))
            throw std::runtime_error("the message was not taken in time");
        if (failure) throw std::runtime_error("the message was not taken: " + failure.message());
    }
};

SocketClient::SocketClient(std::uint16_t port, const std::string& target, const Headers& headers,
                           bool deflate)
    : impl_(std::make_unique<Impl>()) {
    auto& socket = impl_->socket;
    socket.next_layer().connect({asio::ip::address_v4::loopback(), port});
    socket.set_option(
        beast::websocket::stream_base::decorator([headers](beast::websocket::request_type& request) {
            for (const auto& [name, value] : headers)
                request.set(name, value);
        }));
    if (deflate) {
        beast::websocket::permessage_deflate option;
        option.client_enable = true;
        socket.set_option(option);
    }
    socket.control_callback([impl = impl_.get()](beast::websocket::frame_type kind, beast::string_view) {
        if (kind == beast::websocket::frame_type::ping) ++impl->pings;
    });
    bool done = false;
    error_code failure;
    socket.async_handshake(impl_->response, "box", target, [&](error_code error) {
        failure = error;
        done = true;
    });
    if (!impl_->run_until(done, std::chrono::seconds(20))) throw std::runtime_error("no handshake in time");
    if (failure) throw HandshakeRefused(impl_->response.result_int(), impl_->response.body());
}

SocketClient::~SocketClient() = default;
SocketClient::SocketClient(SocketClient&&) noexcept = default;

void SocketClient::send(std::string_view text) {
    impl_->write(text, false);
}
void SocketClient::send_binary(std::string_view bytes) {
    impl_->write(bytes, true);
}

bool SocketClient::hears_something(std::chrono::milliseconds patience) {
    return impl_->wait_for_message(patience);
}

std::optional<std::string> SocketClient::read(std::chrono::milliseconds patience) {
    if (!impl_->wait_for_message(patience)) {
        if (impl_->ended) return std::nullopt;
        throw std::runtime_error("no message in time");
    }
    impl_->message_there = false;
    std::string message = beast::buffers_to_string(impl_->buffer.data());
    impl_->buffer.consume(impl_->buffer.size());
    return message;
}

bool SocketClient::last_was_binary() const {
    return impl_->binary;
}
std::uint16_t SocketClient::close_code() const {
    return impl_->socket.reason().code;
}
int SocketClient::pings_heard() const {
    return impl_->pings;
}

std::string SocketClient::header(std::string_view name) const {
    const auto value = impl_->response[beast::string_view(name.data(), name.size())];
    return {value.data(), value.size()};
}

void SocketClient::close() {
    bool done = false;
    impl_->socket.async_close(beast::websocket::close_code::normal, [&](error_code) { done = true; });
    impl_->run_until(done, std::chrono::seconds(20));
}

void SocketClient::hang_up() {
    error_code ignored;
    impl_->socket.next_layer().close(ignored);
}

} // namespace support
