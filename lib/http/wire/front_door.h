// The front door: one port, and no thread per idle connection.
//
// One io thread owns every socket (Asio). When a request's head has arrived, the route table says where it
// runs:
//
//   reads, writes, slow   the body is read whole, then the Executor runs it on threads of its own choice
//   memory                at once, on the io thread
//   transfer              the socket itself goes to a thread of the transfer pool, and comes back afterwards
//   an upgrade            becomes a WebSocket (web_socket.h) on the io thread
//
// cpp-httplib (engine.h) does the application layer of HTTP; it never listens. Answers leave in the order of
// their requests. A request never waits for an idle or slow connection, only for earlier requests on its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/serving/options.h"
#include "http/serving/route.h"
#include "http/serving/seams.h"
#include "http/wire/io_watch.h"
#include "platform/clock.h"

namespace http {

struct FrontDoorOptions : ServingOptions {
    std::vector<std::string> listen{"127.0.0.1:8080"}; // numeric; "[::]:8080"; port 0 takes a free one
    std::vector<int>
        inherited; // sockets that listen already; they are used instead, and stay open after a stop
    std::string tls_certificate, tls_key; // PEM files; both empty: plain

    std::size_t head_limit = 16 << 10;
    std::size_t connections = 8192;    // and sockets; whose they may be, `standing.h` says
    std::size_t pipelined = 16;        // requests of one connection that may be under way at once
    std::size_t transfer_threads = 64; // started as they are needed
    std::size_t transfers_waiting = 256;

    std::chrono::milliseconds head_deadline{5'000};  // a line break before it does not prolong it
    std::chrono::milliseconds body_deadline{30'000}; // and a second more for each 32 KiB
    std::chrono::milliseconds idle_deadline{75'000};
    std::chrono::milliseconds write_deadline{30'000}; // without any progress

    std::chrono::milliseconds ping_after{3'000};    // of silence
    std::chrono::milliseconds silent_limit{10'000}; // then it is closed
};

// Throws Error bad_request, naming the file, when a front door could not use these.
void check_certificate(const std::string& certificate, const std::string& key);

class FrontDoor {
public:
    // Everything but the options must outlive the front door. Routes are added before start.
    FrontDoor(FrontDoorOptions options, RouteTable& routes, Executor& executor, Authenticator& authenticator,
              AuditSink& audit, UpgradeHandler& upgrades, platform::Clock& clock);
    ~FrontDoor();
    FrontDoor(const FrontDoor&) = delete;
    FrontDoor& operator=(const FrontDoor&) = delete;

    // Binds unless it inherits, starts the io thread, and returns the bound ports in the order given. Throws when a port
    // is taken or the certificate cannot be used.
    std::vector<std::uint16_t> start();
    // Connections from now on get this certificate; those that are open keep theirs. Throws Error bad_request, and
    // nothing changes, when it cannot be used. Only on a front door that speaks TLS. From any thread.
    void use_certificate(const std::string& certificate, const std::string& key);
    // Takes no more connections, lets accepted requests finish and closes sockets with 4000; whatever is not
    // done within `grace` is cut. Returns when the io thread has ended; nothing posted runs after that.
    void stop(std::chrono::milliseconds grace);

    // Runs `work` on the io thread, soon, in order. Callable from any thread; many posts cost one wake-up.
    void post(std::function<void()> work);
    // Runs `work` on a worker: for what would keep the io thread too long. False: too much waits there already.
    // It must not throw. Callable from any thread.
    bool work(std::function<void()> job);
    // Runs `work` on the io thread again and again until the stop. Call it before start or on the io thread.
    void every(std::chrono::milliseconds period, std::function<void()> work);

    struct Figures {
        std::size_t connections = 0, sockets = 0, transfers = 0;
        std::uint64_t accepted = 0, requests = 0, refused_connections = 0, timeouts = 0;
        std::size_t incomplete_bytes = 0; // of bodies and messages
        IoWatch::Figures io{};
    };
    Figures figures() const; // from any thread

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace http
