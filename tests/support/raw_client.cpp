#include "support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <stdexcept>

namespace support {

RawClient::RawClient(std::uint16_t port, int receive_buffer, const char* from) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0)
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &address.sin_addr);
    const int bound = ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bound != 0 ||
        ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(descriptor_);
        throw std::runtime_error("connect failed");
    }
}

RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(other.descriptor_), buffer_(std::move(other.buffer_)), ended_(other.ended_) {
    other.descriptor_ = -1;
}

RawClient::~RawClient() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw std::runtime_error("the server takes no more bytes");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::size_t RawClient::send_some(std::string_view bytes) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void RawClient::end_sending() {
    ::shutdown(descriptor_, SHUT_WR);
}

bool RawClient::fill(std::chrono::milliseconds patience) {
    if (ended_) return false;
    pollfd waited{descriptor_, POLLIN, 0};
    if (::poll(&waited, 1, static_cast<int>(patience.count())) <= 0) return false;
    char bytes[65536];
    const auto got = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got <= 0) {
        ended_ = true;
        return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

bool RawClient::at_end(std::chrono::milliseconds patience) {
    if (!buffer_.empty()) return false;
    fill(patience);
    return ended_ && buffer_.empty();
}

bool RawClient::ends(std::chrono::milliseconds patience) {
    while (!ended_ && fill(patience)) {
    }
    return ended_;
}

bool RawClient::hears_something(std::chrono::milliseconds patience) {
    return !buffer_.empty() || fill(patience) || ended_;
}

std::string RawClient::take_line() {
    std::size_t end;
    while ((end = buffer_.find("\r\n")) == std::string::npos)
        if (!fill(std::chrono::seconds(20))) throw std::runtime_error("no answer, only: " + buffer_);
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 2);
    return line;
}

std::string RawClient::take(std::size_t bytes) {
    while (buffer_.size() < bytes)
        if (!fill(std::chrono::seconds(20))) throw std::runtime_error("the answer broke off");
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
}

RawAnswer RawClient::answer(bool head_only) {
    RawAnswer answer;
    const std::string line = take_line();
    if (!line.starts_with("HTTP/1.1 ")) throw std::runtime_error("not an answer: " + line);
    answer.status = std::stoi(line.substr(9, 3));
    for (std::string header = take_line(); !header.empty(); header = take_line()) {
        const auto colon = header.find(": ");
        std::string name = header.substr(0, colon);
        for (char& c : name)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        answer.headers[name] = header.substr(colon + 2);
    }
    if (head_only || answer.status < 200 || answer.status == 204 || answer.status == 304) return answer;
    if (answer.headers.contains("content-length")) {
        answer.body = take(std::stoul(answer.headers["content-length"]));
    } else if (answer.headers.contains("transfer-encoding")) {
        for (std::size_t size; (size = std::stoul(take_line(), nullptr, 16)) > 0; take_line())
            answer.body += take(size);
        take_line();
    } else {
        while (fill(std::chrono::seconds(20)))
            continue;
        answer.body = std::move(buffer_);
        buffer_.clear();
    }
    return answer;
}

std::string get_request(std::string_view target, std::string_view more_headers) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: box\r\n" + std::string(more_headers) + "\r\n";
}

std::string post_request(std::string_view target, std::string_view body, std::string_view more_headers) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: box\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(more_headers) + "\r\n" + std::string(body);
}

} // namespace support
