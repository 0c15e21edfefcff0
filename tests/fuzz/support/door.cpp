#include "fuzz/support/door.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <thread>
#include <unordered_map>

#include "fuzz/support/fuzz.h"
#include "http/wire/connection.h"

namespace fuzz {

namespace asio = boost::asio;

struct Door::Impl final : http::Finished, http::TransferPool {
    Impl(http::RouteTable& routes, http::Executor& executor, http::Authenticator& authenticator,
         http::AuditSink& audit, http::UpgradeHandler& upgrade_handler, platform::Clock& clock)
        : dispatcher(options, routes, executor, authenticator, audit, clock, *this),
          services{options,
                   dispatcher,
                   *this,
                   upgrade_handler,
                   *this,
                   [this](std::shared_ptr<http::Peer> peer) { add(std::move(peer)); },
                   [this](http::Peer& peer) { remove(peer); },
                   [this](std::function<void()> job) {
                       chores.push_back(std::move(job));
                       return true;
                   },
                   watch,
                   [this](http::Peer& peer, const platform::Caller& caller) { places.know(peer, caller); },
                   places,
                   requests,
                   timeouts} {}

    // ---- Finished, TransferPool ----
    void finished(http::Exchange& exchange) override { done.push_back(&exchange); }
    bool submit(std::function<void()> job) override {
        transfers.push_back(std::move(job));
        return true;
    }

    void add(std::shared_ptr<http::Peer> peer) {
        http::Peer& added = *peer;
        peers.emplace(&added, std::move(peer));
        places.enter(added, added.address());
        added.start();
    }
    void remove(http::Peer& peer) {
        const auto found = peers.find(&peer);
        if (found == peers.end()) return;
        places.leave(peer);
        removed.push_back(std::move(found->second)); // its own code may be running
        peers.erase(found);
    }

    std::string talk(const std::vector<std::string_view>& pieces);
    void settle(int client, std::string& heard, bool all_sent);
    bool take_turn();
    static bool hear(int client, std::string& heard);
    void transfer(int client, std::string& heard);

    const http::FrontDoorOptions options;
    asio::io_context io{1};
    http::IoWatch watch;
    http::Places places{64};
    std::atomic<std::uint64_t> requests{0}, timeouts{0};
    http::Dispatcher dispatcher;
    http::PeerServices services;
    std::unordered_map<http::Peer*, std::shared_ptr<http::Peer>> peers;
    std::vector<std::shared_ptr<http::Peer>> removed;
    std::deque<std::function<void()>> chores, transfers;
    std::vector<http::Exchange*> done;
};

// What the front door's own thread does between two waits. False: there was nothing to do.
bool Door::Impl::take_turn() {
    io.restart();
    bool did = io.poll() > 0;
    while (!chores.empty()) {
        const auto chore = std::move(chores.front());
        chores.pop_front();
        chore();
        did = true;
    }
    for (http::Exchange* exchange : std::exchange(done, {})) {
        const bool prepared = exchange->state == http::Exchange::State::preparing;
        exchange->state = prepared ? http::Exchange::State::waiting : http::Exchange::State::done;
        --services.running;
        const auto peer = std::move(exchange->connection);
        peer->flush();
        did = true;
    }
    removed.clear();
    return did;
}

bool Door::Impl::hear(int client, std::string& heard) {
    char bytes[16 << 10];
    bool any = false;
    for (;;) {
        const ssize_t got = ::recv(client, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got <= 0) return any;
        heard.append(bytes, static_cast<std::size_t>(got));
        any = true;
    }
}

// A transfer has the socket to itself and may block on it, so it gets a thread, and the client reads meanwhile.
void Door::Impl::transfer(int client, std::string& heard) {
    const auto job = std::move(transfers.front());
    transfers.pop_front();
    std::atomic<bool> over{false};
    std::thread thread([&] {
        job();
        over = true;
    });
    while (!over)
        if (!hear(client, heard)) std::this_thread::yield();
    thread.join();
}

void Door::Impl::settle(int client, std::string& heard, bool all_sent) {
    for (;;) {
        services.now = std::chrono::steady_clock::now();
        bool did = take_turn();
        did = hear(client, heard) || did;
        if (did) continue;
        if (!all_sent || transfers.empty()) return;
        transfer(client, heard);
    }
}

std::string Door::Impl::talk(const std::vector<std::string_view>& pieces) {
    int ends[2];
    demand(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a pair of sockets can be made");
    asio::ip::tcp::socket socket(io);
    socket.assign(asio::ip::tcp::v4(), ends[0]);
    add(std::make_shared<http::Connection<asio::ip::tcp::socket>>(services, std::move(socket), "192.0.2.7"));
    std::string heard;
    settle(ends[1], heard, false);
    for (std::string_view piece : pieces) {
        while (!piece.empty()) {
            const ssize_t sent = ::send(ends[1], piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent <= 0) break; // the box has closed, or reads no more
            piece.remove_prefix(static_cast<std::size_t>(sent));
            settle(ends[1], heard, false);
        }
        if (!piece.empty()) break;
    }
    ::shutdown(ends[1], SHUT_WR);
    settle(ends[1], heard, true);
    // A WebSocket waits for an answer to its close, a connection for somebody to read its last answer.
    for (const auto& [peer, kept] : std::unordered_map(peers))
        peer->cut();
    settle(ends[1], heard, true);
    ::close(ends[1]);
    demand(peers.empty(), "the front door forgets a connection that has ended");
    demand(services.running == 0, "no exchange is left behind");
    demand(places.incomplete_bytes() == 0, "no bytes of unfinished bodies are still counted");
    places.tidy();
    return heard;
}

Door::Door(http::RouteTable& routes, http::Executor& executor, http::Authenticator& authenticator,
           http::AuditSink& audit, http::UpgradeHandler& upgrades, platform::Clock& clock)
    : impl_(std::make_unique<Impl>(routes, executor, authenticator, audit, upgrades, clock)) {}
Door::~Door() = default;

std::string Door::talk(const std::vector<std::string_view>& pieces) {
    return impl_->talk(pieces);
}

} // namespace fuzz
