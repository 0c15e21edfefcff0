#include "bench/sockets.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "bench/load.h"

namespace bench {

namespace {

constexpr char text_opcode = 1, close_opcode = 8, ping_opcode = 9, pong_opcode = 10;

struct FrameHead {
    char opcode = 0;
    std::size_t head = 0, body = 0;
};

// A server's frame is not masked. False: part of it is still missing.
bool complete_frame(std::string_view bytes, FrameHead& frame) {
    if (bytes.size() < 2) return false;
    frame.opcode = bytes[0] & 0x0f;
    const auto at = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
    };
    frame.body = at(1) & 0x7f;
    frame.head = 2;
    if (frame.body == 126) {
        if (bytes.size() < 4) return false;
        frame.body = at(2) << 8 | at(3);
        frame.head = 4;
    } else if (frame.body == 127) {
        if (bytes.size() < 10) return false;
        frame.body = 0;
        for (std::size_t i = 2; i < 10; ++i)
            frame.body = frame.body << 8 | at(i);
        frame.head = 10;
    }
    return bytes.size() >= frame.head + frame.body;
}

} // namespace

Sockets::Sockets() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Sockets::~Sockets() {
    close_all();
    ::close(epoll_);
}

void Sockets::close_all() {
    for (const Line& line : sockets_)
        if (line.socket >= 0) ::close(line.socket);
    sockets_.clear();
}

int Sockets::open(std::uint16_t port, const std::string& token, const std::string& path) {
    const int index = static_cast<int>(sockets_.size());
    Line line;
    line.socket = connect_to(port);
    if (!token.empty()) {
        const std::string ask =
            "GET " + path +
            " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Authorization: Bearer " +
            token + "\r\n\r\n";
        send(line.socket, ask.data(), ask.size(), MSG_NOSIGNAL);
        std::size_t end = std::string::npos;
        while ((end = line.in.find("\r\n\r\n")) == std::string::npos) {
            char buffer[4096];
            const ssize_t got = recv(line.socket, buffer, sizeof buffer, 0);
            if (got <= 0) throw std::runtime_error("bench: the socket was not opened");
            line.in.append(buffer, static_cast<std::size_t>(got));
        }
        if (!line.in.starts_with("HTTP/1.1 101")) throw std::runtime_error("bench: " + line.in);
        line.in.erase(0, end + 4);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint64_t>(index);
    epoll_ctl(epoll_, EPOLL_CTL_ADD, line.socket, &event);
    sockets_.push_back(std::move(line));
    return index;
}

void Sockets::send_text(int socket, std::string_view text) {
    send_frame(socket, text_opcode, text);
}

// With a mask of zeros, which the protocol allows and which costs nothing.
void Sockets::send_frame(int socket, char opcode, std::string_view text) {
    std::string frame;
    frame.reserve(text.size() + 14);
    frame += static_cast<char>(0x80 | opcode);
    if (text.size() < 126) {
        frame += static_cast<char>(0x80 | text.size());
    } else if (text.size() < 65'536) {
        frame += '\xfe';
        frame += static_cast<char>(text.size() >> 8);
        frame += static_cast<char>(text.size() & 0xff);
    } else {
        frame += '\xff';
        for (int shift = 56; shift >= 0; shift -= 8)
            frame += static_cast<char>(text.size() >> shift & 0xff);
    }
    frame.append(4, '\0');
    frame += text;
    send_raw(socket, frame);
}

void Sockets::send_raw(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent =
            send(sockets_[static_cast<std::size_t>(socket)].socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw std::runtime_error("bench: a socket was closed");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Sockets::run(const Hear& hear, const std::function<bool()>& until, std::chrono::milliseconds limit) {
    while (!until())
        if (!wait(static_cast<int>(limit.count()), hear))
            throw std::runtime_error("bench: the sockets fell silent");
}

void Sockets::run_for(std::chrono::milliseconds time, const Hear& hear) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end)
        wait(10, hear);
}

bool Sockets::wait(int timeout_ms, const Hear& hear) {
    std::array<epoll_event, 256> events;
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < count; ++i)
        take(static_cast<int>(events[static_cast<std::size_t>(i)].data.u64), hear);
    return count > 0;
}

void Sockets::take(int index, const Hear& hear) {
    Line& line = sockets_[static_cast<std::size_t>(index)];
    char buffer[16'384];
    const ssize_t got = recv(line.socket, buffer, sizeof buffer, 0);
    if (got <= 0) throw std::runtime_error("bench: the server closed a socket");
    line.in.append(buffer, static_cast<std::size_t>(got));
    std::size_t taken = 0;
    FrameHead frame;
    while (complete_frame(std::string_view(line.in).substr(taken), frame)) {
        const std::string_view body = std::string_view(line.in).substr(taken + frame.head, frame.body);
        if (frame.opcode == ping_opcode) send_frame(index, pong_opcode, body);
        if (frame.opcode == close_opcode) throw std::runtime_error("bench: the server said goodbye");
        if (frame.opcode == text_opcode) hear(index, body);
        taken += frame.head + frame.body;
    }
    line.in.erase(0, taken);
}

} // namespace bench
