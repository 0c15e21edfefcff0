// A client that sends exactly the bytes it is told to, for requests that no well-behaved client would send.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace support {

struct RawAnswer {
    int status = 0;
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
};

class RawClient {
public:
    explicit RawClient(std::uint16_t port, int receive_buffer = 0, const char* from = "127.0.0.1");
    ~RawClient();
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void send(std::string_view bytes);
    // Sends as much as the server takes right now; for a server that has stopped reading.
    std::size_t send_some(std::string_view bytes);
    void end_sending();
    // The next answer, complete; without a body when `head_only`. Throws when none comes within five seconds.
    RawAnswer answer(bool head_only = false);
    RawAnswer ask(std::string_view bytes) {
        send(bytes);
        return answer();
    }
    // Whether the server closes (or has closed) without another byte.
    bool at_end(std::chrono::milliseconds patience = std::chrono::seconds(20));
    // Whether the server closes, whatever it says first; each piece of that may take as long as `patience`.
    bool ends(std::chrono::milliseconds patience);
    // Whether anything came within the time.
    bool hears_something(std::chrono::milliseconds patience);

private:
    bool fill(std::chrono::milliseconds patience);
    std::string take_line();
    std::string take(std::size_t bytes);

    int descriptor_ = -1;
    std::string buffer_;
    bool ended_ = false;
};

// "GET <target> HTTP/1.1" with a Host and no body.
std::string get_request(std::string_view target, std::string_view more_headers = {});
std::string post_request(std::string_view target, std::string_view body, std::string_view more_headers = {});

} // namespace support
