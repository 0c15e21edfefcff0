#include "bench/ingest_bench.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"
#include "bench/slow_disk.h"

namespace bench {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using Steady = std::chrono::steady_clock;

constexpr std::size_t clients = 64, listeners = 100;
constexpr int batch_events = 100;
constexpr auto mixed_time = 10s;

double ms_since(Steady::time_point since) {
    return std::chrono::duration<double, std::milli>(Steady::now() - since).count();
}

class Batches {
public:
    Batches() {
        const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count();
        Json events = Json::array();
        for (int i = 0; i < batch_events; ++i)
            events.push_back({{"kind", "gaze"},
                              {"at_ms", now_ms + i * 100},
                              {"position_ms", i * 100},
                              {"yaw_deg", (i * 7 % 600) / 10.0},
                              {"pitch_deg", (i * 3 % 200) / 10.0}});
        events_ = events.dump();
    }
    std::string request(const std::string& token) {
        return http_request("POST", "/v1/events", token,
                            R"({"batch_id":"ingest-)" + std::to_string(1'000'000'000 + next_++) +
                                R"(","events":)" + events_ + '}');
    }

private:
    std::string events_;
    std::uint64_t next_ = 0;
};

// As fast as the answers come.
Measured closed_load(const School& school, Batches& batches, std::uint64_t count) {
    std::vector<std::string> requests(clients);
    const Load load = run_load(school.port(), clients, count, [&](int connection, std::uint64_t) {
        auto& request = requests[static_cast<std::size_t>(connection)];
        request = batches.request(school.device_tokens[static_cast<std::size_t>(connection)]);
        return std::string_view(request);
    });
    if (load.failures > 0) throw std::runtime_error("bench: batches were refused");
    return {static_cast<double>(count) * batch_events / load.wall_s, 0, percentile(load.latencies_ms, 99)};
}

// At a fixed rate, whether answers come or not: each is measured from the moment at which it was due.
struct Paced {
    double p99_ms = 0, per_s = 0;
};

Paced paced_load(const School& school, Batches& batches, double batches_per_s) {
    struct Line {
        int socket;
        bool busy = false;
        Steady::time_point due;
    };
    std::vector<Line> lines;
    std::vector<pollfd> polled;
    for (std::size_t i = 0; i < clients; ++i) {
        lines.push_back({connect_to(school.port()), false, {}});
        polled.push_back({lines.back().socket, POLLIN, 0});
    }
    std::vector<double> latencies;
    const auto start = Steady::now();
    const auto interval =
        std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(1 / batches_per_s));
    auto due = start;
    std::size_t turn = 0;
    char buffer[4096];
    while (Steady::now() - start < mixed_time) {
        for (std::size_t tried = 0; Steady::now() >= due && tried < lines.size(); ++tried) {
            const std::size_t index = turn++ % lines.size();
            Line& line = lines[index];
            if (line.busy) continue;
            const std::string request = batches.request(school.device_tokens[index]);
            if (::send(line.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
                static_cast<ssize_t>(request.size()))
                throw std::runtime_error("bench: the server closed a connection");
            line.busy = true;
            line.due = due;
            due += interval;
            tried = 0;
        }
        poll(polled.data(), polled.size(), 1);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (!(polled[i].revents & POLLIN)) continue;
            const ssize_t got = recv(lines[i].socket, buffer, sizeof buffer, 0); // a small answer comes whole
            if (got < 12 || std::string_view(buffer, 12) != "HTTP/1.1 202")
                throw std::runtime_error("bench: a batch was refused");
            latencies.push_back(ms_since(lines[i].due));
            lines[i].busy = false;
        }
    }
    const double wall_s = ms_since(start) / 1000;
    for (const Line& line : lines)
        close(line.socket);
    return {percentile(latencies, 99), static_cast<double>(latencies.size()) * batch_events / wall_s};
}

// The load comes from another process, as it would in a school.
class PacedProcess {
public:
    PacedProcess(const School& school, Batches& batches, double batches_per_s) {
        if (pipe(result_) != 0) throw std::runtime_error("bench: cannot make a pipe");
        pid_ = fork();
        if (pid_ != 0) return;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const Paced paced = paced_load(school, batches, batches_per_s);
        _exit(write(result_[1], &paced, sizeof paced) == sizeof paced ? 0 : 1);
    }
    Paced wait() {
        close(result_[1]);
        Paced paced;
        if (read(result_[0], &paced, sizeof paced) != sizeof paced)
            throw std::runtime_error("bench: the load failed");
        close(result_[0]);
        waitpid(pid_, nullptr, 0);
        return paced;
    }

private:
    int result_[2];
    pid_t pid_ = -1;
};

// From a teacher's command to the last headset that has heard it.
std::vector<double> order_latencies(School& school) {
    const Json session = Json::parse(
        ask(school.port(), "POST", "/v1/sessions", school.token, R"({"title":"Ingest","lesson_ids":[]})"));
    const std::string id = session.at("id").dump(), path = "/v1/sessions/" + id;
    Sockets sockets;
    std::size_t joined = 0;
    for (std::size_t i = 0; i < listeners; ++i) {
        sockets.open(school.port(), school.device_tokens[clients + i]);
        sockets.send_text(static_cast<int>(i),
                          R"({"type":"session.join","eid":1,"data":{"session_id":)" + id + "}}");
    }
    sockets.run(
        [&](int, std::string_view message) {
            joined += message.find(R"("type":"session.join")") != std::string_view::npos ? 1 : 0;
        },
        [&] { return joined == listeners; });
    ask(school.port(), "POST", path + "/start", school.token, "{}");
    std::vector<double> latencies;
    const auto end = Steady::now() + mixed_time - 2s;
    for (bool pause = true; Steady::now() < end; pause = !pause) {
        sockets.run_for(200ms, [](int, std::string_view) {});
        std::size_t heard = 0;
        const int connection = connect_to(school.port());
        const std::string request =
            http_request("POST", path + (pause ? "/pause" : "/resume"), school.token, "{}");
        const auto since = Steady::now();
        [[maybe_unused]] const ssize_t sent =
            ::send(connection, request.data(), request.size(), MSG_NOSIGNAL);
        sockets.run(
            [&](int, std::string_view message) {
                heard += message.find(R"("type":"command")") != std::string_view::npos ? 1 : 0;
            },
            [&] { return heard >= listeners; });
        latencies.push_back(ms_since(since));
        close(connection);
    }
    return latencies;
}

} // namespace

void run_ingest_bench(const std::filesystem::path& folder) {
    School school = open_school(folder / "data");
    school.pair_up_to(clients + listeners);
    Batches batches;
    closed_load(school, batches, 1000); // to warm it up
    const Measured quick = closed_load(school, batches, 5000);
    Table table(
        {"ingest, batches of 100 events, 64 clients", "events/s", "p99 ms", "command ms median", "p99"});
    table.add({"as fast as it goes", number(quick.per_s), number(quick.p99_ms, 1), "", ""});

    PacedProcess load(school, batches, quick.per_s / batch_events / 2);
    std::this_thread::sleep_for(500ms);
    const std::vector<double> orders = order_latencies(school);
    const Paced paced = load.wait();
    table.add({"half of that, commands to 100 headsets meanwhile", number(paced.per_s),
               number(paced.p99_ms, 1), number(median(orders), 1), number(percentile(orders, 99), 1)});

    school.server.reset();
    school.server = fork_appliance(folder / "data", 10ms);
    const Measured slow = closed_load(school, batches, 3000);
    table.add({"10 ms more for each flush", number(slow.per_s), number(slow.p99_ms, 1), "", ""});
    table.print();
}

} // namespace bench
