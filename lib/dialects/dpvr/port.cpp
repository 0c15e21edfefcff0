#include "dialects/dpvr/port.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <map>
#include <thread>
#include <utility>

#include "platform/error.h"
#include "platform/log.h"

namespace dialects::dpvr {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t piece_bytes = 4096;

std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

tcp::acceptor listening(asio::io_context& io, const std::string& address, std::uint16_t port) {
    try {
        return {io, tcp::endpoint(asio::ip::make_address(address), port)};
    } catch (const boost::system::system_error& error) {
        throw platform::Error(platform::ErrorKind::bad_request, "The port for DPVR headsets, " + address +
                                                                    ":" + std::to_string(port) + ": " +
                                                                    error.code().message());
    }
}

} // namespace

struct Port::Impl {
    struct Connection {
        explicit Connection(tcp::socket accepted) : socket(std::move(accepted)) {}
        tcp::socket socket;
        std::string address;
        FrameReader reader;
        std::array<char, piece_bytes> piece{};
        std::deque<std::string> waiting; // the first is being sent
        std::size_t waiting_bytes = 0;
    };
    using Number = Links::LinkNumber;

    Impl(const std::string& address, std::uint16_t port, Hearer its_hearer, LinkLimits limits,
         std::chrono::milliseconds its_tick)
        : acceptor(listening(io, address, port)),
          timer(io),
          hearer(std::move(its_hearer)),
          links(limits),
          tick(its_tick) {
        accept();
        look_at_deadlines();
        thread = std::thread([this] { run(); });
    }
    ~Impl() {
        io.stop();
        thread.join();
    }

    void run() {
        for (;;) {
            try {
                io.run();
                return;
            } catch (const std::exception& error) {
                platform::log_error(std::string("DPVR: ") + error.what());
            }
        }
    }

    void accept() {
        acceptor.async_accept([this](error_code error, tcp::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error) take(std::move(socket));
            // Without a descriptor left this would turn as fast as it can.
            if (error) return wait_to_accept();
            accept();
        });
    }

    void wait_to_accept() {
        const auto pause = std::make_shared<asio::steady_timer>(io, tick);
        pause->async_wait([this, pause](error_code error) {
            if (!error) accept();
        });
    }

    void take(tcp::socket socket) {
        error_code error;
        const auto from = socket.remote_endpoint(error);
        if (error) return;
        auto connection = std::make_shared<Connection>(std::move(socket));
        connection->address = from.address().to_string();
        const auto number = links.add(connection->address, steady_ms());
        if (!number) return; // and with it the socket goes
        connections.emplace(*number, connection);
        read(*number, connection);
    }

    void read(Number number, const std::shared_ptr<Connection>& connection) {
        connection->socket.async_read_some(
            asio::buffer(connection->piece), [this, number, connection](error_code error, std::size_t bytes) {
                if (!connections.contains(number)) return;
                if (error) return close(number);
                for (const Frame& frame :
                     connection->reader.take(std::string_view(connection->piece.data(), bytes))) {
                    hear(number, *connection, frame);
                    if (!connections.contains(number)) return;
                }
                if (connection->reader.is_broken()) return close(number);
                read(number, connection);
            });
    }

    void hear(Number number, const Connection& connection, const Frame& frame) {
        if (frame.type != static_cast<std::uint16_t>(MessageType::heartbeat)) return;
        const auto body = object_of(frame.body);
        if (!body) return;
        auto heartbeat = heartbeat_of(*body, connection.address);
        if (!heartbeat) return;
        const Heartbeat heard = *heartbeat;
        if (const auto goes = links.heard(number, *std::move(heartbeat), steady_ms())) {
            close(*goes);
            if (*goes == number) return;
        }
        hearer.heartbeat(number, heard);
    }

    void look_at_deadlines() {
        for (const Number number : links.due(steady_ms()))
            close(number);
        timer.expires_after(tick);
        timer.async_wait([this](error_code error) {
            if (!error) look_at_deadlines();
        });
    }

    void close(Number number) {
        const auto found = connections.find(number);
        if (found == connections.end()) return;
        const auto* link = links.find(number);
        const bool was_heard = link != nullptr && link->heartbeat;
        error_code ignored;
        found->second->socket.close(ignored);
        connections.erase(found);
        links.remove(number);
        if (was_heard) hearer.gone(number);
    }

    void send(Number number, std::string frame) {
        const auto found = connections.find(number);
        if (found == connections.end()) return;
        Connection& connection = *found->second;
        connection.waiting_bytes += frame.size();
        connection.waiting.push_back(std::move(frame));
        if (connection.waiting_bytes > most_waiting_bytes) return close(number);
        if (connection.waiting.size() == 1) write(number, found->second);
    }

    void write(Number number, const std::shared_ptr<Connection>& connection) {
        asio::async_write(connection->socket, asio::buffer(connection->waiting.front()),
                          [this, number, connection](error_code error, std::size_t bytes) {
                              if (!connections.contains(number)) return;
                              if (error) return close(number);
                              connection->waiting_bytes -= bytes;
                              connection->waiting.pop_front();
                              if (!connection->waiting.empty()) write(number, connection);
                          });
    }

    asio::io_context io;
    tcp::acceptor acceptor;
    asio::steady_timer timer;
    Hearer hearer;
    Links links;
    std::chrono::milliseconds tick;
    std::map<Number, std::shared_ptr<Connection>> connections;
    std::thread thread;
};

Port::Port(const std::string& address, std::uint16_t port, Hearer hearer, LinkLimits limits,
           std::chrono::milliseconds tick)
    : impl_(std::make_unique<Impl>(address, port, std::move(hearer), limits, tick)) {}
Port::~Port() = default;

std::uint16_t Port::number() const {
    return impl_->acceptor.local_endpoint().port();
}

void Port::send(Links::LinkNumber link, std::string frame) {
    asio::post(impl_->io, [impl = impl_.get(), link, frame = std::move(frame)]() mutable {
        impl->send(link, std::move(frame));
    });
}

} // namespace dialects::dpvr
