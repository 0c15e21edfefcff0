#include "http/wire/front_door.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "http/serving/dispatcher.h"
#include "http/wire/connection.h"
#include "http/wire/tls.h"
#include "http/wire/worker_pool.h"
#include "platform/error.h"
#include "platform/log.h"

namespace http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds tick_period{250};
// For what would keep the io thread too long: parsing and inflating what is large.
constexpr std::size_t chore_threads = 2, chores_waiting = 1024;

tcp::endpoint endpoint_of(const std::string& text) {
    const auto colon = text.rfind(':');
    std::string host = text.substr(0, colon == text.npos ? 0 : colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    const int port = colon == text.npos ? -1 : std::atoi(text.c_str() + colon + 1);
    if (error || port < 0 || port > 65535)
        throw platform::Error(platform::ErrorKind::bad_request,
                              "Not a numeric address and port to listen on: " + text);
    return {address, static_cast<std::uint16_t>(port)};
}

// A socket for both families shows an IPv4 client as ::ffff:192.0.2.5. To everybody else it is 192.0.2.5.
asio::ip::address plain(const asio::ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

class BoundedTransfers final : public TransferPool {
public:
    explicit BoundedTransfers(const FrontDoorOptions& options)
        : pool_(options.transfer_threads, options.transfers_waiting) {}
    bool submit(std::function<void()> job) override { return pool_.submit(std::move(job)); }
    std::size_t busy() const { return pool_.busy(); }
    void stop() { pool_.stop(); }

private:
    WorkerPool pool_;
};

// A browser ignores HSTS over plain HTTP, where anybody may have written it.
FrontDoorOptions without_hsts_unless_tls(FrontDoorOptions options) {
    if (options.tls_certificate.empty()) options.strict_transport_security.clear();
    return options;
}

} // namespace

// The mailbox: answers and posts from other threads wait here until the io thread fetches them all at once,
// so a group commit of a hundred requests costs one wake-up.
struct FrontDoor::Impl final : Finished {
    Impl(FrontDoorOptions given, RouteTable& routes, Executor& executor, Authenticator& authenticator,
         AuditSink& audit, UpgradeHandler& upgrade_handler, platform::Clock& clock)
        : options(without_hsts_unless_tls(std::move(given))),
          transfers(options),
          dispatcher(options, routes, executor, authenticator, audit, clock, *this),
          services{
              options,
              dispatcher,
              transfers,
              upgrade_handler,
              *this,
              [this](std::shared_ptr<Peer> peer) { add(std::move(peer)); },
              [this](Peer& peer) { remove(peer); },
              [this](std::function<void()> job) { return chores.submit(std::move(job)); },
              io_watch,
              [this](Peer& peer, const platform::Caller& caller) { crowd_out(places.know(peer, caller)); },
              places,
              requests,
              timeouts} {}

    std::vector<std::uint16_t> start();
    bool takes_both_families(const tcp::endpoint& endpoint) const;
    void listen(const tcp::endpoint& endpoint);
    void inherit(int descriptor);
    void accept_next(tcp::acceptor& acceptor);
    void accepted(tcp::socket socket);
    void add(std::shared_ptr<Peer> peer);
    void remove(Peer& peer);
    void crowd_out(Peer* peer);
    void tick();
    void begin_stop(milliseconds grace);
    void stop_peers();
    void cut_peers();
    void end_if_empty();

    void finished(Exchange& exchange) override;
    void post(std::function<void()> work);
    void wake(bool needed);
    void drain();
    void repeat(std::shared_ptr<asio::steady_timer> timer, milliseconds period,
                std::shared_ptr<std::function<void()>> work);
    static void guarded(const std::function<void()>& work);
    void run();

    const FrontDoorOptions options;
    std::atomic<std::uint64_t> accepted_count{0}, refused_count{0}, requests{0}, timeouts{0};
    std::atomic<std::size_t> connection_count{0}, socket_count{0};

    asio::io_context io{1};
    std::shared_ptr<asio::ssl::context> tls; // OpenSSL counts its users: a connection outlives a replaced one
    BoundedTransfers transfers;
    WorkerPool chores{chore_threads, chores_waiting};
    IoWatch io_watch;
    Places places{options.connections};
    Dispatcher dispatcher;
    PeerServices services;
    std::list<tcp::acceptor> acceptors;
    std::unordered_map<Peer*, std::shared_ptr<Peer>> peers;
    asio::steady_timer stop_timer{io}, cut_timer{io};
    std::thread thread;

    std::mutex mutex;
    std::vector<Exchange*> finished_exchanges, finished_now;
    std::vector<std::function<void()>> posted, posted_now;
    std::vector<std::shared_ptr<Peer>> touched;
    bool wake_due = false, ended = false;
};

// ---- the mailbox ----

void FrontDoor::Impl::finished(Exchange& exchange) {
    bool needed;
    {
        const std::lock_guard lock(mutex);
        finished_exchanges.push_back(&exchange);
        needed = !std::exchange(wake_due, true);
    }
    wake(needed);
}

void FrontDoor::Impl::post(std::function<void()> work) {
    bool needed;
    {
        const std::lock_guard lock(mutex);
        if (ended) return;
        posted.push_back(std::move(work));
        needed = !std::exchange(wake_due, true);
    }
    wake(needed);
}

void FrontDoor::Impl::wake(bool needed) {
    if (needed) asio::post(io, [this] { drain(); });
}

void FrontDoor::Impl::drain() {
    {
        const std::lock_guard lock(mutex);
        wake_due = false;
        finished_now.swap(finished_exchanges);
        posted_now.swap(posted);
    }
    const IoWatch::Piece piece(io_watch, "answers and announcements");
    services.now = piece.began();
    for (Exchange* exchange : finished_now) {
        const bool prepared = exchange->state == Exchange::State::preparing;
        exchange->state = prepared ? Exchange::State::waiting : Exchange::State::done;
        --services.running;
        auto peer = std::move(exchange->connection);
        if (std::exchange(peer->flush_due, true)) continue;
        touched.push_back(std::move(peer));
    }
    finished_now.clear();
    // Announcements first: they were made before the answers of the same commit, and a page sees its own
    // change sooner.
    for (auto& work : posted_now)
        guarded(work);
    posted_now.clear();
    for (auto& peer : touched) {
        peer->flush_due = false;
        peer->flush();
    }
    touched.clear();
    end_if_empty();
}

// A fault in one of them must not cost the others their turn.
void FrontDoor::Impl::guarded(const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& error) {
        platform::log_error(std::string("On the io thread: ") + error.what());
    }
}

