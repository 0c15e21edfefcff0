// SQL lives with its owner: only the module under whose heading a table stands in schema.sql writes it, and
// only that module and those that may include it read it. Rows that the database changes by itself on a
// deletion count as written.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/modules.h"
#include "support/source_tree.h"
#include "support/sql_text.h"
#include "support/table_owners.h"
#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;
using support::TableOwners;

struct Fault {
    std::string place; // file:line
    std::string what;  // the same wherever in the file it stands
};
using SqlFaults = std::vector<Fault>;

Fault fault(const SourceFile& file, int line, const std::string& what) {
    return {file.path + ":" + std::to_string(line), what};
}

// app/ is above everything, and the dialects may include everything.
bool is_above_all(const std::string& module) {
    return module == "app" || module == "dialects";
}

std::string module_of(const SourceFile& file) {
    return file.in("lib/") ? support::first_folder(file.path.substr(4)) : support::first_folder(file.path);
}

bool may_read(const std::string& module, const std::string& owner) {
    if (is_above_all(module)) return true;
    std::set<std::string> reached;
    support::add_reachable(module, reached);
    return reached.contains(owner);
}

bool holds_sql(const SourceFile& file) {
    return file.is_cpp() && (file.in("lib/") || file.in("app/"));
}

const SourceFile& schema_of(const SourceTree& files) {
    const auto found = std::ranges::find(files, "schema.sql", &SourceFile::path);
    REQUIRE(found != files.end());
    return *found;
}

// --- who touches which table ---

// SQL that is not in capitals would slip through unread.
bool is_small_sql(const std::string& text, const TableOwners& owners) {
    static const std::regex small(
        R"(^\s*(select|insert|update|delete|replace|with)\s[\s\S]*?\b(from|into|update)\s+(\w+))");
    std::smatch match;
    return std::regex_search(text, match, small) && owners.module_of.contains(match[3]);
}

SqlFaults touch_faults(const SourceFile& file, const std::string& module, const support::StringText& string,
                       const TableOwners& owners) {
    SqlFaults faults;
    for (const support::Touch& touch : support::tables_touched(string.text)) {
        const int line = string.line_at(touch.at);
        const auto owner = owners.module_of.find(touch.table);
        if (owner == owners.module_of.end()) {
            faults.push_back(
                fault(file, line, "names '" + touch.table + "', which is no table of schema.sql"));
        } else if (touch.writes && owner->second != module) {
            faults.push_back(fault(file, line, "writes " + touch.table + " of " + owner->second));
        } else if (!may_read(module, owner->second)) {
            faults.push_back(fault(file, line, "reads " + touch.table + " of " + owner->second));
        }
    }
    if (is_small_sql(string.text, owners))
        faults.push_back(fault(file, string.line_at(0), "has SQL whose keywords are not in capitals"));
    return faults;
}

SqlFaults sql_faults(const SourceTree& files) {
    const TableOwners owners = support::read_table_owners(schema_of(files));
    SqlFaults faults;
    for (const SourceFile& file : files) {
        if (!holds_sql(file)) continue;
        for (const support::StringText& string : support::strings_of(file))
            for (Fault& found : touch_faults(file, module_of(file), string, owners))
                faults.push_back(std::move(found));
    }
    return faults;
}

// --- SQL that is put together at run time ---

// The files that may: their pieces are literals, which are read like all others.
const std::set<std::string>& builders() {
    static const std::set<std::string> files = {
        "app/checkup/holdings.cpp",      // counts each table that there is
        "app/moving_in/sqlite_file.cpp", // reads each table of somebody else's file
        "lib/runs/run.cpp",              // Runs::list: the filters that were asked for
        "lib/store/connection.cpp",      // runs what the others give it
        "lib/store/connection.h",        // says so
        "lib/store/migrate.cpp",         // schema.sql, the migrations, a version's number
        "lib/store/schema_check.cpp",    // schema.sql
        "lib/store/transaction.h",       // query_text itself
    };
    return files;
}

