#include "admin/audit_query.h"

#include <nlohmann/json.hpp>

#include "platform/text.h"

namespace admin {

namespace {

// Takes the special characters of LIKE literally.
std::string escaped(const std::string& text) {
    std::string pattern;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern;
}

AuditRow row_of(const store::Statement& rows) {
    AuditRow row;
    rows.read(row.id, row.at_ms, row.person, row.device, row.site_key, row.action, row.path, row.target,
              row.status, row.success, row.error, row.times);
    return row;
}

template <class AnId>
nlohmann::json json_of(const std::optional<Named<AnId>>& name, const char* what) {
    if (!name) return nullptr;
    return {{"id", name->id}, {what, name->name}};
}

template <class AnId>
std::string cell(const std::optional<Named<AnId>>& name) {
    if (!name) return "";
    return name->name.empty() ? to_string(name->id) : name->name;
}

} // namespace

store::Page<AuditRow> audit_rows(store::Read& read, OrganisationId organisation_id, const AuditFilter& filter,
                                 const store::PageRequest& page) {
    auto found = read.query(
        "SELECT a.id, a.at_ms, a.person_id, p.nickname, a.device_id, d.name, a.site_key_id, k.name, "
        "a.action, a.path,"
        " a.target, a.status, a.success, a.error, a.times FROM audit_log a"
        " LEFT JOIN persons p ON p.id = a.person_id AND p.organisation_id = ?1"
        " LEFT JOIN devices d ON d.id = a.device_id AND d.organisation_id = ?1"
        " LEFT JOIN site_keys k ON k.id = a.site_key_id AND k.organisation_id = ?1"
        " WHERE a.organisation_id = ?1 AND (?2 IS NULL OR a.id < ?2)"
        " AND (?3 IS NULL OR a.person_id = ?3) AND (?4 IS NULL OR a.device_id = ?4)"
        " AND (?5 IS NULL OR a.site_key_id = ?5) AND (?6 IS NULL OR a.at_ms >= ?6) AND (?7 IS NULL OR "
        "a.at_ms < ?7)"
        " AND (?8 IS NULL OR a.success = ?8) AND a.action LIKE ?9 ESCAPE '\\'"
        " AND (?10 = '%%' OR a.action LIKE ?10 ESCAPE '\\' OR a.path LIKE ?10 ESCAPE '\\'"
        " OR a.target LIKE ?10 ESCAPE '\\' OR a.error LIKE ?10 ESCAPE '\\')"
        " ORDER BY a.id DESC LIMIT ?11",
        organisation_id, page.after, filter.person_id, filter.device_id, filter.site_key_id, filter.from_ms,
        filter.to_ms, filter.success, escaped(filter.action) + "%", "%" + escaped(filter.text) + "%",
        page.limit + 1);
    return store::read_page<AuditRow>(std::move(found), page, row_of);
}

nlohmann::json json_of(const AuditRow& row) {
    return {{"id", row.id},
            {"at", platform::iso8601(row.at_ms)},
            {"person", json_of(row.person, "nickname")},
            {"device", json_of(row.device, "name")},
            {"site_key", json_of(row.site_key, "name")},
            {"action", row.action},
            {"path", row.path},
            {"target", row.target},
            {"status", row.status},
            {"success", row.success},
            {"error", row.error},
            {"times", row.times}};
}

platform::CsvWriter audit_table() {
    return platform::CsvWriter({"id", "at", "person", "device", "site_key", "action", "path", "target",
                                "status", "success", "error", "times"},
                               platform::CsvWriter::Mark::utf8);
}

void write(platform::CsvWriter& table, const AuditRow& row) {
    table.cell(row.id).cell(platform::iso8601(row.at_ms));
    table.cell(cell(row.person)).cell(cell(row.device)).cell(cell(row.site_key));
    table.cell(row.action).cell(row.path).cell(row.target);
    table.cell(std::int64_t{row.status}).yes_or_no(row.success).cell(row.error).cell(row.times).end();
}

} // namespace admin
