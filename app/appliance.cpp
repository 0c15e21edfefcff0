#include "app/appliance.h"

#include "app/addresses.h"
#include "app/recovery.h"
#include "app/routes.h"
#include "app/wiring.h"

namespace app {

namespace {

// Pages get what changed in one frame this often; quicker than the eye, slower than thirty headsets.
constexpr std::chrono::milliseconds page_tick{20};
// How soon headsets hear that they are watched.
constexpr std::chrono::milliseconds pictures_tick{250};

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
    pulse_.start();
    front_door_.every(options_.turn_within / 5, [this] { pulse_.beat(); });
    ports_ = front_door_.start();
    housekeeping_ = std::make_unique<Housekeeping>(services_, options_.housekeeping);
    running_ = true;
}

void Appliance::stop() {
    if (!running_) return;
    running_ = false;
    housekeeping_.reset();
    front_door_.stop(options_.grace);
    services_.stop(); // its jobs still tell the front door and the audit sink
}

std::vector<std::string> Appliance::addresses() const {
    const std::string& listen = options_.front_door.listen.at(0);
    std::string address = listen.substr(0, listen.rfind(':'));
    if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
    return reachable_addresses(address, port(), uses_tls());
}

} // namespace app
