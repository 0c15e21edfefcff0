#include "bench/training_bench.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"
#include "platform/ids.h"

namespace bench {

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t headsets = 1000;
constexpr int seconds = 10, rounds = 3;

// A thousand connections that stay open and each ask once a second, evenly spread, like a school of headsets.
// That costs the server more than a thousand requests at once.
class Polls {
public:
    explicit Polls(const School& school) {
        for (const std::string& token : school.device_tokens) {
            connections_.push_back(connect_to(school.port()));
            requests_.push_back(http_request("POST", "/devices/start_game", token, "{}"));
        }
    }
    ~Polls() {
        for (const int connection : connections_)
            close(connection);
    }
    Polls(const Polls&) = delete;
    Polls& operator=(const Polls&) = delete;

    // Every answer must contain `expected`.
    void run(std::string_view expected) {
        const auto begun = Clock::now();
        for (std::size_t i = 0; i < headsets * seconds; ++i) {
            std::this_thread::sleep_until(begun + std::chrono::milliseconds(i));
            ask(i % headsets, expected);
        }
    }

private:
    void ask(std::size_t headset, std::string_view expected) {
        const std::string& request = requests_[headset];
        if (send(connections_[headset], request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size()))
            throw std::runtime_error("bench: a poll could not be sent");
        char answer[4096];
        const auto length = recv(connections_[headset], answer, sizeof answer, 0);
        if (length <= 0 || std::string_view(answer, static_cast<std::size_t>(length)).find(expected) ==
                               std::string_view::npos)
            throw std::runtime_error("bench: a poll was not answered as expected");
    }

    std::vector<int> connections_;
    std::vector<std::string> requests_;
};

double share_of_core(const School& school, const std::function<void()>& work) {
    const double cpu_before = school.server->cpu_s();
    const auto begun = Clock::now();
    work();
    const double wall_s = std::chrono::duration<double>(Clock::now() - begun).count();
    return (school.server->cpu_s() - cpu_before) / wall_s;
}

void assign_to_all(const School& school) {
    const Json scenario = Json::parse(ask(
        school.port(), "POST", "/v1/scenarios", school.token,
        R"({"title":"Polled","metrics":[{"key":"errors"},{"key":"speed"}],"checklist":[{"key":"call"},{"key":"door"}]})"));
    std::vector<DeviceId> device_ids;
    const Json list = Json::parse(ask(school.port(), "GET", "/devices/list", school.token));
    for (const Json& device : list.at("devices"))
        if (device.at("device_serial_number").get<std::string>().starts_with("BENCH-"))
            device_ids.emplace_back(std::stoll(device.at("id").get<std::string>()));
    constexpr std::size_t at_once = 200;
    for (std::size_t from = 0; from < device_ids.size(); from += at_once) {
        const auto first = device_ids.begin() + static_cast<std::ptrdiff_t>(from);
        const std::vector<DeviceId> some(
            first, first + static_cast<std::ptrdiff_t>(std::min(at_once, device_ids.size() - from)));
        ask(school.port(), "POST", "/v1/trainings", school.token,
            Json{{"scenario_id", scenario.at("id")}, {"device_ids", some}}.dump());
    }
}

void add_row(Table& table, const char* name, std::vector<double> shares, bool polls) {
    const double share = median(std::move(shares));
    table.add({name, number(100 * share, 1), polls ? number(1e6 * share / headsets, 1) : "-"});
}

} // namespace

void run_polling_bench(const std::filesystem::path& folder) {
    School school = open_school(folder);
    school.pair_up_to(headsets);
    Polls polls(school);
    std::vector<double> silent, idle, waiting;
    for (int round = 0; round < rounds; ++round) {
        silent.push_back(
            share_of_core(school, [] { std::this_thread::sleep_for(std::chrono::seconds(seconds)); }));
        idle.push_back(share_of_core(school, [&] { polls.run("not marked ready"); }));
    }
    assign_to_all(school);
    polls.run("record_id"); // each is handed its scenario, once
    for (int round = 0; round < rounds; ++round)
        waiting.push_back(share_of_core(school, [&] { polls.run("record_id"); }));
    Table table({"1,000 headsets, each polling once a second", "% of a core", "CPU us a poll"});
    add_row(table, "connected, silent", silent, false);
    add_row(table, "nothing waits", idle, true);
    add_row(table, "a scenario waits for each", waiting, true);
    table.print();
}

} // namespace bench