// Calls that take SQL which the compiler has not seen, unless all of it is a literal. `Sql` itself takes only
// constants. SQLiteCpp would run anything, so only those files use it.
SqlFaults builder_faults(const SourceTree& files) {
    static const std::regex call(
        R"(\b(query_text|prepare_once|execute|exec|sqlite3_prepare\w*|sqlite3_exec)\s*\(|\bSQLite::)");
    static const std::regex whole_literal(R"lit(^"([^"\\]|\\.)*"\s*[,)])lit");
    SqlFaults faults;
    for (const SourceFile& file : files) {
        if (!holds_sql(file) || builders().contains(file.path)) continue;
        const std::vector<std::string> code = support::code_only(file);
        for (std::size_t i = 0; i < code.size(); ++i) {
            for (auto match = std::sregex_iterator(code[i].begin(), code[i].end(), call);
                 match != std::sregex_iterator(); ++match) {
                const std::string argument =
                    file.lines[i].substr(static_cast<std::size_t>(match->position() + match->length()));
                if (!std::regex_search(argument, whole_literal))
                    faults.push_back(
                        fault(file, static_cast<int>(i) + 1, "builds SQL and is none of the builders"));
            }
        }
    }
    return faults;
}

// --- the schema itself ---

SqlFaults schema_faults(const SourceTree& files) {
    const SourceFile& schema = schema_of(files);
    const TableOwners owners = support::read_table_owners(schema);
    SqlFaults faults;
    for (const auto& [line, what] : owners.faults)
        faults.push_back(fault(schema, line, what));
    for (const auto& [line, module] : owners.headings)
        if (!support::include_table().contains(module))
            faults.push_back(fault(schema, line, "'" + module + "' is no module of lib/"));
    for (const support::View& view : owners.views) {
        for (const support::Touch& touch : support::tables_touched(view.text)) {
            const auto owner = owners.module_of.find(touch.table);
            if (owner == owners.module_of.end() || !may_read(view.module, owner->second))
                faults.push_back(fault(schema, view.line, view.name + " reads " + touch.table));
        }
    }
    return faults;
}

// Rows may disappear or change by themselves inside a module, and with their organisation.
SqlFaults deletion_faults(const SourceTree& files) {
    const SourceFile& schema = schema_of(files);
    const TableOwners owners = support::read_table_owners(schema);
    SqlFaults faults;
    for (const support::ForeignKey& key : owners.foreign_keys) {
        const auto target = owners.module_of.find(key.target);
        if (target == owners.module_of.end()) {
            faults.push_back(fault(schema, key.line, key.table + "." + key.column + " refers to no table"));
            continue;
        }
        const bool inside = owners.module_of.at(key.table) == target->second;
        const bool of_organisation =
            key.column == "organisation_id" && key.target == "organisations" && key.action == "CASCADE";
        if (!inside && !of_organisation && !key.action.empty())
            faults.push_back(fault(schema, key.line,
                                   key.table + "." + key.column + " ON DELETE " + key.action + " with " +
                                       key.target + " of " + target->second));
    }
    return faults;
}

// --- reporting ---

void expect(const SqlFaults& faults, const std::string& place, const std::string& what) {
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].place == place);
    CHECK(faults[0].what == what);
}

void report(const SqlFaults& faults) {
    for (const Fault& found : faults)
        UNSCOPED_INFO(found.place << ": " << found.what);
    CHECK(faults.empty());
}

// devices is above people; runs is above both.
SourceFile small_schema() {
    return sample(
        "schema.sql",
        "-- ==== people\n"
        "CREATE TABLE organisations (id INTEGER PRIMARY KEY) STRICT;\n"
        "CREATE TABLE persons (id INTEGER PRIMARY KEY, -- REFERENCES devices(id) ON DELETE CASCADE\n"
        "    organisation_id INTEGER REFERENCES organisations(id) ON DELETE CASCADE) STRICT;\n"
        "-- ==== devices\n"
        "CREATE TABLE devices (id INTEGER PRIMARY KEY, wearer INTEGER REFERENCES persons(id),\n"
        "    organisation_id INTEGER REFERENCES organisations(id) ON DELETE CASCADE) STRICT;\n"
        "-- ==== rooms\n"
        "CREATE TABLE seats (id INTEGER PRIMARY KEY) STRICT;\n");
}

SqlFaults faults_of(const std::string& path, const std::string& text) {
    return sql_faults({sample(path, text), small_schema()});
}

SqlFaults deletions_of(const std::string& line) {
    SourceFile schema = small_schema();
    schema.lines.push_back(line);
    return deletion_faults({schema});
}

} // namespace

