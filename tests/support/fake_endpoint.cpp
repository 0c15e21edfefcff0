#include "support/fake_endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace support {

namespace {

const char* const good_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

std::string event(const std::string& text) {
    return "data: " + nlohmann::json{{"choices", {{{"delta", {{"content", text}}}}}}}.dump() + "\n\n";
}

// One word per piece.
std::string stream_of(const std::string& answer) {
    std::string stream = ": a comment\n\n";
    for (std::size_t at = 0; at < answer.size();) {
        const std::size_t blank = std::min(answer.find(' ', at + 1), answer.size());
        stream += event(answer.substr(at, blank - at));
        at = blank;
    }
    return stream + "data: [DONE]\n\n";
}

} // namespace

FakeEndpoint::FakeEndpoint(Conduct conduct, std::string answer)
    : conduct_(conduct), answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe(wake_) != 0)
        throw std::runtime_error("no fake endpoint");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
}

FakeEndpoint::~FakeEndpoint() {
    ::close(wake_[1]); // closing this end wakes everybody who waits
    accepting_.join();
    for (std::thread& thread : serving_)
        thread.join();
    ::close(wake_[0]);
    ::close(listener_);
}

std::string FakeEndpoint::last_request() const {
    const std::lock_guard lock(mutex_);
    return last_request_;
}

void FakeEndpoint::accept_all() {
    while (true) {
        pollfd waited[] = {{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
        ::poll(waited, 2, -1);
        if (waited[1].revents != 0) return;
        const int connection = ::accept(listener_, nullptr, nullptr);
        if (connection < 0) continue;
        serving_.emplace_back([this, connection] {
            serve(connection);
            ::close(connection);
        });
    }
}

bool FakeEndpoint::send(int connection, std::string_view bytes) const {
    return ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool FakeEndpoint::wait(int connection, int milliseconds) const {
    pollfd waited[] = {{connection, POLLIN, 0}, {wake_[0], POLLIN, 0}};
    return ::poll(waited, 2, milliseconds) == 0;
}

void FakeEndpoint::serve(int connection) {
    std::string request;
    char bytes[4096];
    // The body is JSON, and ends the request.
    while (!request.ends_with("}")) {
        const auto got = ::recv(connection, bytes, sizeof bytes, 0);
        if (got <= 0) return;
        request.append(bytes, static_cast<std::size_t>(got));
    }
    {
        const std::lock_guard lock(mutex_);
        last_request_ = request;
    }
    ++calls_;
    behave(connection, conduct_);
}

void FakeEndpoint::behave(int connection, Conduct conduct) const {
    switch (conduct) {
        case Conduct::hangs:
            wait(connection, -1);
            return;
        case Conduct::fails:
            send(connection, "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno");
            return;
        case Conduct::garbage:
            send(connection,
                 std::string(good_head) + "data: {\"choices\": [{\"delta\": {\"content\": 7}}]}\n\n\x01\xff");
            return;
        case Conduct::drips:
            for (const char byte : good_head + stream_of(answer_))
                if (!send(connection, {&byte, 1}) || !wait(connection, 1'000)) return;
            return;
        case Conduct::moved:
            send(connection, "HTTP/1.1 307 There\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
            return;
        case Conduct::begins:
            send(connection, good_head + event("Pull the pin. Then") + event(" aim"));
            wait(connection, -1);
            return;
        case Conduct::hangs_up:
            send(connection, good_head + event("Pull"));
            return;
        default:
            answer(connection, conduct);
    }
}

// A good answer, or one without an end.
void FakeEndpoint::answer(int connection, Conduct conduct) const {
    switch (conduct) {
        case Conduct::streams:
            send(connection, good_head + stream_of(answer_));
            return;
        case Conduct::whole: {
            const auto body = nlohmann::json{{"choices", {{{"message", {{"content", answer_}}}}}}}.dump(2);
            send(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n" + body);
            return;
        }
        case Conduct::trickles:
            if (!send(connection, good_head)) return;
            for (const char byte : stream_of(answer_))
                if (!send(connection, {&byte, 1}) || !wait(connection, 1'000)) return;
            return;
        case Conduct::floods:
            if (!send(connection, good_head)) return;
            while (send(connection, event("Pull the pin. "))) {
            }
            return;
        case Conduct::chatters:
            if (!send(connection, good_head)) return;
            while (send(connection, ": still here\n\n") && wait(connection, 50)) {
            }
            return;
        default:
            return;
    }
}

} // namespace support
