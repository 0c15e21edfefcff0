#include "bench/live_bench.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/bare.h"
#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"
#include "bench/sockets.h"

namespace bench {

namespace {

using Json = nlohmann::json;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::array<std::size_t, 3> sizes{40, 400, 1000};
constexpr int rounds = 5;
constexpr int orders = 20; // in a round
const std::string command_like(400, 'c');

double ms_since(SteadyTime start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void allow_many_sockets() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void ignore(int, std::string_view) {}

struct FanOut {
    double first_ms = 0, last_ms = 0;
};

// One command: `trigger` gives it, and each of `count` sockets must hear a message that contains `mark`.
FanOut fan_out(Sockets& sockets, std::size_t count, std::string_view mark,
               const std::function<void()>& trigger) {
    std::size_t heard = 0;
    FanOut times;
    const auto start = std::chrono::steady_clock::now();
    trigger();
    sockets.run(
        [&](int, std::string_view message) {
            if (message.find(mark) == std::string_view::npos) return;
            if (heard++ == 0) times.first_ms = ms_since(start);
            if (heard == count) times.last_ms = ms_since(start);
        },
        [&] { return heard >= count; });
    return times;
}

class BareHub {
public:
    explicit BareHub(std::size_t listeners) : server_(fork_server(serve_bare_hub)), listeners_(listeners) {
        for (std::size_t i = 0; i < listeners + 1; ++i)
            sockets_.open(server_->port, "");
        sockets_.run_for(std::chrono::milliseconds(100), ignore);
    }
    FanOut order() {
        return fan_out(sockets_, listeners_, "ccc", [this] { sockets_.send_raw(0, command_like); });
    }

private:
    std::unique_ptr<Process> server_;
    Sockets sockets_;
    std::size_t listeners_;
};

// A session that all headsets have joined; commands pause it and let it go on.
class Lesson {
public:
    Lesson(School& school, std::size_t headsets) : school_(school), headsets_(headsets) {
        school.pair_up_to(headsets);
        const Json session = Json::parse(ask(school.port(), "POST", "/v1/sessions", school.token,
                                             R"({"title":"Fan-out","lesson_ids":[]})"));
        const std::string id = session.at("id").dump();
        path_ = "/v1/sessions/" + id;
        for (std::size_t i = 0; i < headsets; ++i) {
            sockets_.open(school.port(), school.device_tokens[i]);
            sockets_.send_text(static_cast<int>(i),
                               R"({"type":"session.join","eid":1,"data":{"session_id":)" + id + "}}");
        }
        std::size_t joined = 0;
        sockets_.run(
            [&](int, std::string_view message) {
                joined += message.find(R"("type":"session.join")") != std::string_view::npos ? 1 : 0;
            },
            [&] { return joined == headsets; });
        ask(school.port(), "POST", path_ + "/start", school.token, "{}");
        sockets_.run_for(std::chrono::milliseconds(300), ignore);
    }
    ~Lesson() { ask(school_.port(), "POST", path_ + "/stop", school_.token, "{}"); }
    Lesson(const Lesson&) = delete;
    Lesson& operator=(const Lesson&) = delete;

    FanOut order() {
        paused_ = !paused_;
        const std::string text =
            http_request("POST", path_ + (paused_ ? "/pause" : "/resume"), school_.token, "{}");
        const int teacher = connect_to(school_.port());
        const FanOut times = fan_out(sockets_, headsets_, R"("type":"command")", [&] {
            [[maybe_unused]] const auto sent = write(teacher, text.data(), text.size());
        });
        close(teacher);
        return times;
    }

private:
    School& school_;
    std::size_t headsets_;
    std::string path_;
    Sockets sockets_;
    bool paused_ = false;
};

// As on the floor: one socket sends it, all others of its session hear it, and no disk is involved.
class Relay {
public:
    Relay(School& school, std::size_t headsets) : headsets_(headsets) {
        school.pair_up_to(headsets);
        const Json session = Json::parse(
            ask(school.port(), "POST", "/v1/sessions", school.token, R"({"title":"Relay","lesson_ids":[]})"));
        const std::string path = "/ws/session/" + session.at("id").dump() + "/";
        sockets_.open(school.port(), school.token, path);
        for (std::size_t i = 0; i < headsets; ++i)
            sockets_.open(school.port(), school.device_tokens[i], path);
        sockets_.run_for(std::chrono::milliseconds(500), ignore);
    }
    FanOut order() {
        return fan_out(sockets_, headsets_, "ccc", [this] {
            sockets_.send_text(0, R"({"action":"offer","sdp":")" + command_like + "\"}");
        });
    }

private:
    std::size_t headsets_;
    Sockets sockets_;
};

void add_row(Table& table, const std::string& name, const std::vector<FanOut>& runs, double floor_ms) {
    std::vector<double> first, last;
    for (const FanOut& run : runs) {
        first.push_back(run.first_ms);
        last.push_back(run.last_ms);
    }
    table.add({name, number(median(first), 2), number(median(last), 2), number(percentile(last, 99), 2),
               number(median(last) / floor_ms, 2)});
}

double median_last(const std::vector<FanOut>& runs) {
    std::vector<double> last;
    for (const FanOut& run : runs)
        last.push_back(run.last_ms);
    return median(last);
}

} // namespace

void run_fan_out_bench(const std::filesystem::path& folder) {
    allow_many_sockets();
    School school = open_school(folder);
    Table table({"fan-out", "first ms", "last ms", "last p99 ms", "of the floor"});
    for (const std::size_t size : sizes) {
        BareHub bare(size);
        const auto beside_floor = [&](const char* name, auto& measured) {
            std::vector<FanOut> floor, runs;
            for (int round = 0; round < rounds; ++round) {
                for (int i = 0; i < orders; ++i)
                    floor.push_back(bare.order());
                for (int i = 0; i < orders; ++i)
                    runs.push_back(measured.order());
            }
            const double floor_ms = median_last(floor);
            add_row(table, "bare epoll hub, " + std::to_string(size), floor, floor_ms);
            add_row(table, name + (", " + std::to_string(size)), runs, floor_ms);
        };
        {
            Relay relay(school, size);
            beside_floor("a message relayed", relay);
        }
        Lesson lesson(school, size);
        beside_floor("a durable order to headsets", lesson);
    }
    table.print();
}

void run_memory_bench(const std::filesystem::path& folder) {
    allow_many_sockets();
    constexpr std::size_t headsets = 1000;
    School school = open_school(folder);
    const auto at_start = school.server->memory();
    school.pair_up_to(headsets);
    const auto paired = school.server->memory();
    Sockets sockets;
    for (std::size_t i = 0; i < headsets; ++i)
        sockets.open(school.port(), school.device_tokens[i]);
    sockets.run_for(std::chrono::milliseconds(8000), ignore); // past the first pings
    const auto connected = school.server->memory();
    constexpr double kib = 1024, mib = 1024 * 1024;
    Table table({"memory of the server", "own", "resident"});
    const auto add = [&](const char* what, const Process::Memory& memory) {
        table.add({what, number(static_cast<double>(memory.own) / mib, 1),
                   number(static_cast<double>(memory.resident) / mib, 1)});
    };
    add("at idle, MiB", at_start);
    add("with 1,000 headsets paired, MiB", paired);
    add("with 1,000 headsets connected, MiB", connected);
    table.add({"each idle connected headset, KiB",
               number(static_cast<double>(connected.own - paired.own) / kib / headsets, 1),
               number(static_cast<double>(connected.resident - paired.resident) / kib / headsets, 1)});
    table.print();
}

} // namespace bench
