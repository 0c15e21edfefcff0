// Many live sockets on one epoll loop, as simple as possible, so that the load itself is not what is
// measured.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class Sockets {
public:
    Sockets();
    ~Sockets();
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;

    // Opens /v1/live, or another path, with a token. With none it opens a connection that gets frames at once
    // (the bare hub's).
    int open(std::uint16_t port, const std::string& token, const std::string& path = "/v1/live");
    void close_all();
    std::size_t size() const { return sockets_.size(); }

    // Masked, as a client's frames must be.
    void send_text(int socket, std::string_view text);
    void send_raw(int socket, std::string_view bytes);

    // Hears what arrives until `until` returns true; answers pings. Throws after `limit` of silence.
    using Hear = std::function<void(int socket, std::string_view message)>;
    void run(const Hear& hear, const std::function<bool()>& until,
             std::chrono::milliseconds limit = std::chrono::milliseconds(10'000));
    // Listens for that long.
    void run_for(std::chrono::milliseconds time, const Hear& hear);

private:
    struct Line {
        int socket = -1;
        std::string in;
    };
    bool wait(int timeout_ms, const Hear& hear);
    void take(int index, const Hear& hear);
    void send_frame(int socket, char opcode, std::string_view text);

    int epoll_;
    std::vector<Line> sockets_;
};

} // namespace bench
