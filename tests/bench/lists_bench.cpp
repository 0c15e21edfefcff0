#include "bench/lists_bench.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"
#include "store/connection.h"

namespace bench {

namespace {

using Json = nlohmann::json;

constexpr int rounds = 15;

// Ten thousand of everything, in the organisation that exists and in a second one, whose rows lie between.
constexpr const char* fill =
    "BEGIN;"
    "INSERT OR IGNORE INTO organisations (id, name, created_ms) VALUES (2, 'Other', 1);"
    "INSERT OR IGNORE INTO licences (organisation_id, seats) VALUES (2, 1);"
    "CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    " SELECT i, 1 + i % 2 AS o FROM n;"
    "INSERT INTO persons (organisation_id, role, nickname, name_key, first_name, last_name, created_ms)"
    " SELECT o, 'student', 'student' || (i * 7919 % 20011), 'student' || (i * 7919 % 20011), 'First' || (i % 97), 'Last' || i, 1 FROM n;"
    "INSERT INTO classes (organisation_id, name, teacher_id, created_ms)"
    " SELECT 1, 'Class ' || i, (SELECT min(id) FROM persons WHERE organisation_id = 1), 1 FROM n WHERE i <= "
    "300;"
    "INSERT INTO class_students (class_id, person_id) SELECT (SELECT min(id) FROM classes) + id % 300, id"
    " FROM persons WHERE organisation_id = 1 AND role = 'student';"
    "INSERT INTO devices (organisation_id, serial_number, name, model, created_ms)"
    " SELECT o, 'LIST-' || i, 'Headset ' || i, 'Model', 1 FROM n;"
    "INSERT INTO lessons (organisation_id, title, kind, created_ms) SELECT o, 'Lesson ' || i, 'web', 1 FROM "
    "n;"
    "INSERT INTO courses (organisation_id, title, created_ms) SELECT o, 'Course ' || i, 1 FROM n;"
    "INSERT INTO contents (organisation_id, title, kind, media_type, file_name, sha256, size, created_ms)"
    " SELECT o, 'Content ' || i, 'image', 'image/png', 'f' || i, printf('%064d', i), 1, 1 FROM n;"
    "INSERT INTO sessions (organisation_id, title, teacher_id, state, created_ms) SELECT o, 'Session ' || i,"
    " (SELECT min(id) FROM persons), 'stopped', i FROM n;"
    "INSERT INTO runs (public_id, organisation_id, session_id, lesson_id, device_id, person_id, started_ms)"
    " SELECT 'run-' || i, o, (SELECT min(id) FROM sessions) + i, (SELECT min(id) FROM lessons) + i,"
    " (SELECT min(id) FROM devices) + i, (SELECT min(id) FROM persons) + i, i FROM n WHERE i < 19000;"
    "INSERT INTO audit_log (at_ms, organisation_id, person_id, action, path, target, status, success, hash)"
    " SELECT i, o, 1, 'GET /v1/rooms/:id', '/v1/rooms/' || i, '{\"room\":' || i || '}', 200, 1, x'00' FROM n;"
    "COMMIT;";

struct List {
    const char *name, *path,
        *search;      // a search with few matches, which has to look at everything; "" where there is none
    const char* bare; // the rows of the first page, without a join
};

constexpr List lists[] = {
    {"people", "/v1/people?", "q=last19998",
     "SELECT * FROM persons WHERE organisation_id = 1 AND active = 1 ORDER BY nickname LIMIT 51"},
    {"people of a class", "/v1/people?class=7&", "q=last1999",
     "SELECT p.* FROM class_students s JOIN persons p ON p.id = s.person_id WHERE s.class_id = 7"},
    {"headsets", "/v1/devices?", "",
     "SELECT * FROM devices WHERE organisation_id = 1 ORDER BY name LIMIT 51"},
    {"lessons", "/v1/lessons?", "",
     "SELECT * FROM lessons WHERE organisation_id = 1 ORDER BY id DESC LIMIT 51"},
    {"courses", "/v1/courses?", "",
     "SELECT * FROM courses WHERE organisation_id = 1 ORDER BY id DESC LIMIT 51"},
    {"content", "/v1/content?", "q=content 19998",
     "SELECT * FROM contents WHERE organisation_id = 1 ORDER BY id DESC LIMIT 51"},
    {"sessions", "/v1/sessions?", "",
     "SELECT * FROM sessions WHERE organisation_id = 1 ORDER BY id DESC LIMIT 51"},
    {"runs", "/v1/runs?", "person=12",
     "SELECT * FROM runs WHERE organisation_id = 1 ORDER BY id DESC LIMIT 51"},
    {"audit log", "/v1/audit?", "q=rooms/19998",
     "SELECT * FROM audit_log WHERE organisation_id = 1 ORDER BY id DESC LIMIT 51"},
};

double ms_of(const std::function<void()>& work) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        work();
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
    }
    return median(std::move(times));
}

std::string escaped(std::string text) {
    for (std::size_t at = 0; (at = text.find(' ', at)) != std::string::npos;)
        text.replace(at, 1, "%20");
    return text;
}

// The cursor of the last full page: the one with the most rows before it.
std::string last_cursor(const School& school, const std::string& path) {
    std::string before;
    for (std::string cursor;;) {
        const Json page = Json::parse(
            ask(school.port(), "GET",
                path + "limit=200" + (cursor.empty() ? "" : "&cursor=") + escaped(cursor), school.token));
        if (!page.contains("next") || page.at("next").is_null()) return before;
        before = cursor =
            page.at("next").is_string() ? page.at("next").get<std::string>() : page.at("next").dump();
    }
}

} // namespace

void run_lists_bench(const std::filesystem::path& folder) {
    open_school(folder).server.reset();
    store::Connection database(folder / "lectern.db", store::Connection::Mode::read_write);
    database.execute(fill);
    School school = open_school_again(folder);
    Table table({"of 10,000, 50 a page", "first ms", "last ms", "search ms", "bare query ms"});
    for (const List& list : lists) {
        const auto get = [&](const std::string& more) {
            return ms_of([&] { ask(school.port(), "GET", list.path + more, school.token); });
        };
        const std::string cursor = last_cursor(school, list.path), search = list.search;
        const double bare = ms_of([&] {
            auto rows = database.prepare_once(list.bare);
            while (rows.step()) {
            }
        });
        table.add({list.name, number(get(""), 2),
                   cursor.empty() ? "-" : number(get("cursor=" + escaped(cursor)), 2),
                   search.empty() ? "-" : number(get(escaped(search)), 2), number(bare, 2)});
    }
    table.print();
}

} // namespace bench
