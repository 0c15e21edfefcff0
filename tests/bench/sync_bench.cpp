#include "bench/sync_bench.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"
#include "bench/sockets.h"
#include "simulation/classroom.h"

namespace bench {

namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

constexpr std::size_t headsets = 100, late_ones = 10;
constexpr int orders = 60;

double steady_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// Server time minus this process's steady clock, by the quickest of many round trips with no bad line between
// them. Both run by the same quartz, so it does not change.
double server_ahead_ms(const School& school) {
    Sockets socket;
    socket.open(school.port(), school.token);
    double quickest_ms = 1e9, ahead_ms = 0;
    for (int i = 0; i < 300; ++i) {
        const double asked_ms = steady_ms();
        double server_ms = 0;
        socket.send_text(0, R"({"type":"ping","eid":"1","data":{}})");
        socket.run(
            [&](int, std::string_view text) {
                Json frame = Json::parse(text);
                if (frame.is_array()) frame = frame.at(0);
                if (frame.at("type") == "ping") server_ms = frame.at("data").at("server_ms");
            },
            [&] { return server_ms > 0; });
        const double answered_ms = steady_ms();
        if (answered_ms - asked_ms >= quickest_ms) continue;
        quickest_ms = answered_ms - asked_ms;
        ahead_ms = server_ms - (asked_ms + answered_ms) / 2;
    }
    return ahead_ms;
}

simulation::ClassroomOptions class_of(const School& school, std::size_t count, const std::string& prefix,
                                      SessionId session_id) {
    simulation::ClassroomOptions options;
    options.headsets = count;
    options.prefix = prefix;
    options.start = prefix;
    options.session_id = session_id;
    options.pairing_code = [&school](const std::string&) {
        return Json::parse(ask(school.port(), "POST", "/v1/pairing-codes", school.token, "{}"))
            .at("code")
            .get<std::string>();
    };
    options.seed = 7;
    options.clock_error_ms = 5000;
    options.drift_ppm = 50;
    options.media_error_ppm = 300;
    options.line = simulation::bad_wifi;
    options.until_stopped = true;
    return options;
}

// A class on its own thread.
class World {
public:
    World(const School& school, const simulation::ClassroomOptions& options)
        : network_(simulation::parse_server_url("http://127.0.0.1:" + std::to_string(school.port()))),
          classroom_(network_, options),
          thread_([this] {
              classroom_.start();
              network_.run();
          }) {}
    const simulation::Classroom& ended() {
        if (thread_.joinable()) thread_.join();
        return classroom_;
    }

private:
    simulation::Network network_;
    simulation::Classroom classroom_;
    std::thread thread_;
};

void add_row(Table& table, const std::string& what, std::vector<double> values) {
    for (double& value : values)
        value = std::abs(value);
    table.add({what, number(median(values), 2), number(percentile(values, 95), 2),
               number(percentile(values, 99), 2),
               number(values.empty() ? 0 : *std::ranges::max_element(values), 2)});
}

} // namespace

void run_sync_bench(const std::filesystem::path& folder) {
    School school = open_school(folder);
    const auto post = [&](const std::string& path, const std::string& body) {
        return Json::parse(ask(school.port(), "POST", path, school.token, body));
    };
    const SessionId session = post("/v1/sessions", R"({"title":"Sync","lesson_ids":[]})").at("id");
    const std::string path = "/v1/sessions/" + to_string(session);
    simulation::ClassroomOptions options = class_of(school, headsets, "SYNC", session);
    options.slow_one_ms = 150;
    const double ahead_ms = server_ahead_ms(school);
    World world(school, options);
    std::this_thread::sleep_for(5s);
    post(path + "/start", "{}");
    std::this_thread::sleep_for(75s); // by then all of the clocks' 64 round trips are of the slow kind
    World late(school, class_of(school, late_ones, "LATE", session));
    std::this_thread::sleep_for(10s);
    const std::int64_t first = 2;
    for (int i = 0; i < orders; ++i) {
        post(path + (i % 2 == 0 ? "/pause" : "/resume"), "{}");
        std::this_thread::sleep_for(700ms);
    }
    std::this_thread::sleep_for(1s);
    post(path + "/stop", "{}");

    std::vector<double> skews, late_ms, joined_ms, media_ms;
    std::size_t missed = 0;
    for (const auto& participant : world.ended().participants()) {
        std::size_t obeyed = 0;
        for (const simulation::Obeyed& one : participant->headset().obeyed()) {
            if (one.number < first || one.number >= first + orders) continue;
            skews.push_back(one.true_ms + ahead_ms - one.at_ms);
            ++obeyed;
        }
        missed += orders - std::min<std::size_t>(obeyed, orders);
        late_ms.insert(late_ms.end(), participant->lateness_ms().begin(), participant->lateness_ms().end());
    }
    for (const auto& participant : late.ended().participants())
        if (const auto joined = participant->headset().in_lesson_ms()) joined_ms.push_back(*joined);
    Table table({"100 headsets, bad Wi-Fi", "median", "p95", "p99", "most"});
    add_row(table, "from the command's moment, ms", skews);
    add_row(table, "the machine's own lateness, ms", late_ms);
    add_row(table, "late comers: connected to in place, ms", joined_ms);
    table.print();
    std::printf("commands obeyed: %zu, missed: %zu; late comers in the lesson: %zu of %zu\n", skews.size(),
                missed, joined_ms.size(), late_ones);
}

void run_reconnect_bench(const std::filesystem::path& folder) {
    constexpr std::size_t count = 1000;
    School school = open_school(folder);
    school.pair_up_to(count);
    std::atomic<bool> over = false;
    std::vector<double> waits_ms;
    std::thread other([&] {
        while (!over) {
            const double start_ms = steady_ms();
            ask(school.port(), "GET", "/v1/devices?limit=1", school.token);
            waits_ms.push_back(steady_ms() - start_ms);
            std::this_thread::sleep_for(5ms);
        }
    });
    std::vector<double> welcome_ms;
    for (int round = 0; round < 5; ++round) {
        Sockets sockets;
        const double start_ms = steady_ms();
        for (std::size_t i = 0; i < count; ++i)
            sockets.open(school.port(), school.device_tokens[i]);
        std::size_t welcome = 0;
        sockets.run(
            [&](int, std::string_view text) {
                welcome += text.find("\"welcome\"") != std::string_view::npos;
            },
            [&] { return welcome == count; }, 30'000ms);
        welcome_ms.push_back(steady_ms() - start_ms);
    }
    over = true;
    other.join();
    Table table({"1,000 headsets come back at once", "median", "p95", "p99", "most"});
    add_row(table, "until all are welcome, ms", welcome_ms);
    add_row(table, "another call meanwhile, ms", waits_ms);
    table.print();
}

} // namespace bench