TEST_CASE("sql: only its owner writes a table", "[tidy]") {
    const std::string writes = "writes persons of people";
    for (const char* sql :
         {"INSERT INTO persons (id) VALUES (1)", "INSERT OR IGNORE INTO persons VALUES (1)",
          "REPLACE INTO persons VALUES (1)", "UPDATE persons SET id = 1", "UPDATE OR FAIL persons SET id = 1",
          "DELETE FROM persons", "WITH a AS (SELECT 1) DELETE FROM persons WHERE id IN (SELECT * FROM a)",
          "INSERT INTO main.\\\"persons\\\" VALUES (1)"}) {
        INFO(sql);
        expect(faults_of("lib/rooms/a.cpp", "void f() {\n    tx.run(\"" + std::string(sql) + "\");\n}\n"),
               "lib/rooms/a.cpp:2", writes);
        CHECK(faults_of("lib/people/a.cpp", "auto x = \"" + std::string(sql) + "\";\n").empty());
    }
    expect(faults_of("app/a.cpp", "auto x = \"DELETE FROM persons\";\n"), "app/a.cpp:1", writes);
    expect(faults_of("lib/dialects/seats/a.h", "auto x = \"DELETE FROM persons\";\n"),
           "lib/dialects/seats/a.h:1", writes);
}

TEST_CASE("sql: a module reads its own tables and those below", "[tidy]") {
    const std::string reads = "reads devices of devices";
    for (const char* sql :
         {"SELECT 1 FROM devices", "SELECT 1 FROM persons p JOIN devices d ON d.id = p.id",
          "SELECT 1 FROM persons p, devices d WHERE d.id = p.id",
          "SELECT (SELECT id FROM devices LIMIT 1) FROM persons",
          "DELETE FROM persons WHERE id IN (SELECT wearer FROM devices)",
          "SELECT 1 FROM persons WHERE id IN devices",
          "UPDATE persons SET id = d.id FROM devices d WHERE d.wearer = persons.id",
          "SELECT 1 FROM (SELECT 2) x, devices", "SELECT 1 FROM persons -- people\\n, devices"}) {
        INFO(sql);
        expect(faults_of("lib/people/a.cpp", "auto x =\n    \"" + std::string(sql) + "\";\n"),
               "lib/people/a.cpp:2", reads);
        CHECK(faults_of("lib/devices/a.cpp", "const Sql x = \"SELECT 1 FROM devices, persons\";\n").empty());
    }
    // Siblings: scenarios may not include devices either.
    expect(faults_of("lib/scenarios/a.cpp", "auto x = \"SELECT 1 FROM devices\";\n"), "lib/scenarios/a.cpp:1",
           reads);
    CHECK(faults_of("app/a.cpp", "auto x = \"SELECT 1 FROM devices\";\n").empty());
    CHECK(faults_of("lib/dialects/a.cpp", "auto x = \"SELECT 1 FROM devices\";\n").empty());
}

TEST_CASE("sql: it is read however it is written", "[tidy]") {
    const std::string reads = "reads devices of devices";
    expect(faults_of("lib/people/a.cpp", "auto x = R\"sql(\nSELECT 1\nFROM devices\n)sql\";\n"),
           "lib/people/a.cpp:3", reads);
    expect(faults_of("lib/people/a.cpp", "auto x = \"SELECT 1 FROM \" // here\n    \"devices\";\n"),
           "lib/people/a.cpp:2", reads);
    expect(faults_of("lib/people/a.cpp", "constexpr char columns[] = \"SELECT 1 FROM devices\";\n"),
           "lib/people/a.cpp:1", reads);
    expect(faults_of("lib/people/a.cpp", "auto x = \"select 1 from devices\";\n"), "lib/people/a.cpp:1",
           "has SQL whose keywords are not in capitals");
    expect(faults_of("lib/people/a.cpp", "auto x = \"SELECT 1 FROM nothing\";\n"), "lib/people/a.cpp:1",
           "names 'nothing', which is no table of schema.sql");
    for (const char* line :
         {"// \"SELECT 1 FROM devices\"\n", "auto x = \"They come from devices, and update devices now.\";\n",
          "auto x = \"WITH devices(id) AS (SELECT 1) SELECT id FROM devices\";\n",
          "auto x = \"SELECT 1 FROM json_each(?), pragma_table_list\";\n",
          "auto x = \"SELECT 1 FROM persons WHERE 'FROM devices' IS DISTINCT FROM devices\";\n",
          "auto x = \"INSERT INTO persons VALUES (1) ON CONFLICT DO UPDATE SET id = 2\";\n"}) {
        INFO(line);
        CHECK(faults_of("lib/people/a.cpp", line).empty());
    }
}

