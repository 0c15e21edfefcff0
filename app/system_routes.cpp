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

// In the unreal dialect's words; other monitoring systems understand them as well.
Json health(bool answers, std::int64_t now_ms, std::int64_t started_ms) {
    return {{"status", answers ? "healthy" : "unhealthy"},
            {"timestamp", platform::iso8601(now_ms)},
            {"environment", "production"},
            {"database", answers ? "connected" : "disconnected"},
            {"version", platform::version()},
            {"uptime", static_cast<double>(std::max<std::int64_t>(now_ms - started_ms, 0)) / 1000.0}};
}

// A worker asks the store and waits, because a store that does not answer must be reported too.
http::Answer ask_health(store::Store& store, const platform::Clock& clock, std::int64_t started_ms) {
    bool answers = false;
    try {
        answers = store.read(
            [](store::Read& read) { return read.integer("SELECT count(*) FROM organisations").has_value(); });
    } catch (const platform::Error& error) {
        platform::log_warning(std::string("health: the database does not answer: ") + error.what());
    }
    return http::json(health(answers, clock.now_ms(), started_ms), answers ? 200 : 503);
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
    Services& services = appliance.services();
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
                                            {"uptime", http::number(0, 1e12)}}))
                  .handled([&services, started_ms = services.clock.now_ms()](http::Call&) {
                      return ask_health(services.store, services.clock, started_ms);
                  }));
    add_box_routes(table, appliance);
}

} // namespace app
