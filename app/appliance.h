// The appliance: the services with the network in front of them. `lectern serve` and the tests start this
// same object.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/audit_sink.h"
#include "app/authenticator.h"
#include "app/config.h"
#include "app/executor.h"
#include "app/housekeeping.h"
#include "app/pulse.h"
#include "app/services.h"
#include "app/sockets.h"
#include "http/serving/route.h"
#include "http/wire/front_door.h"

namespace dialects::dpvr {
class Headsets;
class Port;
} // namespace dialects::dpvr

namespace app {

struct ApplianceOptions {
    ServicesOptions services;
    std::function<void(std::int64_t now_ms)> set_clock; // sets server time; none: it cannot be set
    std::function<std::optional<std::int64_t>()>
        true_ms;                                    // the time that a time server keeps; nullopt: none does
    std::function<void()> restart;                  // ends and starts the server again, soon; from any thread
    std::chrono::milliseconds housekeeping{60'000}; // how often it is asked whether the nightly jobs are due
    http::FrontDoorOptions front_door;
    bool behind_proxy = false;            // a proxy on this machine passes on other machines' requests
    std::optional<ListenAddress> dpvr;    // where DPVR headsets connect to; none: that is off
    std::chrono::milliseconds tick{1000}; // how often what is due is looked at
    // The io thread and the writer must turn this often, or the box is not ready.
    std::chrono::milliseconds turn_within{5000};
    std::chrono::milliseconds grace{10'000}; // for accepted requests, at the stop
};

class Appliance {
public:
    Appliance(ApplianceOptions options, platform::Clock& clock, platform::Random& random);
    ~Appliance();
    Appliance(const Appliance&) = delete;
    Appliance& operator=(const Appliance&) = delete;

    // Reads what is in memory, binds and serves. Throws when it cannot.
    void start();
    // Accepted requests finish, sockets are closed with 4000. Also done by the destructor.
    void stop();

    // For DPVR headsets; 0: none is open.
    std::uint16_t dpvr_port() const;
    dialects::dpvr::Headsets& dpvr() { return *dpvr_; }
    // Of the first listener, and of all.
    std::uint16_t port() const { return ports_.at(0); }
    const std::vector<std::uint16_t>& ports() const { return ports_; }
    // Where the box answers, for people: "http://192.0.2.5:8080".
    std::vector<std::string> addresses() const;
    const ApplianceOptions& options() const { return options_; }
    // On an empty box: what the first person must type; drawn at each start, and shown by the caller alone.
    const std::optional<std::string>& setup_code() const { return setup_code_; }
    bool uses_tls() const { return !options_.front_door.tls_certificate.empty(); }
    const std::string& tls_certificate() const {
        return options_.front_door.tls_certificate;
    } // its file; "": none
    // See FrontDoor: with a server that runs.
    void use_certificate(const std::string& certificate, const std::string& key) {
        front_door_.use_certificate(certificate, key);
    }
    Services& services() { return services_; }
    const http::RouteTable& routes() const { return routes_; }
    // Whether the box can serve, from any thread.
    Vitals vitals() const { return pulse_.look(); }
    http::FrontDoor::Figures network() const { return front_door_.figures(); }

private:
    void follow_true_time();
    void open_dpvr_port();

    ApplianceOptions options_;
    http::RouteTable routes_;
    Services services_;
    Pulse pulse_;
    Executor executor_;
    Authenticator authenticator_;
    AuditSink audit_;
    Sockets sockets_;
    http::FrontDoor front_door_;
    std::unique_ptr<dialects::dpvr::Headsets> dpvr_;
    std::unique_ptr<dialects::dpvr::Port> dpvr_port_;
    std::unique_ptr<Housekeeping> housekeeping_;
    std::vector<std::uint16_t> ports_;
    std::optional<std::string> setup_code_;
    bool running_ = false;
};

} // namespace app
