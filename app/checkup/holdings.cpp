#include "app/checkup/holdings.h"

#include <algorithm>
#include <string>
#include <vector>

namespace app {

namespace {

// A name that SQL takes without quotes: those of schema.sql. A table that somebody else made may be called anything.
bool is_plain(const std::string& name) {
    return std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

} // namespace

nlohmann::json holdings(store::Read& read) {
    std::vector<std::string> tables;
    {
        auto rows = read.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
        while (rows.step())
            tables.push_back(rows.values<std::string>());
    }
    nlohmann::json counts = nlohmann::json::object();
    std::int64_t foreign = 0;
    for (const std::string& table : tables) {
        if (!is_plain(table)) {
            ++foreign;
            continue;
        }
        auto count = read.query_text("SELECT count(*) FROM " + table);
        if (count.step()) counts[table] = count.values<std::int64_t>();
    }
    return {{"schema", read.integer("PRAGMA user_version").value_or(0)},
            {"rows", std::move(counts)},
            {"other_tables", foreign}};
}

void add_names(store::Read& read, Cleaner& cleaner) {
    auto people = read.query(R"sql(
        SELECT nickname FROM persons
        UNION SELECT first_name FROM persons
        UNION SELECT last_name FROM persons
        UNION SELECT username FROM persons WHERE username IS NOT NULL
        UNION SELECT email FROM persons WHERE email IS NOT NULL
        UNION SELECT external_id FROM persons WHERE external_id IS NOT NULL
        UNION SELECT name FROM invitations
        UNION SELECT email FROM invitations WHERE email IS NOT NULL
        UNION SELECT candidate FROM invitations WHERE candidate IS NOT NULL)sql");
    while (people.step())
        cleaner.add_person(people.values<std::string_view>());
    auto things = read.query(R"sql(
        SELECT name FROM organisations
        UNION SELECT name FROM classes
        UNION SELECT name FROM site_keys
        UNION SELECT name FROM rooms
        UNION SELECT name FROM devices
        UNION SELECT group_name FROM devices
        UNION SELECT serial_number FROM devices
        UNION SELECT serial_number FROM pairing_requests
        UNION SELECT serial_number FROM remote_controlled
        UNION SELECT title FROM scenarios
        UNION SELECT title FROM contents
        UNION SELECT title FROM uploads
        UNION SELECT title FROM lessons
        UNION SELECT title FROM courses
        UNION SELECT title FROM modules
        UNION SELECT title FROM timetable
        UNION SELECT title FROM sessions)sql");
    while (things.step())
        cleaner.add_thing(things.values<std::string_view>());
}

} // namespace app