TEST_CASE("sql: it is put together at run time only in known places", "[tidy]") {
    const auto with = [](const std::string& path, const std::string& text) {
        return builder_faults({sample(path, text)});
    };
    expect(with("lib/rooms/a.cpp", "auto x = read.query_text(sql + more);\n"), "lib/rooms/a.cpp:1",
           "builds SQL and is none of the builders");
    expect(with("app/a.cpp", "\nconnection.prepare_once(text);\n"), "app/a.cpp:2",
           "builds SQL and is none of the builders");
    for (const char* line : {"auto x = read.query_text(\"SELECT 1 FROM \" + table);\n",
                             "auto x = read.query_text(\"SELECT \\\"a\\\" FROM \" + table);\n",
                             "auto x = read.query_text(\n    \"SELECT 1 FROM \" + table);\n",
                             "connection.execute((\"DELETE FROM \" + table).c_str());\n",
                             "SQLite::Statement rows(database, text);\n"}) {
        INFO(line);
        expect(with("lib/store/a.cpp", line), "lib/store/a.cpp:1", "builds SQL and is none of the builders");
    }
    for (const char* line : {"auto x = read.query_text(\"PRAGMA integrity_check(10)\");\n",
                             "auto x = copy.prepare_once(\"SELECT \\\"a\\\" FROM b\");\n"}) {
        INFO(line);
        CHECK(with("app/a.cpp", line).empty());
    }
    CHECK(with("lib/runs/run.cpp", "auto x = read.query_text(sql);\n").empty());
    report(builder_faults(tree()));
    for (const std::string& file : builders())
        CHECK(std::ranges::find(tree(), file, &SourceFile::path) != tree().end());
}

TEST_CASE("sql: each table stands under its module", "[tidy]") {
    const auto schema = [](const std::string& text) { return schema_faults({sample("schema.sql", text)}); };
    expect(schema("CREATE TABLE a (id INTEGER);\n"), "schema.sql:1", "a stands under no heading");
    expect(schema("-- ==== houses\nCREATE TABLE a (id INTEGER);\n"), "schema.sql:1",
           "'houses' is no module of lib/");
    expect(schema("-- ==== people\nCREATE TABLE a (id INTEGER);\nCREATE TABLE a (id INTEGER);\n"),
           "schema.sql:3", "a stands here twice");
    expect(
        schema(
            "-- ==== people\nCREATE TABLE a (id INTEGER);\n-- ==== runs\nCREATE UNIQUE INDEX b ON a(id);\n"),
        "schema.sql:4", "b does not stand under the heading of its table");
    expect(schema("-- ==== runs\nCREATE TABLE a (id INTEGER);\n-- ==== people\n"
                  "CREATE VIEW b AS\nSELECT * FROM a;\n"),
           "schema.sql:4", "b reads a");
    CHECK(schema_faults({small_schema()}).empty());
    report(schema_faults(tree()));
}

TEST_CASE("sql: no deletion reaches into another module", "[tidy]") {
    expect(deletions_of("CREATE TABLE a (b INTEGER NOT NULL REFERENCES persons(id) ON DELETE CASCADE);"),
           "schema.sql:10", "a.b ON DELETE CASCADE with persons of people");
    expect(deletions_of("CREATE TABLE a (b INTEGER REFERENCES persons(id) ON UPDATE CASCADE"
                        " ON DELETE SET NULL, c TEXT);"),
           "schema.sql:10", "a.b ON DELETE SET NULL with persons of people");
    expect(deletions_of(
               "CREATE TABLE a (c TEXT, b TEXT, FOREIGN KEY (b) REFERENCES persons(id) ON DELETE CASCADE);"),
           "schema.sql:10", "a.b ON DELETE CASCADE with persons of people");
    expect(deletions_of("CREATE TABLE a (b INTEGER REFERENCES organisations(id) ON DELETE CASCADE);"),
           "schema.sql:10", "a.b ON DELETE CASCADE with organisations of people");
    CHECK(deletions_of("CREATE TABLE a (b INTEGER REFERENCES seats(id) ON DELETE CASCADE, c INTEGER NOT NULL "
                       "REFERENCES persons(id), "
                       "organisation_id INTEGER REFERENCES organisations(id) ON DELETE CASCADE);")
              .empty());
}

TEST_CASE("sql: every module keeps to its own tables", "[tidy]") {
    report(sql_faults(tree()));
    report(deletion_faults(tree()));
}

} // namespace tidy
