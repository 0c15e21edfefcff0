#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "bench/bench.h"
#include "bench/content_bench.h"
#include "bench/load.h"
#include "bench/school.h"

namespace bench {

namespace {

constexpr std::int64_t file_bytes = 4LL << 30;

void send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw std::runtime_error("bench: the upload broke off");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// Returns the head of the answer; `body` counts the bytes after it.
std::string read_head(int socket, std::int64_t& body) {
    std::string head;
    char piece[65536];
    while (head.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = ::recv(socket, piece, sizeof piece, 0);
        if (got <= 0) throw std::runtime_error("bench: no answer");
        head.append(piece, static_cast<std::size_t>(got));
    }
    const std::size_t end = head.find("\r\n\r\n") + 4;
    body = static_cast<std::int64_t>(head.size() - end);
    head.resize(end);
    return head;
}

std::string value_of(const std::string& head, const std::string& name) {
    const std::size_t at = head.find(name + ": ");
    if (at == std::string::npos) throw std::runtime_error("bench: no " + name + " in " + head);
    const std::size_t from = at + name.size() + 2;
    return head.substr(from, head.find("\r\n", from) - from);
}

struct Passed {
    double seconds = 0;
    std::int64_t most_memory = 0;
};

Passed watched(const School& school, const std::function<void()>& work) {
    std::atomic<bool> done{false};
    Passed passed;
    std::thread watcher([&] {
        while (!done) {
            passed.most_memory = std::max(passed.most_memory, school.server->memory().own);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    });
    const auto begun = std::chrono::steady_clock::now();
    work();
    passed.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    done = true;
    watcher.join();
    return passed;
}

} // namespace

void run_large_file_bench(const std::filesystem::path& folder) {
    School school = open_school(folder);
    const std::string common =
        " HTTP/1.1\r\nHost: bench\r\nTus-Resumable: 1.0.0\r\nAuthorization: Bearer " + school.token + "\r\n";
    const int socket = connect_to(school.port());
    std::int64_t body = 0;
    send_all(socket, "POST /v1/uploads" + common + "Upload-Length: " + std::to_string(file_bytes) +
                         "\r\nUpload-Metadata: filename cmVlZi5tcDQ=\r\nContent-Length: 0\r\n\r\n");
    const std::string upload = value_of(read_head(socket, body), "Location");
    ::close(socket);
    const std::int64_t before = school.server->memory().own;
    std::string content;
    const Passed up = watched(school, [&] {
        const int sending = connect_to(school.port());
        send_all(sending, "PATCH " + upload + common +
                              "Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
                              "Content-Length: " +
                              std::to_string(file_bytes) + "\r\n\r\n");
        std::string piece(1 << 20, '\x5a');
        piece.replace(4, 8, "ftypisom");
        for (std::int64_t sent = 0; sent < file_bytes; sent += static_cast<std::int64_t>(piece.size()))
            send_all(sending, piece);
        content = value_of(read_head(sending, body), "Content-Location");
        ::close(sending);
    });
    const Passed down = watched(school, [&] {
        const int getting = connect_to(school.port());
        send_all(getting, "GET " + content + "/file" + common + "\r\n");
        read_head(getting, body);
        std::string piece(1 << 20, '\0');
        while (body < file_bytes) {
            const ssize_t got = ::recv(getting, piece.data(), piece.size(), 0);
            if (got <= 0) throw std::runtime_error("bench: the download broke off");
            body += got;
        }
        ::close(getting);
    });
    Table table({"a file of 4 GiB", "MB/s", "server's memory before, MiB", "most meanwhile, MiB"});
    for (const auto& [name, passed] : {std::pair("up, hashed and synced", up), std::pair("down", down)})
        table.add({name, number(static_cast<double>(file_bytes) / 1e6 / passed.seconds),
                   number(static_cast<double>(before) / (1 << 20), 1),
                   number(static_cast<double>(passed.most_memory) / (1 << 20), 1)});
    table.print();
}

} // namespace bench
