#include "support/schema_text.h"

#include <algorithm>
#include <cctype>

#include "store/connection.h"

namespace support {
namespace {

// All rows of a query, one per line.
std::string rows_of(store::Connection& connection, const std::string& sql, const std::string& name) {
    std::string text;
    store::Statement rows = connection.prepare_once(sql);
    if (!name.empty()) rows.bind(1, name);
    while (rows.step())
        text += "    " + rows.values<std::string>() + "\n";
    return text;
}

// The length of the comment or the quoted text that begins at `at`; 0 if there is neither.
std::size_t length_of_piece(std::string_view sql, std::size_t at) {
    const std::string_view end = sql[at] == '\'' ? "'" : sql.substr(at, 2) == "--" ? "\n" : "";
    if (end.empty()) return 0;
    const std::size_t found = sql.find(end, at + 1);
    return found == std::string_view::npos ? sql.size() - at : found + 1 - at;
}

// Checks, collations and generated columns show only in the SQL. Without spaces, comments and the quotes of
// names, the SQL is the same for a table that was made at once and for one that migrations made.
std::string bare(std::string_view sql) {
    std::string text;
    for (std::size_t at = 0; at < sql.size();) {
        const std::size_t piece = length_of_piece(sql, at);
        if (piece > 0 && sql[at] == '\'') text += sql.substr(at, piece);
        if (piece == 0 && std::isspace(static_cast<unsigned char>(sql[at])) == 0 && sql[at] != '"')
            text += sql[at];
        at += std::max<std::size_t>(piece, 1);
    }
    return text;
}

} // namespace

std::string schema_text(const std::filesystem::path& database) {
    store::Connection connection(database, store::Connection::Mode::read_only);
    std::string text;
    store::Statement tables = connection.prepare_once(
        "SELECT name, type || ' strict=' || strict || ' wr=' || wr FROM pragma_table_list WHERE schema = "
        "'main' "
        // A view's SQL, below, says everything. A view with JSON in it cannot be queried here, where the
        // schema is not trusted.
        "AND name NOT LIKE 'sqlite_%' AND type <> 'view' ORDER BY name");
    while (tables.step()) {
        const auto [name, kind] = tables.values<std::string, std::string>();
        text.append(name).append(" ").append(kind).append("\n");
        text += rows_of(connection,
                        "SELECT name || ' ' || type || ' notnull=' || \"notnull\" || ' default=' || "
                        "coalesce(dflt_value, '-') "
                        "|| ' pk=' || pk || ' hidden=' || hidden FROM pragma_table_xinfo(?) ORDER BY cid",
                        name);
        text += rows_of(connection,
                        "SELECT 'refers ' || \"from\" || ' -> ' || \"table\" || '.' || coalesce(\"to\", '-') "
                        "|| ' ' || on_update "
                        "|| ' ' || on_delete FROM pragma_foreign_key_list(?) ORDER BY 1",
                        name);
        text += rows_of(
            connection,
            "SELECT 'index unique=' || l.\"unique\" || ' partial=' || l.partial || ' ' || l.origin || "
            "iif(l.origin = 'c', ' ' || l.name, '') || ': ' || (SELECT group_concat(coalesce(x.name, '?') || "
            "' ' || "
            "x.coll || ' ' || x.\"desc\", ', ') FROM pragma_index_xinfo(l.name) x WHERE x.key) "
            "FROM pragma_index_list(?) l ORDER BY 1",
            name);
    }
    store::Statement others = connection.prepare_once(
        "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1");
    while (others.step()) {
        const auto [name, sql] = others.values<std::string, std::string>();
        text += name + ": " + bare(sql) + "\n";
    }
    return text;
}

} // namespace support
