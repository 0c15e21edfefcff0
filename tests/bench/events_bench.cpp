#include "bench/events_bench.h"

#include <sqlite3.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"

namespace bench {

namespace {

using Json = nlohmann::json;

constexpr std::size_t headsets = 64;
constexpr std::uint64_t batches = 4000;
constexpr int batch_events = 100;
constexpr int rounds = 5;
constexpr std::size_t socket_batches_under_way = 2;

// Batches that differ only in their ids, which have a fixed width: making one is a copy.
class BatchMaker {
public:
    explicit BatchMaker(std::int64_t now_ms) {
        Json events = Json::array();
        for (int i = 0; i < batch_events; ++i)
            events.push_back({{"kind", "gaze"},
                              {"at_ms", now_ms + i * 100},
                              {"position_ms", i * 100},
                              {"yaw_deg", std::round(100 * std::sin(i * 0.1)) / 10},
                              {"pitch_deg", std::round(100 * std::cos(i * 0.1)) / 10}});
        events_ = events.dump();
    }
    std::string body(std::uint64_t batch) const {
        return R"({"batch_id":"bench-)" + std::to_string(1'000'000'000 + batch) + R"(","events":)" + events_ +
               '}';
    }
    const std::string& events() const { return events_; }

private:
    std::string events_;
};

// The same events as clients of the unreal dialect send them, in sessions that they open themselves.
class UnrealMaker {
public:
    explicit UnrealMaker(std::int64_t now_ms) {
        Json events = Json::array();
        for (int i = 0; i < batch_events; ++i)
            events.push_back({{"event_type", "gaze"},
                              {"timestamp", static_cast<double>(now_ms + i * 100) / 1000},
                              {"rotation",
                               {{"pitch", std::round(100 * std::cos(i * 0.1)) / 10},
                                {"yaw", std::round(100 * std::sin(i * 0.1)) / 10},
                                {"roll", 0}}}});
        events_ = events.dump();
    }
    std::string body(int connection, std::uint64_t batch) const {
        return R"({"session_id":"bench-)" + std::to_string(connection) + R"(","batch_id":")" +
               std::to_string(1'000'000'000 + batch) + R"(","events":)" + events_ + '}';
    }

private:
    std::string events_;
};

std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

Measured over_http(const School& school, const char* path,
                   const std::function<std::string(int connection)>& body) {
    std::vector<std::string> requests(headsets);
    const double cpu_before = school.server->cpu_s();
    const Load load = run_load(school.port(), headsets, batches, [&](int connection, std::uint64_t) {
        const auto index = static_cast<std::size_t>(connection);
        requests[index] = http_request("POST", path, school.device_tokens[index], body(connection));
        return std::string_view(requests[index]);
    });
    if (load.failures > 0) throw std::runtime_error("bench: batches were refused");
    const double events = static_cast<double>(batches) * batch_events;
    return {events / load.wall_s, (school.server->cpu_s() - cpu_before) * 1e6 / events,
            percentile(load.latencies_ms, 99)};
}

Measured over_sockets(const School& school, const BatchMaker& maker, std::uint64_t& next_batch) {
    Sockets sockets;
    for (std::size_t i = 0; i < headsets; ++i)
        sockets.open(school.port(), school.device_tokens[i]);
    std::uint64_t sent = 0, answered = 0;
    const auto send_one = [&](int socket) {
        if (sent == batches) return;
        ++sent;
        sockets.send_text(socket, R"({"type":"events","eid":1,"data":)" + maker.body(next_batch++) + '}');
    };
    const double cpu_before = school.server->cpu_s();
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t round = 0; round < socket_batches_under_way; ++round)
        for (std::size_t i = 0; i < headsets; ++i)
            send_one(static_cast<int>(i));
    sockets.run(
        [&](int socket, std::string_view message) {
            if (message.find(R"("type":"events")") == std::string_view::npos) return;
            if (message.find(R"("status":"success")") == std::string_view::npos)
                throw std::runtime_error("bench: a batch was refused: " + std::string(message));
            ++answered;
            send_one(socket);
        },
        [&] { return answered == batches; });
    const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double events = static_cast<double>(batches) * batch_events;
    return {events / wall_s, (school.server->cpu_s() - cpu_before) * 1e6 / events, 0};
}

class Database {
public:
    explicit Database(const std::filesystem::path& file, const char* schema) {
        for (const char* ending : {"", "-wal", "-shm"})
            std::filesystem::remove(file.string() + ending);
        check(sqlite3_open(file.c_str(), &database_));
        run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;");
        run(schema);
    }
    ~Database() { sqlite3_close(database_); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr));
        return statement;
    }
    void step(sqlite3_stmt* statement) {
        check(sqlite3_step(statement));
        sqlite3_reset(statement);
    }

private:
    void check(int code) {
        if (code != SQLITE_OK && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database_));
    }
    sqlite3* database_ = nullptr;
};