// ---- sockets ----

// "[::]" means all addresses of the box, those of IPv4 too, unless the list names these itself.
bool FrontDoor::Impl::takes_both_families(const tcp::endpoint& endpoint) const {
    return endpoint.address() == asio::ip::address_v6::any() &&
           std::ranges::none_of(options.listen, [&](const std::string& other) {
               const tcp::endpoint named = endpoint_of(other);
               return named.address().is_v4() && named.port() == endpoint.port();
           });
}

void FrontDoor::Impl::listen(const tcp::endpoint& endpoint) {
    error_code error;
    tcp::acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.address().is_v6())
        acceptor.set_option(asio::ip::v6_only(!takes_both_families(endpoint)), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        throw platform::Error(platform::ErrorKind::conflict,
                              "Cannot listen on " + endpoint.address().to_string() + ":" +
                                  std::to_string(endpoint.port()) + ": " + error.message());
    acceptors.push_back(std::move(acceptor));
}

// A copy, because the next start in this process needs the socket again.
void FrontDoor::Impl::inherit(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    error_code error(copy < 0 ? errno : 0, boost::system::system_category());
    if (!error && ::getsockname(copy, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        error.assign(errno, boost::system::system_category());
    tcp::acceptor acceptor(io);
    if (!error) acceptor.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), copy, error);
    if (error)
        throw platform::Error(platform::ErrorKind::bad_request,
                              "Cannot use the inherited socket: " + error.message());
    acceptors.push_back(std::move(acceptor));
}

