#include "support/schema_text.h"

#include <cctype>

#include "store/connection.h"

namespace support {
namespace {

// All rows of a query, a line each.
std::string rows_of(store::Connection& connection, const std::string& sql, const std::string& name) {
    std::string text;
    store::Statement rows = connection.prepare_once(sql);
    if (!name.empty()) rows.bind(1, name);
    while (rows.step())
        text += "    " + rows.string(0) + "\n";
    return text;
}

// Checks and generated columns show only in the SQL; without blanks and quotes it compares well enough.
std::string bare(std::string_view sql) {
    std::string text;
    for (const char c : sql) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0 && c != '"') text += c;
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
        // The SQL of a view says it all, below; and one with JSON in it cannot be asked here, where the
        // schema is not trusted.
        "AND name NOT LIKE 'sqlite_%' AND type <> 'view' ORDER BY name");
    while (tables.step()) {
        const std::string name = tables.string(0);
        text += name + " " + tables.string(1) + "\n";
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
        "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') "
        "OR (type = 'index' AND sql LIKE '% WHERE %') ORDER BY 1");
    while (others.step())
        text += others.string(0) + ": " + bare(others.text(1)) + "\n";
    return text;
}

} // namespace support
