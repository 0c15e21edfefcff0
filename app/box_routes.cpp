#include "app/box_routes.h"

#include <sqlite3.h>

#include "app/appliance.h"
#include "app/metrics.h"
#include "app/settings.h"
#include "platform/error.h"
#include "platform/process.h"
#include "platform/text.h"
#include "platform/version.h"
#include "sessions/before/due.h"
#include "store/migrate.h"
#include "store/settings.h"

namespace app {

namespace {

using http::Json;

Json store_figures(const store::Store::Figures& figures) {
    return {{"queue", figures.queue},         {"jobs", figures.jobs},
            {"groups", figures.groups},       {"commit_last_us", figures.commit_last_us},
            {"wal_bytes", figures.wal_bytes}, {"storage_full", figures.storage_full}};
}

Json live_figures(const live::Hub::Figures& figures) {
    return {{"clients", figures.clients},
            {"topics", figures.topics},
            {"queued_bytes", figures.queued_bytes},
            {"dropped_pictures", figures.dropped_pictures},
            {"dropped_clients", figures.dropped_clients},
            {"frames", figures.frames}};
}

// The box's clock beside the caller's, and beside the machine's own clock, which may have no battery.
Json clock_figures(const http::Call& call, const Appliance& appliance, std::int64_t now_ms) {
    const auto client_ms = call.query_integer("client_ms");
    return {{"server_ms", now_ms},
            {"difference_ms", client_ms ? Json(now_ms - *client_ms) : Json()}, // positive: the box is ahead
            {"can_be_set", appliance.options().set_clock != nullptr}};
}

http::Answer system_answer(const http::Call& call, Appliance& appliance) {
    Services& services = appliance.services();
    const auto network = appliance.network();
    const auto process = platform::process_figures();
    const std::int64_t now_ms = services.clock.now_ms();
    const DiskFigures disk = disk_figures(services.folder);
    return http::json({{"version", platform::version()},
                       {"server_at", platform::iso8601(now_ms)},
                       {"addresses", appliance.addresses()},
                       {"memory_bytes", process.resident_bytes},
                       {"cpu_ms", process.cpu_us / 1000},
                       {"open_files", process.open_files},
                       {"disk",
                        {{"total_bytes", disk.total_bytes},
                         {"free_bytes", disk.free_bytes},
                         {"database_bytes", disk.database_bytes}}},
                       {"versions",
                        {{"lectern", platform::version()},
                         {"sqlite", sqlite3_libversion()},
                         {"schema", store::embedded_schema().version()}}},
                       {"clock", clock_figures(call, appliance, now_ms)},
                       {"store", store_figures(services.store.figures())},
                       {"live", live_figures(hub_figures(services.hub))},
                       {"network",
                        {{"connections", network.connections},
                         {"sockets", network.sockets},
                         {"requests", network.requests},
                         {"refused_connections", network.refused_connections},
                         {"timeouts", network.timeouts},
                         {"transfers", network.transfers}}}});
}

http::Answer set_clock(const http::Call& call, Appliance& appliance) {
    const auto& set = appliance.options().set_clock;
    if (!set) platform::throw_conflict("The clock of this box is set by its system.");
    // A lesson computes its positions from this clock.
    if (appliance.services().store.read(sessions::is_lesson_on))
        platform::throw_conflict("A lesson is on: set the clock when it is over.");
    set(call.fields().get<std::int64_t>("now_ms"));
    return http::json({{"server_ms", appliance.services().clock.now_ms()}});
}

http::Shape settings_shape() {
    return http::object({{"audit_days", http::integer(30, 36'500)}});
}

http::Answer settings_answer(store::Read& read) {
    return http::json({{"audit_days", store::setting(read, audit_days_setting, default_audit_days)}});
}

http::Shape system_shape() {
    const auto bytes = http::integer(0, 1LL << 60);
    return http::open_object(
        {{"version", http::text(1, 80)},
         {"server_at", http::time()},
         {"addresses", http::list(http::text(1, 200), 64)},
         {"memory_bytes", bytes},
         {"cpu_ms", bytes},
         {"open_files", bytes},
         {"disk", http::object({{"total_bytes", bytes}, {"free_bytes", bytes}, {"database_bytes", bytes}})},
         {"versions", http::object({{"lectern", http::text(1, 80)},
                                    {"sqlite", http::text(1, 80)},
                                    {"schema", http::integer(1, 10'000)}})},
         {"clock", http::object({{"server_ms", http::integer(INT64_MIN, INT64_MAX)},
                                 {"difference_ms", http::nullable(http::integer(INT64_MIN, INT64_MAX))},
                                 {"can_be_set", http::boolean()}})},
         {"store", http::anything()},
         {"live", http::anything()},
         {"network", http::anything()}});
}

void add_settings(http::RouteTable& table) {
    table.add(
        http::get("/v1/system/settings", "What the box keeps, and for how long")
            .reads()
            .by(http::Access::box_administrator)
            .tagged("system")
            .gives(settings_shape())
            .handled<store::Read>([](http::Call&, store::Read& read) { return settings_answer(read); }));
    table.add(http::put("/v1/system/settings", "Change it")
                  .writes()
                  .by(http::Access::box_administrator)
                  .tagged("system")
                  .takes(settings_shape())
                  .gives(settings_shape())
                  .handled<store::Tx>([](http::Call& call, store::Tx& tx) {
                      store::set_setting(tx, audit_days_setting,
                                         call.fields().get<std::int64_t>("audit_days"));
                      return settings_answer(tx);
                  }));
}

} // namespace

void add_box_routes(http::RouteTable& table, Appliance& appliance) {
    table.add(http::get("/v1/system",
                        "The box itself: versions, memory, disk, queues, its clock beside the caller's")
                  .slow()
                  .by(http::Access::administrator)
                  .tagged("system")
                  .asks({{"client_ms?", http::integer(0, 1LL << 52)}})
                  .gives(system_shape())
                  .handled([&appliance](http::Call& call) { return system_answer(call, appliance); }));
    table.add(http::put("/v1/system/clock", "Set the box's clock, in milliseconds since 1970 UTC")
                  .slow()
                  .by(http::Access::box_administrator)
                  .tagged("system")
                  .takes(http::object({{"now_ms", http::integer(1'600'000'000'000, 4'102'444'800'000)}}))
                  .gives(http::object({{"server_ms", http::integer(0, INT64_MAX)}}))
                  .handled([&appliance](http::Call& call) { return set_clock(call, appliance); }));
    add_settings(table);
    table.add(http::get("/metrics",
                        "Figures for Prometheus: from this machine, with a site key, or for who runs the box")
                  .slow()
                  .by(http::Access::open)
                  .counted()
                  .tagged("system")
                  .handled([&appliance](http::Call& call) { return metrics_answer(call, appliance); }));
}

} // namespace app
