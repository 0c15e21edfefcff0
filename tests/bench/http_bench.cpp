#include "bench/http_bench.h"

#include <cstdio>
#include <string>

#include "bench/bare.h"
#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"

namespace bench {

namespace {

constexpr int connections = 64;
constexpr std::uint64_t requests = 60'000;
constexpr int rounds = 5;

Measured load_on(const Process& server, const MakeRequest& make) {
    const double cpu_before = server.cpu_s();
    const Load load = run_load(server.port, connections, requests, make);
    if (load.failures > 0)
        std::printf("%llu requests failed\n", static_cast<unsigned long long>(load.failures));
    const auto count = static_cast<double>(load.answers);
    return {count / load.wall_s, (server.cpu_s() - cpu_before) * 1e6 / count,
            percentile(load.latencies_ms, 99)};
}

void add_row(Table& table, const char* name, const std::vector<Measured>& runs) {
    const Measured figures = median_of(runs);
    table.add({name, number(figures.per_s), number(figures.cpu_us, 1), number(figures.p99_ms, 2)});
}

} // namespace

void run_http_bench(const std::filesystem::path& folder) {
    const auto bare = fork_server(serve_bare_answers);
    const School school = open_school(folder);
    const std::string get = http_request("GET", "/v1/organisation", school.token, "");
    const std::string body =
        R"({"title":"Coral reef","kind":"video","content":"reef.mp4","duration_ms":60000})";
    const std::string post = http_request("POST", "/v1/lessons", school.token, body);
    const auto repeat = [](const std::string& text) {
        return [&text](int, std::uint64_t) { return std::string_view(text); };
    };

    std::vector<Measured> floor, reads, writes;
    for (int round = 0; round < rounds; ++round) {
        floor.push_back(load_on(*bare, repeat(get)));
        reads.push_back(load_on(*school.server, repeat(get)));
        writes.push_back(load_on(*school.server, repeat(post)));
    }
    Table table({"HTTP, 64 connections", "requests/s", "server CPU us", "p99 ms"});
    add_row(table, "bare epoll loop, no parsing", floor);
    add_row(table, "small authenticated GET", reads);
    add_row(table, "durable POST of one record", writes);
    table.print();
}

} // namespace bench
