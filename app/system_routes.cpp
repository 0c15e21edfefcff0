#include "app/system_routes.h"

#include <algorithm>

#include "app/appliance.h"
#include "app/box_routes.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/text.h"
#include "platform/version.h"

namespace app {

namespace {

using http::Json;

// In the words of the unreal and the trainer dialect; other monitoring systems understand them as well.
struct Health {
    bool well = false, database_answers = false;
};

Json health(const Health& health, std::int64_t now_ms, std::int64_t started_ms) {
    return {{"success", health.well},
            {"service", "Lectern"},
            {"status", health.well ? "healthy" : "unhealthy"},
            {"timestamp", platform::iso8601(now_ms)},
            {"environment", "production"},
            {"database", health.database_answers ? "connected" : "disconnected"},
            {"version", platform::version()},
            {"uptime", "running"},
            {"uptime_s", std::max<std::int64_t>(now_ms - started_ms, 0) / 1000}};
}

// A worker asks the store and waits, because a store that does not answer must be reported too.
http::Answer ask_health(Appliance& appliance, std::int64_t started_ms) {
    store::Store& store = appliance.services().store;
    bool answers = false;
    try {
        answers = store.read(
            [](store::Read& read) { return read.integer("SELECT count(*) FROM organisations").has_value(); });
    } catch (const platform::Error& error) {
        platform::log_warning(std::string("health: the database does not answer: ") + error.what());
    }
    const Vitals vitals = appliance.vitals();
    const Health found{answers && vitals.ready(),
                       answers && vitals.writer_turns && !store.figures().in_doubt};
    return http::json(health(found, appliance.services().clock.now_ms(), started_ms), found.well ? 200 : 503);
}

// Both run on the io thread, which must not wait for anything: see pulse.h.
void add_probes(http::RouteTable& table, const Appliance& appliance) {
    table.add(http::get("/healthz", "Do the server's threads turn? 503: restart it")
                  .memory()
                  .by(http::Access::open)
                  .counted()
                  .tagged("system")
                  .gives(http::object({{"status", http::one_of({"alive", "hung"})}}))
                  .handled([&appliance](http::Call&) {
                      const bool alive = appliance.vitals().alive();
                      return http::json({{"status", alive ? "alive" : "hung"}}, alive ? 200 : 503);
                  }));
    table.add(http::get("/readyz", "Can the box serve a lesson? 503 says what is wrong")
                  .memory()
                  .by(http::Access::open)
                  .counted()
                  .tagged("system")
                  .gives(http::object({{"status", http::one_of({"ready", "not ready"})},
                                       {"faults", http::list(http::text(1, 200), 16)}}))
                  .handled([&appliance](http::Call&) {
                      const Vitals vitals = appliance.vitals();
                      return http::json(
                          {{"status", vitals.ready() ? "ready" : "not ready"}, {"faults", vitals.faults}},
                          vitals.ready() ? 200 : 503);
                  }));
}

// Beside the certificate that the server shows, where `lectern certificate` leaves it.
void add_authority(http::RouteTable& table, const Appliance& appliance) {
    table.add(
        http::get("/v1/authority", "The box's own certificate authority, for devices that are to trust it")
            .slow()
            .by(http::Access::open)
            .counted()
            .tagged("system")
            .handled([certificate = appliance.tls_certificate()](http::Call&) {
                const auto file = std::filesystem::path(certificate).parent_path() / "authority.pem";
                const auto pem = certificate.empty() ? std::nullopt : platform::read_file(file);
                if (!pem) platform::throw_not_found("certificate authority on this box");
                return http::text(*pem, "application/x-x509-ca-cert")
                    .header("Content-Disposition", "attachment; filename=\"lectern-authority.pem\"");
            }));
}

} // namespace

void add_system_routes(http::RouteTable& table, Appliance& appliance) {
    add_authority(table, appliance);
    table.add(http::get("/health", "Is the box well?")
                  .slow()
                  .by(http::Access::open)
                  .counted()
                  .tagged("system")
                  .gives(http::open_object({{"status", http::one_of({"healthy", "unhealthy"})},
                                            {"timestamp", http::time()},
                                            {"environment", http::text(1, 40)},
                                            {"database", http::one_of({"connected", "disconnected"})},
                                            {"version", http::text(1, 80)},
                                            {"uptime", http::one_of({"running"})},
                                            {"uptime_s", http::integer(0, 1'000'000'000'000)},
                                            {"success", http::boolean()},
                                            {"service", http::text(1, 80)}}))
                  .handled([&appliance, started_ms = appliance.services().clock.now_ms()](http::Call&) {
                      return ask_health(appliance, started_ms);
                  }));
    add_probes(table, appliance);
    add_box_routes(table, appliance);
}

} // namespace app
