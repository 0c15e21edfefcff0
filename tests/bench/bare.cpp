#include "bench/bare.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace bench {

namespace {

constexpr std::string_view small_answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"id\":1234}";

void watch(int epoll, int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

int take_connection(int epoll, int listener) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    const int yes = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(epoll, connection);
    return connection;
}

std::string framed(std::string_view text) {
    std::string frame = "\x81";
    if (text.size() < 126) {
        frame += static_cast<char>(text.size());
    } else {
        frame += '\x7e';
        frame += static_cast<char>(text.size() >> 8);
        frame += static_cast<char>(text.size() & 0xff);
    }
    return frame += text;
}

// `hear(socket, text)` for what arrives.
template <class Accepted, class Hear>
void serve(int listener, Accepted accepted, Hear hear) {
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, listener);
    std::array<epoll_event, 64> events;
    for (;;) {
        const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int socket = events[static_cast<std::size_t>(i)].data.fd;
            if (socket == listener) {
                accepted(take_connection(epoll, listener));
                continue;
            }
            char buffer[16'384];
            const ssize_t got = recv(socket, buffer, sizeof buffer, 0);
            if (got <= 0)
                close(socket);
            else
                hear(socket, std::string_view(buffer, static_cast<std::size_t>(got)));
        }
    }
}

} // namespace

void serve_bare_answers(int listener) {
    serve(
        listener, [](int) {},
        [](int socket, std::string_view) {
            [[maybe_unused]] const ssize_t sent =
                send(socket, small_answer.data(), small_answer.size(), MSG_NOSIGNAL);
        });
}

void serve_bare_hub(int listener) {
    std::vector<int> connections;
    serve(
        listener, [&](int connection) { connections.push_back(connection); },
        [&](int socket, std::string_view text) {
            if (socket != connections.front()) return;
            const std::string frame = framed(text);
            for (std::size_t i = 1; i < connections.size(); ++i)
                [[maybe_unused]] const ssize_t sent =
                    send(connections[i], frame.data(), frame.size(), MSG_NOSIGNAL);
        });
}

} // namespace bench