void FrontDoor::Impl::accept_next(tcp::acceptor& acceptor) {
    acceptor.async_accept([this, &acceptor](error_code error, tcp::socket socket) {
        if (!acceptor.is_open()) return;
        const IoWatch::Piece piece(io_watch, "new connection");
        services.now = piece.began();
        if (!error) {
            accepted(std::move(socket));
            return accept_next(acceptor);
        }
        // Most likely out of descriptors. Trying again at once would only spin.
        auto pause = std::make_shared<asio::steady_timer>(io, milliseconds(100));
        pause->async_wait([this, &acceptor, pause](error_code) {
            if (acceptor.is_open()) accept_next(acceptor);
        });
    });
}

void FrontDoor::Impl::accepted(tcp::socket socket) {
    error_code error;
    const auto remote = socket.remote_endpoint(error);
    if (error) return;
    std::string address = plain(remote.address()).to_string();
    accepted_count.fetch_add(1, std::memory_order_relaxed);
    if (tls) {
        using Tls = asio::ssl::stream<tcp::socket>;
        add(std::make_shared<Connection<Tls>>(services, Tls(std::move(socket), *tls), std::move(address)));
    } else {
        add(std::make_shared<Connection<tcp::socket>>(services, std::move(socket), std::move(address)));
    }
}

void FrontDoor::Impl::add(std::shared_ptr<Peer> peer) {
    Peer& added = *peer;
    ++(added.is_socket() ? socket_count : connection_count);
    peers.emplace(&added, std::move(peer));
    crowd_out(places.enter(added, added.address()));
    added.start();
}

// It has lost its place to somebody else.
void FrontDoor::Impl::crowd_out(Peer* peer) {
    if (peer == nullptr) return;
    refused_count.fetch_add(1, std::memory_order_relaxed);
    peer->cut();
}

void FrontDoor::Impl::remove(Peer& peer) {
    const auto found = peers.find(&peer);
    if (found == peers.end()) return;
    places.leave(peer);
    --(peer.is_socket() ? socket_count : connection_count);
    // The peer's own code may be running.
    asio::post(io, [this, keep = std::move(found->second)] { end_if_empty(); });
    peers.erase(found);
}

// ---- life ----

std::vector<std::uint16_t> FrontDoor::Impl::start() {
    if (!options.tls_certificate.empty() || !options.tls_key.empty())
        tls = make_tls_context(options.tls_certificate, options.tls_key);
    for (const int descriptor : options.inherited)
        inherit(descriptor);
    for (const auto& address : options.listen)
        if (options.inherited.empty()) listen(endpoint_of(address));
    std::vector<std::uint16_t> ports;
    for (const auto& acceptor : acceptors)
        ports.push_back(acceptor.local_endpoint().port());
    for (auto& acceptor : acceptors)
        accept_next(acceptor);
    services.now = std::chrono::steady_clock::now();
    repeat(std::make_shared<asio::steady_timer>(io), tick_period,
           std::make_shared<std::function<void()>>([this] { tick(); }));
    thread = std::thread([this] { run(); });
    return ports;
}

void FrontDoor::Impl::run() {
    const auto work = asio::make_work_guard(io);
    while (!io.stopped()) {
        try {
            io.run();
        } catch (const std::exception& error) {
            // One connection's fault must not end all others.
            platform::log_error(std::string("The front door: ") + error.what());
        }
    }
}

void FrontDoor::Impl::tick() {
    services.now = std::chrono::steady_clock::now();
    io_watch.look();
    dispatcher.tick();
    std::vector<std::shared_ptr<Peer>> all; // a tick may close its peer
    all.reserve(peers.size());
    for (const auto& entry : peers)
        all.push_back(entry.second);
    for (const auto& peer : all)
        peer->tick(services.now);
    places.tidy();
}

