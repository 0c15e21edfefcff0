#include "admin/audit_routes.h"

#include <nlohmann/json.hpp>

#include "admin/audit_query.h"
#include "http/serving/lists.h"
#include "platform/text.h"

namespace admin {

namespace {

using http::Access;
using http::Answer;
using http::Call;

constexpr std::int64_t rows_at_once = 500; // of an export

http::Fields filter_fields() {
    return {{"person?", http::identifier()},
            {"device?", http::identifier()},
            {"site_key?", http::identifier()},
            {"from?", http::time()},
            {"to?", http::time()},
            {"success?", http::one_of({"true", "false"})},
            {"action?", http::text(0, 200)},
            {"q?", http::text(0, 200)}};
}

http::Shape named(const char* what) {
    return http::nullable(http::object({{"id", http::identifier()}, {what, http::text(0, 80)}}));
}

http::Shape row_shape() {
    return http::object({{"id", http::identifier()},
                         {"at", http::time()},
                         {"person", named("nickname")},
                         {"device", named("name")},
                         {"site_key", named("name")},
                         {"action", http::text(0, 300)},
                         {"path", http::text(0, 400)},
                         {"target", http::text(0, 4000)},
                         {"status", http::integer(0, 999)},
                         {"success", http::boolean()},
                         {"error", http::text(0, 400)},
                         {"times", http::integer(1, INT64_MAX)}})
        .named("AuditRow");
}

AuditFilter filter_of(const Call& call) {
    AuditFilter filter;
    filter.person_id = call.query_id<PersonId>("person");
    filter.device_id = call.query_id<DeviceId>("device");
    filter.site_key_id = call.query_id<SiteKeyId>("site_key");
    if (const auto from = call.query("from")) filter.from_ms = platform::parse_iso8601(*from);
    if (const auto to = call.query("to")) filter.to_ms = platform::parse_iso8601(*to);
    if (const auto success = call.query("success")) filter.success = *success == "true";
    filter.action = call.query("action").value_or("");
    filter.text = call.query("q").value_or("");
    return filter;
}

// Read and sent in pieces, so that a log of several years takes no memory and never holds a reader for long.
Answer export_csv(store::Store& store, const Call& call) {
    Answer answer;
    answer.content_type = "text/csv; charset=utf-8";
    answer.header("Content-Disposition", "attachment; filename=\"audit.csv\"");
    http::Stream stream;
    stream.provide = [&store, filter = filter_of(call), organisation_id = call.caller.organisation_id](
                         std::uint64_t, std::uint64_t, const std::function<bool(std::string_view)>& write) {
        store::PageRequest request;
        request.limit = rows_at_once;
        platform::CsvWriter table = audit_table();
        for (;;) {
            const auto page = store.read(
                [&](store::Read& read) { return audit_rows(read, organisation_id, filter, request); });
            for (const AuditRow& row : page.items)
                admin::write(table, row);
            if (!write(table.take()) || !page.next) return;
            request.after = page.next;
        }
    };
    answer.stream = std::move(stream);
    return answer;
}

} // namespace

void add_audit_routes(http::RouteTable& table, store::Store& store) {
    http::Fields asked = http::paging_fields();
    for (auto& field : filter_fields())
        asked.push_back(std::move(field));
    table.add(http::get("/v1/audit", "Who did what, when, and did it work; newest first")
                  .reads()
                  .by(Access::administrator)
                  .tagged("audit")
                  .asks(asked)
                  .gives(http::page_of(row_shape()))
                  .handled<store::Read>([](Call& call, store::Read& read) {
                      return http::page_answer(audit_rows(read, call.caller.organisation_id, filter_of(call),
                                                          http::page_request<store::PageRequest>(call)));
                  }));
    table.add(http::get("/v1/audit.csv", "The same as a table, all of it")
                  .transfer()
                  .by(Access::administrator)
                  .tagged("audit")
                  .asks(filter_fields())
                  .handled([&store](Call& call) { return export_csv(store, call); }));
}

} // namespace admin