Measured measured(const Cost& cost) {
    const double events = static_cast<double>(batches) * batch_events;
    return {events / cost.wall_s, cost.cpu_s * 1e6 / events, 0};
}

// In transactions of this many batches.
Measured bare_rows(const std::filesystem::path& folder, std::uint64_t together) {
    Database database(
        folder / "rows.db",
        "CREATE TABLE events (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, kind TEXT NOT NULL, at_ms "
        "INTEGER NOT NULL, position_ms INTEGER, yaw_deg REAL, pitch_deg REAL) STRICT;"
        "CREATE INDEX events_by_run ON events(run_id, at_ms);");
    sqlite3_stmt* insert = database.prepare(
        "INSERT INTO events (run_id, kind, at_ms, position_ms, yaw_deg, pitch_deg) VALUES (?, 'gaze', ?, ?, "
        "?, ?)");
    const Cost cost = measure([&] {
        for (std::uint64_t batch = 0; batch < batches; ++batch) {
            if (batch % together == 0) database.run("BEGIN IMMEDIATE");
            for (int i = 0; i < batch_events; ++i) {
                sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(batch % headsets));
                sqlite3_bind_int64(insert, 2, static_cast<std::int64_t>(batch) * 10'000 + i * 100);
                sqlite3_bind_int64(insert, 3, i * 100);
                sqlite3_bind_double(insert, 4, 10 * std::sin(i * 0.1));
                sqlite3_bind_double(insert, 5, 10 * std::cos(i * 0.1));
                database.step(insert);
            }
            if (batch % together == together - 1 || batch + 1 == batches) database.run("COMMIT");
        }
    });
    sqlite3_finalize(insert);
    return measured(cost);
}

Measured bare_batches(const std::filesystem::path& folder, const BatchMaker& maker, std::uint64_t together) {
    Database database(
        folder / "batches.db",
        "CREATE TABLE batches (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, batch_id TEXT NOT NULL, "
        "events TEXT NOT NULL, UNIQUE (run_id, batch_id)) STRICT;");
    sqlite3_stmt* insert =
        database.prepare("INSERT INTO batches (run_id, batch_id, events) VALUES (?, ?, ?)");
    const Cost cost = measure([&] {
        for (std::uint64_t batch = 0; batch < batches; ++batch) {
            const std::string id = std::to_string(batch);
            if (batch % together == 0) database.run("BEGIN IMMEDIATE");
            sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(batch % headsets));
            sqlite3_bind_text(insert, 2, id.c_str(), static_cast<int>(id.size()), SQLITE_STATIC);
            sqlite3_bind_text(insert, 3, maker.events().c_str(), static_cast<int>(maker.events().size()),
                              SQLITE_STATIC);
            database.step(insert);
            if (batch % together == together - 1 || batch + 1 == batches) database.run("COMMIT");
        }
    });
    sqlite3_finalize(insert);
    return measured(cost);
}

// Each beside the floor: one row per event, in transactions of the same size.
void add_row(Table& table, const char* name, const std::vector<Measured>& runs, double floor) {
    const Measured figures = median_of(runs);
    table.add({name, number(figures.per_s), number(figures.per_s / floor, 2), number(figures.cpu_us, 2),
               figures.p99_ms > 0 ? number(figures.p99_ms, 1) : ""});
}

} // namespace

void run_events_bench(const std::filesystem::path& folder) {
    School school = open_school(folder / "data");
    school.pair_up_to(headsets);
    const BatchMaker maker(wall_ms());
    const UnrealMaker unreal(wall_ms());
    std::uint64_t next = 0;
    std::vector<Measured> rows, rows_together, bare, bare_together, http, dialect, socket;
    for (int round = 0; round < rounds; ++round) {
        rows.push_back(bare_rows(folder, 1));
        http.push_back(over_http(school, "/v1/events", [&](int) { return maker.body(next++); }));
        rows_together.push_back(bare_rows(folder, headsets));
        dialect.push_back(over_http(school, "/api/v1/unreal/tracking/batch",
                                    [&](int connection) { return unreal.body(connection, next++); }));
        bare.push_back(bare_batches(folder, maker, 1));
        socket.push_back(over_sockets(school, maker, next));
        bare_together.push_back(bare_batches(folder, maker, headsets));
    }
    const double floor = median_of(rows).per_s;
    Table table({"events, durable, batches of 100, 64 clients", "events/s", "of the floor", "CPU us an event",
                 "p99 ms"});
    add_row(table, "bare SQLite loop, a row an event, 100 events a transaction (the floor)", rows, floor);
    add_row(table, "the same, 6,400 events a transaction", rows_together, floor);
    add_row(table, "bare SQLite loop, a row a batch, 100 events a transaction", bare, floor);
    add_row(table, "the same, 6,400 events a transaction", bare_together, floor);
    add_row(table, "Lectern, POST /v1/events", http, floor);
    add_row(table, "Lectern, the unreal dialect's batches", dialect, floor);
    add_row(table, "Lectern, over the socket", socket, floor);
    table.print();
}

} // namespace bench