void FrontDoor::Impl::repeat(std::shared_ptr<asio::steady_timer> timer, milliseconds period,
                             std::shared_ptr<std::function<void()>> work) {
    timer->expires_after(period);
    timer->async_wait([this, timer, period, work](error_code error) {
        if (error) return;
        io_watch.look();
        {
            const IoWatch::Piece piece(io_watch, "timer");
            guarded(*work);
        }
        repeat(timer, period, work);
    });
}

void FrontDoor::Impl::begin_stop(milliseconds grace) {
    for (auto& acceptor : acceptors) {
        error_code ignored;
        acceptor.close(ignored);
    }
    // Bytes that already lie in the sockets were sent before we stopped: read them, then nothing more.
    stop_timer.expires_after(milliseconds(10));
    stop_timer.async_wait([this](error_code) { stop_peers(); });
    cut_timer.expires_after(grace + milliseconds(10));
    cut_timer.async_wait([this](error_code error) {
        if (!error) cut_peers();
    });
}

void FrontDoor::Impl::stop_peers() {
    services.stopping = true;
    dispatcher.stop();
    services.now = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<Peer>> all;
    for (const auto& entry : peers)
        all.push_back(entry.second);
    for (const auto& peer : all)
        peer->stop();
    end_if_empty();
}

void FrontDoor::Impl::cut_peers() {
    std::vector<std::shared_ptr<Peer>> all;
    for (const auto& entry : peers)
        all.push_back(entry.second);
    dispatcher.cut();
    for (const auto& peer : all)
        peer->cut();
}

// The end comes when nobody holds a socket and no thread an exchange: an executor may still be working on one
// whose client has gone.
void FrontDoor::Impl::end_if_empty() {
    if (!services.stopping || !peers.empty() || services.running > 0) return;
    {
        const std::lock_guard lock(mutex);
        ended = true;
        posted.clear();
    }
    io.stop();
}

FrontDoor::FrontDoor(FrontDoorOptions options, RouteTable& routes, Executor& executor,
                     Authenticator& authenticator, AuditSink& audit, UpgradeHandler& upgrades,
                     platform::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), routes, executor, authenticator, audit, upgrades,
                                   clock)) {}

FrontDoor::~FrontDoor() {
    stop(milliseconds(0));
}

std::vector<std::uint16_t> FrontDoor::start() {
    return impl_->start();
}

void FrontDoor::stop(milliseconds grace) {
    if (!impl_->thread.joinable()) return;
    asio::post(impl_->io, [this, grace] { impl_->begin_stop(grace); });
    impl_->thread.join();
    impl_->transfers.stop();
    impl_->chores.stop();
}

bool FrontDoor::work(std::function<void()> job) {
    return impl_->chores.submit(std::move(job));
}

void FrontDoor::post(std::function<void()> work) {
    impl_->post(std::move(work));
}

void check_certificate(const std::string& certificate, const std::string& key) {
    make_tls_context(certificate, key);
}

void FrontDoor::use_certificate(const std::string& certificate, const std::string& key) {
    post([this, context = std::shared_ptr(make_tls_context(certificate, key))] { impl_->tls = context; });
}

void FrontDoor::every(milliseconds period, std::function<void()> work) {
    impl_->repeat(std::make_shared<asio::steady_timer>(impl_->io), period,
                  std::make_shared<std::function<void()>>(std::move(work)));
}

FrontDoor::Figures FrontDoor::figures() const {
    return {impl_->connection_count,  impl_->socket_count,
            impl_->transfers.busy(),  impl_->accepted_count,
            impl_->requests,          impl_->refused_count,
            impl_->timeouts,          impl_->places.incomplete_bytes(),
            impl_->io_watch.figures()};
}

} // namespace http
