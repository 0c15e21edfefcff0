#include "app/audit_sink.h"

#include "store/transaction.h"

namespace app {

void AuditSink::record(http::AuditEntry entry, http::Call* with_transaction) {
    if (entry.method != "MESSAGE") // the socket itself reports those
        inspect(entry.caller, entry.method + " " + entry.path, entry.status, entry.error);
    const std::string_view what = entry.route.empty() ? std::string_view("unknown path") : entry.route;
    audit::Entry row{.caller = entry.caller,
                     .action = entry.method + " " + std::string(what),
                     .path = std::move(entry.path),
                     .target = std::move(entry.target),
                     .status = entry.status,
                     .error = std::move(entry.error)};
    if (with_transaction == nullptr) {
        log_.queue(std::move(row));
        return;
    }
    with_transaction->resource<store::Tx>().regardless(
        [this, row = std::move(row)](store::Tx& tx) { log_.append(tx, row); });
}

void AuditSink::count(const http::Route& route, const platform::Caller& caller, int status) {
    if (route.method != "MESSAGE") inspect(caller, route.method + " " + route.path, status, "");
    log_.count(route.method + " " + route.path, caller, status);
}

void AuditSink::inspect(const platform::Caller& caller, std::string name, int status, std::string reason) {
    if (!caller.device_id) return;
    devices::Exchange exchange;
    exchange.at_ms = clock_.now_ms();
    exchange.kind = devices::Exchange::Kind::http;
    exchange.name = std::move(name);
    exchange.status = status;
    exchange.reason = std::move(reason);
    inspector_.note(caller.device_id, std::move(exchange));
}

} // namespace app
