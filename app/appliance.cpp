#include "app/appliance.h"

#include <algorithm>
#include <cstdlib>

#include "app/addresses.h"
#include "app/recovery.h"
#include "app/routes.h"
#include "app/wiring.h"
#include "dialects/dpvr/headsets.h"
#include "dialects/dpvr/port.h"
#include "platform/log.h"

namespace app {

namespace {

// Pages get what changed in one frame this often; quicker than the eye, slower than thirty headsets.
constexpr std::chrono::milliseconds page_tick{20};
// How soon headsets hear that they are watched.
constexpr std::chrono::milliseconds pictures_tick{250};
// How far our clock may be from the true time, and how often we look.
constexpr std::int64_t most_apart_ms = 1000;
constexpr int ticks_between_looks_at_clock = 10;

} // namespace

Appliance::Appliance(ApplianceOptions options, platform::Clock& clock, platform::Random& random)
    : options_(std::move(options)),
      services_(options_.services, clock, random,
                [this](std::function<void()> work) { front_door_.post(std::move(work)); }),
      pulse_(services_.store, services_.folder, options_.turn_within),
      executor_(services_.store,
                services_.chat_endpoint.is_configured() ? options_.services.chat.concurrency : 0),
      authenticator_(services_.logins, services_.site_keys, clock),
      audit_(services_.audit, services_.inspector, clock),
      sockets_(services_,
               {.routes = routes_,
                .executor = executor_,
                .audit = audit_,
                .clock = clock,
                .post = [this](std::function<void()> work) { front_door_.post(std::move(work)); },
                .work = [this](std::function<void()> job) { return front_door_.work(std::move(job)); }},
               authenticator_),
      front_door_(options_.front_door, routes_, executor_, authenticator_, audit_, sockets_, clock) {
    dpvr_ = std::make_unique<dialects::dpvr::Headsets>(
        dialects::dpvr::Parts{services_.store, services_.hub, clock, services_.devices, services_.pairing,
                              services_.presence, services_.sessions, services_.director, services_.places});
    connect(services_, *dpvr_);
    add_routes(routes_, services_, *this);
    add_socket_dialects(sockets_, routes_, services_, uses_tls());
    connect(services_, sockets_, front_door_);
}

// Also after a start that failed: what waits in the store still uses the members that go before it.
Appliance::~Appliance() {
    stop();
    services_.stop();
}

void Appliance::start() {
    recover(services_);
    setup_code_ = services_.store.write("draw setup code", [this](store::Tx& tx) {
        return services_.setup.needed(tx) ? services_.setup.draw_code(tx) : std::nullopt;
    });
    front_door_.every(page_tick, [this] { services_.hub.tick(); });
    front_door_.every(pictures_tick, [this] { services_.director.ask_for_pictures(); });
    front_door_.every(options_.tick, [this] { services_.schedule.tick(); });
    front_door_.every(options_.tick * ticks_between_looks_at_clock, [this] { follow_true_time(); });
    pulse_.start();
    front_door_.every(options_.turn_within / 5, [this] { pulse_.beat(); });
    if (options_.dpvr) open_dpvr_port(); // before the io thread runs, which uses it
    ports_ = front_door_.start();
    housekeeping_ = std::make_unique<Housekeeping>(services_, options_.housekeeping);
    running_ = true;
}

void Appliance::stop() {
    if (!running_) return;
    running_ = false;
    housekeeping_.reset();
    front_door_.stop(options_.grace);
    dpvr_port_.reset(); // after the io thread, which uses it
    services_.stop();   // its jobs still tell the front door and the audit sink
}

void Appliance::open_dpvr_port() {
    using dialects::dpvr::Heartbeat;
    using Number = dialects::dpvr::Links::LinkNumber;
    dpvr_->send_by([this](Number link, std::string frame) { dpvr_port_->send(link, std::move(frame)); });
    dpvr_port_ = std::make_unique<dialects::dpvr::Port>(
        options_.dpvr->address, options_.dpvr->port,
        dialects::dpvr::Port::Hearer{
            [this](Number link, const Heartbeat& heartbeat) { dpvr_->heard(link, heartbeat); },
            [this](Number link) { dpvr_->gone(link); }});
}

std::uint16_t Appliance::dpvr_port() const {
    return dpvr_port_ ? dpvr_port_->number() : 0;
}

std::vector<std::string> Appliance::addresses() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < options_.front_door.listen.size(); ++i) {
        const std::string& listen = options_.front_door.listen[i];
        std::string address = listen.substr(0, listen.rfind(':'));
        if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
        for (std::string& url : reachable_addresses(address, ports_.at(i), uses_tls()))
            if (std::ranges::find(all, url) == all.end()) all.push_back(std::move(url));
    }
    return all;
}

// A small board without a battery starts at a wrong time, and a time server sets the machine's clock a minute
// later. A lesson computes its positions from our clock, so it must not jump under one.
void Appliance::follow_true_time() {
    const auto true_ms = options_.true_ms ? options_.true_ms() : std::nullopt;
    if (!true_ms || !options_.set_clock || services_.director.any_live()) return;
    const std::int64_t behind_ms = *true_ms - services_.clock.now_ms();
    if (std::abs(behind_ms) < most_apart_ms) return;
    front_door_.work([this, behind_ms] {
        options_.set_clock(services_.clock.now_ms() + behind_ms);
        platform::log_info("the clock has moved by " + std::to_string(behind_ms) +
                           " ms: a time server has set the machine's");
    });
}

} // namespace app
