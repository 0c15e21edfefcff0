#include "store/schema_check.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cctype>
#include <map>
#include <string_view>
#include <utility>

namespace store {
namespace {

// SQLite's own indexes have no text, and the statistics of its planner come and go.
constexpr const char* objects_sql =
    "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    " AND NOT (type = 'table' AND (name = 'sqlite_sequence' OR name GLOB 'sqlite_stat[0-9]'))";

struct Object {
    std::string type, text;
};
using Objects = std::map<std::string, Object>;

// Without comments, white space and double quotes, which renaming a table adds. String literals stay as they
// are.
std::string bare(std::string_view sql) {
    std::string text;
    bool quoted = false;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        const char c = sql[i];
        if (c == '\'') quoted = !quoted;
        if (!quoted && sql.substr(i, 2) == "--") {
            i = sql.find('\n', i);
            if (i == sql.npos) break;
        } else if (quoted || (c != '"' && std::isspace(static_cast<unsigned char>(c)) == 0)) {
            text += c;
        }
    }
    return text;
}

void add(Objects& objects, const std::string& type, const std::string& name, const std::string& sql) {
    // A table and a trigger may share a name.
    objects[type + " '" + name + "'"] = {type, bare(sql)};
}

Objects objects_of(Statement rows) {
    Objects objects;
    while (rows.step())
        add(objects, rows.string(0), rows.string(1), rows.string(2));
    return objects;
}

Objects objects_of(const Schema& schema) {
    SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    fresh.exec(std::string(schema.whole));
    Objects objects;
    for (SQLite::Statement rows(fresh, objects_sql); rows.executeStep();)
        add(objects, rows.getColumn(0), rows.getColumn(1), rows.getColumn(2));
    return objects;
}

} // namespace

std::string foreign_code(Connection& connection, const Schema& schema) {
    const Objects ours = objects_of(schema);
    for (const auto& [name, object] : objects_of(connection.prepare_once(objects_sql)))
        if ((object.type == "trigger" || object.type == "view") && !ours.contains(name)) return "the " + name;
    return "";
}

namespace {

std::string difference(const Objects& theirs, const Objects& ours) {
    for (const auto& [name, object] : theirs) {
        const auto own = ours.find(name);
        if (own == ours.end()) return "the " + name + " is foreign";
        if (own->second.text != object.text) return "the " + name + " was changed";
    }
    for (const auto& [name, object] : ours)
        if (!theirs.contains(name)) return "the " + name + " is missing";
    return "";
}

} // namespace

std::string schema_difference(Connection& connection, const Schema& schema) {
    return difference(objects_of(connection.prepare_once(objects_sql)), objects_of(schema));
}

std::string schema_difference(Read& read, const Schema& schema) {
    return difference(objects_of(read.query_text(objects_sql)), objects_of(schema));
}

} // namespace store
