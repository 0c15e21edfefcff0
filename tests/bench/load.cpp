#include "bench/load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace bench {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

double ms_since(SteadyTime start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

struct Answer {
    int status = 0;
    std::size_t head = 0, body = 0;
};

// Reads only as much of an answer as a load needs: the status and Content-Length.
std::optional<Answer> complete_answer(std::string_view text) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    Answer answer;
    answer.status = std::atoi(text.substr(9, 3).data());
    answer.head = end + 4;
    for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
        const std::size_t place = text.substr(0, end).find(name);
        if (place != std::string_view::npos)
            answer.body = static_cast<std::size_t>(std::atoll(text.data() + place + name.size()));
    }
    if (text.size() < answer.head + answer.body) return std::nullopt;
    return answer;
}

void write_all(int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw std::runtime_error("bench: the server closed a connection");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

struct Asking {
    int socket = -1;
    std::string in;
    SteadyTime since;
};

class LoadRun {
public:
    LoadRun(std::uint16_t port, int connections, std::uint64_t requests, const MakeRequest& make)
        : requests_(requests), make_(make), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        asking_.resize(static_cast<std::size_t>(connections));
        for (std::size_t i = 0; i < asking_.size(); ++i) {
            asking_[i].socket = connect_to(port);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = i;
            epoll_ctl(epoll_, EPOLL_CTL_ADD, asking_[i].socket, &event);
        }
        load_.latencies_ms.reserve(requests);
    }
    ~LoadRun() {
        for (const Asking& one : asking_)
            close(one.socket);
        close(epoll_);
    }
    LoadRun(const LoadRun&) = delete;
    LoadRun& operator=(const LoadRun&) = delete;

    Load run() {
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < asking_.size(); ++i)
            ask_next(i);
        std::array<epoll_event, 64> events;
        while (load_.answers < requests_) {
            const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10'000);
            if (count <= 0) throw std::runtime_error("bench: no answer within 10 s");
            for (int i = 0; i < count; ++i)
                take(events[static_cast<std::size_t>(i)].data.u64);
        }
        load_.wall_s = ms_since(start) / 1000;
        return std::move(load_);
    }

private:
    void ask_next(std::size_t index) {
        if (asked_ == requests_) return;
        asking_[index].since = std::chrono::steady_clock::now();
        write_all(asking_[index].socket, make_(static_cast<int>(index), asked_++));
    }
    void take(std::size_t index) {
        Asking& one = asking_[index];
        char buffer[16'384];
        const ssize_t got = recv(one.socket, buffer, sizeof buffer, 0);
        if (got <= 0) throw std::runtime_error("bench: the server closed a connection");
        one.in.append(buffer, static_cast<std::size_t>(got));
        const auto answer = complete_answer(one.in);
        if (!answer) return;
        load_.latencies_ms.push_back(ms_since(one.since));
        ++load_.answers;
        load_.failures += answer->status >= 400 ? 1 : 0;
        one.in.erase(0, answer->head + answer->body);
        ask_next(index);
    }

    const std::uint64_t requests_;
    const MakeRequest& make_;
    const int epoll_;
    std::vector<Asking> asking_;
    std::uint64_t asked_ = 0;
    Load load_;
};

} // namespace

int connect_to(std::uint16_t port) {
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("bench: cannot connect");
    const int yes = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return connection;
}

Load run_load(std::uint16_t port, int connections, std::uint64_t requests, const MakeRequest& make) {
    return LoadRun(port, connections, requests, make).run();
}

std::string http_request(std::string_view method, std::string_view path, std::string_view token,
                         std::string_view body) {
    std::string text = std::string(method) + ' ' + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    if (!token.empty()) text += "Authorization: Bearer " + std::string(token) + "\r\n";
    if (!body.empty())
        text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + std::string(body);
}

std::string ask(std::uint16_t port, std::string_view method, std::string_view path, std::string_view token,
                std::string_view body) {
    const int connection = connect_to(port);
    write_all(connection, http_request(method, path, token, body));
    std::string text;
    char buffer[16'384];
    std::optional<Answer> answer;
    while (!(answer = complete_answer(text))) {
        const ssize_t got = recv(connection, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    close(connection);
    if (!answer || answer->status >= 400)
        throw std::runtime_error("bench: " + std::string(method) + ' ' + std::string(path) + ": " + text);
    return text.substr(answer->head, answer->body);
}

} // namespace bench
