// A chat endpoint that behaves as it is told: well, or in one of the ways in which such endpoints fail.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace support {

enum class Conduct {
    streams,  // "data: ..." token by token, then [DONE]
    whole,    // one JSON object, from an endpoint that does not stream
    hangs,    // takes the request and says nothing
    fails,    // 500
    garbage,  // a 200 whose stream makes no sense
    drips,    // a good answer, one byte per second
    trickles, // the same, but its head comes at once
    floods,   // a good stream that never ends
    chatters, // keeps the connection alive with comments, and says nothing
    moved,    // redirects elsewhere
    begins,   // one whole sentence and half of another, then silence
    hangs_up, // closes in the middle
};

class FakeEndpoint {
public:
    explicit FakeEndpoint(Conduct conduct, std::string answer = "Pull the pin. Then aim low.");
    ~FakeEndpoint();
    FakeEndpoint(const FakeEndpoint&) = delete;
    FakeEndpoint& operator=(const FakeEndpoint&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
    int calls() const { return calls_; }
    std::string last_request() const; // whole, with its head
    void behave(Conduct conduct) { conduct_ = conduct; }

private:
    void accept_all();
    void serve(int connection);
    void behave(int connection, Conduct conduct) const;
    void answer(int connection, Conduct conduct) const;
    bool send(int connection, std::string_view bytes) const;
    // Until the other side closes or this object ends, but at most that long. False: it is over.
    bool wait(int connection, int milliseconds) const;

    std::atomic<Conduct> conduct_;
    const std::string answer_;
    int listener_ = -1, wake_[2] = {-1, -1};
    std::uint16_t port_ = 0;
    std::atomic<int> calls_{0};
    mutable std::mutex mutex_;
    std::string last_request_;
    std::vector<std::thread> serving_;
    std::thread accepting_;
};

} // namespace support
