#include "bench/store_bench.h"

#include <sqlite3.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "platform/clock.h"
#include "store/store.h"

namespace bench {
namespace {

constexpr int rounds = 5;

struct Load {
    const char* name;
    int clients;
    int jobs;
};
constexpr Load loads[] = {{"64 clients", 64, 100'000}, {"1 client", 1, 3'000}};

constexpr std::string_view schema_sql =
    "CREATE TABLE gazes (id INTEGER PRIMARY KEY, run_id INTEGER NOT NULL, at_ms INTEGER NOT NULL, zone TEXT "
    "NOT NULL,"
    " data TEXT NOT NULL) STRICT; CREATE INDEX gazes_by_run ON gazes(run_id, at_ms);";
constexpr const char* insert_sql = "INSERT INTO gazes (run_id, at_ms, zone, data) VALUES (?, ?, ?, ?)";
const std::string data = R"({"yaw_deg":12.5,"pitch_deg":-3.25,"target":"coral","dwell_ms":420,"hit":true})";

// Clients that each wait for their answer before they ask again, driven by one thread as a server's io thread
// does it.
class Clients {
public:
    Clients(store::Store& store, const Load& load)
        : store_(store), jobs_(load.jobs), answered_(-load.clients) {
        for (int client = 0; client < load.clients; ++client)
            ready_.push_back(client);
    }
    void run() {
        std::vector<int> asking;
        while (answered_ < jobs_) {
            {
                std::unique_lock lock(mutex_);
                changed_.wait(lock, [&] { return !ready_.empty(); });
                std::swap(asking, ready_);
            }
            answered_ += static_cast<int>(asking.size());
            for (const int client : asking)
                ask(client);
            asking.clear();
        }
    }

private:
    void ask(int client) {
        if (asked_ == jobs_) return;
        const int number = ++asked_;
        store_.submit({"insert",
                       [client, number](store::Tx& tx) {
                           tx.run(insert_sql, client, number, "reef", data);
                           return store::Verdict::keep;
                       },
                       [this, client](std::exception_ptr failure) {
                           if (failure) std::rethrow_exception(failure);
                           const std::lock_guard lock(mutex_);
                           ready_.push_back(client);
                           if (ready_.size() == 1) changed_.notify_one();
                       }});
    }

    store::Store& store_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<int> ready_;
    const int jobs_;
    int asked_ = 0;
    int answered_; // they begin as if just answered
};

struct Run {
    Cost cost;
    double group = 1;
};

Run through_the_store(const std::filesystem::path& folder, const Load& load) {
    std::filesystem::remove_all(folder);
    platform::BoxClock clock(folder.parent_path());
    store::Options options;
    options.folder = folder;
    options.schema = store::Schema{schema_sql, {}};
    store::Store store(std::move(options), clock);
    Clients all(store, load);
    Run run;
    run.cost = measure([&] { all.run(); });
    const store::Store::Figures figures = store.figures();
    run.group = static_cast<double>(figures.jobs) / static_cast<double>(figures.groups);
    return run;
}

void check(sqlite3* database, int code) {
    if (code != SQLITE_OK && code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database));
}

Run bare_loop(const std::filesystem::path& folder, const Load& load, int group) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    sqlite3* database = nullptr;
    check(database, sqlite3_open((folder / "bare.db").c_str(), &database));
    check(database,
          sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;",
                       nullptr, nullptr, nullptr));
    check(database, sqlite3_exec(database, std::string(schema_sql).c_str(), nullptr, nullptr, nullptr));
    sqlite3_stmt* insert = nullptr;
    check(database, sqlite3_prepare_v2(database, insert_sql, -1, &insert, nullptr));
    Run run;
    run.group = group;
    run.cost = measure([&] {
        for (int number = 0; number < load.jobs; ++number) {
            if (number % group == 0)
                check(database, sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr));
            sqlite3_bind_int64(insert, 1, number % load.clients);
            sqlite3_bind_int64(insert, 2, number);
            sqlite3_bind_text(insert, 3, "reef", 4, SQLITE_STATIC);
            sqlite3_bind_text(insert, 4, data.data(), static_cast<int>(data.size()), SQLITE_STATIC);
            check(database, sqlite3_step(insert));
            sqlite3_reset(insert);
            if (number % group == group - 1 || number == load.jobs - 1) {
                check(database, sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr));
            }
        }
    });
    sqlite3_finalize(insert);
    sqlite3_close(database);
    return run;
}

void add_row(Table& table, const std::string& name, const Load& load, const std::vector<Run>& runs) {
    std::vector<double> speed, cpu, group;
    for (const Run& run : runs) {
        speed.push_back(load.jobs / run.cost.wall_s);
        cpu.push_back(run.cost.cpu_s * 1e6 / load.jobs);
        group.push_back(run.group);
    }
    table.add({name, number(median(speed)), number(median(cpu), 1), number(median(group))});
}

} // namespace

void run_store_bench(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    Table table({"store, a row a job", "jobs/s", "CPU us/job", "jobs/group"});
    for (const Load& load : loads) {
        std::vector<Run> through, bare;
        for (int round = 0; round < rounds; ++round) {
            through.push_back(through_the_store(folder / "through", load));
            const int group = std::max(1, static_cast<int>(through.back().group + 0.5));
            bare.push_back(bare_loop(folder / "bare", load, group));
        }
        add_row(table, load.name + std::string(", through the store"), load, through);
        add_row(table, load.name + std::string(", bare SQLite loop"), load, bare);
    }
    table.print();
}

} // namespace bench
