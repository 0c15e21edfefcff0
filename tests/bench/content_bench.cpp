#include "bench/content_bench.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"
#include "simulation/classroom.h"

namespace bench {

namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

constexpr std::size_t headsets = 40;
constexpr std::size_t video_bytes = 200'000'000;
constexpr int orders = 100;

double steady_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// One request with headers of its own; returns the head of the answer.
std::string send_raw(std::uint16_t port, const std::string& head, const std::string& body) {
    const int socket = connect_to(port);
    const auto send = [&](std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = write(socket, bytes.data(), bytes.size());
            if (sent <= 0) throw std::runtime_error("bench: the upload broke off");
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    };
    send(head);
    send(body);
    std::string answer(8192, '\0');
    const ssize_t got = read(socket, answer.data(), answer.size());
    close(socket);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
}

std::string value_of(const std::string& head, const std::string& name) {
    const std::size_t at = head.find(name + ": ");
    if (at == std::string::npos) throw std::runtime_error("bench: no " + name + " in " + head);
    const std::size_t from = at + name.size() + 2;
    return head.substr(from, head.find("\r\n", from) - from);
}

// Uploads by tus, as the page does. Returns the content's id.
ContentId upload(const School& school) {
    const std::string common =
        "Host: bench\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer " + school.token + "\r\n";
    const std::string made =
        send_raw(school.port(),
                 "POST /v1/uploads HTTP/1.1\r\n" + common + "Upload-Length: " + std::to_string(video_bytes) +
                     "\r\nUpload-Metadata: title UmVlZg==,filename cmVlZi5tcDQ=\r\nContent-Length: 0\r\n\r\n",
                 "");
    const std::string place = value_of(made, "Location");
    std::string video(video_bytes, '\0');
    const std::string magic(
        "\0\0\0\x18"
        "ftypisom\0\0\2\0isomiso2",
        24);
    std::copy(magic.begin(), magic.end(), video.begin());
    for (std::size_t i = magic.size(); i < video.size(); i += 64)
        video[i] = static_cast<char>(i * 2654435761u >> 24);
    const std::string done =
        send_raw(school.port(),
                 "PATCH " + place + " HTTP/1.1\r\n" + common +
                     "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: " +
                     std::to_string(video.size()) + "\r\n\r\n",
                 video);
    const std::string content = value_of(done, "Content-Location");
    return ContentId(std::stoll(content.substr(content.rfind('/') + 1)));
}

using Times = std::map<std::int64_t, double>; // by a command's number

// How long each of these commands took to reach the last headset.
std::vector<double> delays(const simulation::Classroom& classroom, const Times& ordered_ms) {
    Times last_ms;
    for (const auto& participant : classroom.participants())
        for (const simulation::Heard& heard : participant->headset().heard())
            if (ordered_ms.contains(heard.number))
                last_ms[heard.number] = std::max(last_ms[heard.number], heard.true_ms);
    std::vector<double> delays;
    for (const auto& [number, heard_ms] : last_ms)
        delays.push_back(heard_ms - ordered_ms.at(number));
    return delays;
}

void add_row(Table& table, const std::string& name, const std::vector<double>& times) {
    table.add({name, number(median(times), 2), number(percentile(times, 99), 2),
               number(times.empty() ? 0 : *std::ranges::max_element(times), 2)});
}

simulation::ClassroomOptions class_of(SessionId session_id) {
    simulation::ClassroomOptions options;
    options.headsets = headsets;
    options.prefix = "FETCH";
    options.start = "bench";
    options.session_id = session_id;
    options.most_piece_bytes = 64 * 1024; // small, so that much of what is under way is counted
    options.until_stopped = true;
    return options;
}

// Commands with nothing else going on, and while everybody fetches. `share`: of the Wi-Fi, as in the server's
// configuration.
void add_rows(Table& table, const std::filesystem::path& folder, const std::string& name,
              const std::string& share) {
    School school = open_school(folder, share);
    const auto post = [&](const std::string& path, const Json& body) {
        return Json::parse(ask(school.port(), "POST", path, school.token, body.dump()));
    };
    const ContentId content = upload(school);
    const SessionId session =
        post("/v1/sessions", {{"title", "Fetch"}, {"lesson_ids", Json::array()}}).at("id");
    const std::string path = "/v1/sessions/" + to_string(session);
    simulation::ClassroomOptions options = class_of(session);
    options.pairing_code = [&](const std::string&) {
        return post("/v1/pairing-codes", Json::object()).at("code").get<std::string>();
    };
    simulation::Network network(
        simulation::parse_server_url("http://127.0.0.1:" + std::to_string(school.port())));
    simulation::Classroom classroom(network, options);
    std::thread world([&] {
        classroom.start();
        network.run();
    });
    std::this_thread::sleep_for(4s);
    post(path + "/start", Json::object());
    const auto give_orders = [&] {
        Times ordered_ms;
        for (int i = 0; i < orders; ++i) {
            const double now_ms = steady_ms();
            const Json made = post(path + (i % 2 == 0 ? "/pause" : "/resume"), Json::object());
            ordered_ms[made.at("command").at("number").get<std::int64_t>()] = now_ms;
            std::this_thread::sleep_for(100ms);
        }
        return ordered_ms;
    };
    const Times quiet = give_orders();
    post("/v1/content-fetches", {{"content_ids", Json::array({content})}});
    std::this_thread::sleep_for(1s);
    const double began_ms = steady_ms();
    const Times busy = give_orders();
    const double took_s = (steady_ms() - began_ms) / 1000 + 1;
    post(path + "/stop", Json::object());
    world.join();

    const Json fetched = classroom.counts().at("content");
    if (fetched.at("failed") != 0) throw std::runtime_error("bench: a download failed");
    add_row(table, name + ", nothing else", delays(classroom, quiet));
    add_row(table,
            name + ", all fetch 200 MB at " + number(fetched.at("bytes").get<double>() / 1e6 / took_s, 1) +
                " MB/s together",
            delays(classroom, busy));
}

} // namespace

void run_content_bench(const std::filesystem::path& folder) {
    Table table({"an order until the last of 40 headsets has it", "median ms", "p99 ms", "most ms"});
    add_rows(table, folder, "as configured", "");
    add_rows(table, folder, "ten times the Wi-Fi", "wifi_mbit = 1000\n");
    add_rows(table, folder, "a hundred times the Wi-Fi", "wifi_mbit = 10000\n");
    table.print();
}

} // namespace bench
