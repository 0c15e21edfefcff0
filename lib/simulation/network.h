// The network as simulated headsets need it: timers, requests and live sockets to one server, all on one
// thread. It is a plain interface, so that Asio and Beast are compiled in one place (network.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace simulation {

// "http://192.0.2.5:8080", perhaps with a path that is put before all others. Throws Error bad_request when
// it isn't such a URL.
struct ServerUrl {
    std::string host, port = "80", path;
};
ServerUrl parse_server_url(std::string_view url);

struct Response {
    int status = 0; // 0: no answer; `body` says why
    std::string body;
};

class SocketListener {
public:
    virtual ~SocketListener() = default;
    virtual void on_open() = 0;
    virtual void on_message(std::string_view text) = 0;
    // Called once, last, even when the socket could not be opened. `status` is the answer to the handshake, 0
    // when there was none.
    virtual void on_closed(int status) = 0;
};

// Sends and closes. After close() or drop() the listener hears no more.
class Socket {
public:
    virtual ~Socket() = default;
    virtual void send(std::string content, bool binary) = 0;
    virtual void close() = 0; // with a farewell
    virtual void drop() = 0;  // as if the Wi-Fi were lost
};

// A part of a file on its way.
class Transfer {
public:
    virtual ~Transfer() = default;
    // As if the Wi-Fi were lost: its answer is not heard any more. Gives the bytes of the file that had arrived.
    virtual std::string drop() = 0;
};

class Timer {
public:
    virtual ~Timer() = default;
    virtual void set(double at_ms, std::function<void()> work) = 0; // replaces what was set before
    virtual void cancel() = 0;
};

class Network {
public:
    explicit Network(const ServerUrl& server); // Error unavailable when the name is not known
    ~Network();

    double now_ms() const; // on a steady clock
    std::unique_ptr<Timer> timer();
    // Asks once. `token` and `body` may be empty; without a body it is a GET.
    void ask(const std::string& path, const std::string& token, const std::string& body,
             std::function<void(Response)> done);
    // Part of a file; both ends are included.
    std::shared_ptr<Transfer> ask_range(const std::string& path, const std::string& token, std::int64_t first,
                                        std::int64_t last, std::function<void(Response)> done);
    // The listener must live until on_closed or until the socket was closed.
    std::shared_ptr<Socket> open(const std::string& path, const std::string& token, SocketListener& listener);

    void on_signal(std::function<void()> work); // SIGINT, SIGTERM
    void run();                                 // until stop()
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace simulation
