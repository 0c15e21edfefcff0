#include "app/metrics.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <string_view>

#include "app/appliance.h"
#include "http/serving/guard.h"
#include "platform/certificate.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/process.h"
#include "platform/version.h"

namespace app {

namespace {

// Proxies add these headers when they pass on somebody else's request. nginx adds none of them unless it is
// told to, and behind_proxy is for that.
bool is_passed_on(const http::Call& call) {
    static constexpr std::string_view added[] = {"forwarded",           "via",
                                                 "x-forwarded-for",     "x-forwarded-host",
                                                 "x-forwarded-proto",   "x-forwarded-server",
                                                 "x-real-ip",           "x-client-ip",
                                                 "x-cluster-client-ip", "client-ip",
                                                 "true-client-ip",      "cf-connecting-ip",
                                                 "x-original-for",      "x-envoy-external-address"};
    return std::ranges::any_of(added, [&](auto name) { return call.header_values.contains(name); });
}

bool may_look(const http::Call& call, bool behind_proxy) {
    const bool local = call.remote_address == "127.0.0.1" || call.remote_address == "::1";
    return (local && !behind_proxy && !is_passed_on(call)) || call.caller.site_key_id ||
           http::may(call.caller, http::Access::box_administrator);
}

// Names without a prefix begin with "lectern_". Those of the process are the ones that every exporter uses.
class Text {
public:
    template <class Value>
    Text& gauge(const char* name, const char* help, Value value) {
        return add(name, help, "gauge", std::to_string(value));
    }
    template <class Value>
    Text& counter(const char* name, const char* help, Value value) {
        return add(name, help, "counter", std::to_string(value));
    }
    Text& add(const std::string& name, const std::string& help, const std::string& type,
              const std::string& value, const std::string& labels = "") {
        const std::string whole = (name.starts_with("process_") ? "" : "lectern_") + name;
        text_ += "# HELP " + whole + " " + help + "\n# TYPE " + whole + " " + type + "\n" + whole + labels +
                 " " + value + "\n";
        return *this;
    }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

void add_process(Text& text, const DiskFigures& disk) {
    const auto process = platform::process_figures();
    text.add("build_info", "The program", "gauge", "1",
             "{version=\"" + std::string(platform::version()) + "\"}")
        .gauge("process_resident_memory_bytes", "Memory in use", process.resident_bytes)
        .gauge("process_threads", "Threads", process.threads)
        .gauge("process_open_fds", "Open files and sockets", process.open_files)
        .gauge("process_max_fds", "How many of them there may be", process.open_files_limit)
        .counter("process_cpu_seconds_total", "Processor time", static_cast<double>(process.cpu_us) / 1e6)
        .gauge("disk_free_bytes", "Room on the data folder's disk", disk.free_bytes)
        .gauge("disk_total_bytes", "Size of the data folder's disk", disk.total_bytes)
        .gauge("database_bytes", "Size of the database", disk.database_bytes);
}

void add_store(Text& text, const store::Store::Figures& store) {
    text.gauge("store_queue", "Jobs that wait for the writer", store.queue)
        .counter("store_jobs_total", "Jobs written", store.jobs)
        .counter("store_commits_total", "Transactions committed", store.groups)
        .gauge("store_commit_seconds", "How long the last commit took",
               static_cast<double>(store.commit_last_us) / 1e6)
        .gauge("store_wal_bytes", "Size of the write-ahead log", store.wal_bytes)
        .gauge("store_disk_full", "1 while the disk is full", store.storage_full ? 1 : 0)
        .gauge("store_in_doubt", "1 while the disk fails or the database is damaged, and nothing is written",
               store.in_doubt ? 1 : 0);
}

void add_network(Text& text, const http::FrontDoor::Figures& network, const live::Hub::Figures& live) {
    text.gauge("connections", "Open connections", network.connections)
        .gauge("sockets", "Open live sockets", network.sockets)
        .gauge("transfers", "Files on their way", network.transfers)
        .counter("requests_total", "Requests", network.requests)
        .counter("refused_connections_total", "Connections refused", network.refused_connections)
        .counter("timeouts_total", "Connections that were too slow", network.timeouts)
        .counter("io_busy_seconds_total", "Time that the io thread worked",
                 static_cast<double>(network.io.busy_us) / 1e6)
        .add("io_longest_seconds", "The longest single piece of its work, by name", "gauge",
             std::to_string(static_cast<double>(network.io.longest_us) / 1e6),
             "{piece=\"" + std::string(network.io.longest) + "\"}")
        .gauge("live_queued_bytes", "Bytes that wait for slow readers", live.queued_bytes)
        .counter("live_frames_total", "Frames sent on live sockets", live.frames)
        .counter("live_dropped_pictures_total", "Pictures dropped for slow readers", live.dropped_pictures)
        .counter("live_dropped_clients_total", "Readers dropped because they were too slow",
                 live.dropped_clients);
}

// How long the certificate is still valid; negative once it has ended.
void add_certificate(Text& text, const std::string& file, std::int64_t now_ms) {
    if (file.empty()) return;
    if (const auto end_ms = platform::certificate_end_ms(platform::read_file(file).value_or("")))
        text.gauge("certificate_seconds_left", "Until the certificate ends",
                   static_cast<double>(*end_ms - now_ms) / 1000);
}

// Nothing is said of backups that there are none of: an alert on their age then says that the figure is absent.
void add_backups(Text& text, const admin::NightlyState& state, std::int64_t now_ms) {
    const auto age_s = [&](std::int64_t made_ms) { return static_cast<double>(now_ms - made_ms) / 1000; };
    if (state.last_ms)
        text.gauge("backup_age_seconds", "Since the newest nightly backup on the box", age_s(*state.last_ms));
    text.gauge("backup_failed", "1 while the last nightly backup could not be made",
               state.fault.empty() ? 0 : 1);
    if (state.target.empty()) return;
    if (state.target_last_ms)
        text.gauge("backup_target_age_seconds", "Since the newest copy on the other disk",
                   age_s(*state.target_last_ms));
    text.gauge("backup_target_failed", "1 while the other disk for backups is away or refuses",
               state.target_fault.empty() ? 0 : 1);
}

} // namespace

DiskFigures disk_figures(const std::filesystem::path& folder) {
    DiskFigures figures;
    std::error_code unknown;
    const auto space = std::filesystem::space(folder, unknown);
    if (!unknown) {
        figures.total_bytes = static_cast<std::int64_t>(space.capacity);
        figures.free_bytes = static_cast<std::int64_t>(space.available);
    }
    const auto size = std::filesystem::file_size(folder / "lectern.db", unknown);
    if (!unknown) figures.database_bytes = static_cast<std::int64_t>(size);
    return figures;
}

live::Hub::Figures hub_figures(live::Hub& hub) {
    constexpr std::chrono::seconds patience{5};
    const auto ask = std::make_shared<std::packaged_task<live::Hub::Figures(live::Hub&)>>(
        [](live::Hub& there) { return there.figures(); });
    auto figures = ask->get_future();
    hub.post([ask](live::Hub& there) { (*ask)(there); });
    if (figures.wait_for(patience) != std::future_status::ready)
        throw platform::Error(platform::ErrorKind::unavailable, "The io thread has not answered for " +
                                                                    std::to_string(patience.count()) + " s.");
    return figures.get();
}

std::string metrics_text(Appliance& appliance) {
    Services& services = appliance.services();
    Text text;
    add_process(text, disk_figures(services.folder));
    add_store(text, services.store.figures());
    add_network(text, appliance.network(), hub_figures(services.hub));
    add_certificate(text, appliance.tls_certificate(), services.clock.now_ms());
    if (const auto backups = services.nightly.known()) add_backups(text, *backups, services.clock.now_ms());
    return text.take();
}

http::Answer metrics_answer(const http::Call& call, Appliance& appliance) {
    if (!may_look(call, appliance.options().behind_proxy))
        throw platform::Error(
            call.caller.is_stranger() ? platform::ErrorKind::unauthorized : platform::ErrorKind::forbidden,
            "Figures are for this machine, for site keys and for who runs the box.");
    return http::text(metrics_text(appliance), "text/plain; version=0.0.4; charset=utf-8");
}

} // namespace app
