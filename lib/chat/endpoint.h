// The OpenAI-compatible chat endpoint that IT may configure: a llama.cpp or Ollama box on the LAN, say. Plain
// http only: the conversation stays on the school's own network, or goes through a proxy that adds TLS.
//
// A caller waits at most `patience` for an answer, whatever the other side does: hangs, errs, streams
// garbage, drips, or has a name that does not resolve. The calls run on threads of their own. A call that is
// given up holds its thread until the network lets go, and while all threads are held no caller waits at all.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/breaker.h"
#include "platform/clock.h"
#include "platform/names.h"

namespace chat {

struct EndpointOptions {
    std::string url;   // "http://192.0.2.7:11434/v1"; "": none, and no conversation leaves the box
    std::string model; // as the endpoint names it
    std::string key;   // sent as a bearer token; "": none
    int most_tokens = 200;
    int concurrency = 2;
    std::chrono::milliseconds patience{2'500};
    BreakerRule breaker{};
};

// "http://host[:port][/path]" taken apart; nullopt when the text is no such address.
struct Address {
    std::string host; // with brackets around an IPv6 address
    int port = 80;
    std::string path; // without a final slash
};
std::optional<Address> parse_address(std::string_view url);

struct Prompt {
    std::string role; // "system", "user", "assistant"
    std::string content;
};

class Endpoint {
public:
    Endpoint(EndpointOptions options, const platform::Clock& clock);
    ~Endpoint(); // waits until its threads let go
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    bool is_configured() const { return !options_.url.empty(); }
    const EndpointOptions& options() const { return options_; }
    enum class State { none, ready, resting }; // resting: it has failed, and is left alone for a while
    State state() const;

    // Whole sentences, or nothing: then the caller has to find the answer elsewhere. `so_far` receives the
    // text as it grows, on the calling thread.
    std::optional<std::string> ask(const std::vector<Prompt>& prompts,
                                   const std::function<void(std::string_view so_far)>& on_text = {});

private:
    struct Asked;
    class Use;
    class Threads;
    std::string body_of(const std::vector<Prompt>& prompts) const;
    void run(Asked& asked) const;
    std::optional<std::string> wait_for(Asked& asked, const std::function<void(std::string_view)>& on_text);

    const EndpointOptions options_;
    const platform::Clock& clock_;
    std::optional<Address> address_;
    Breaker breaker_;
    std::unique_ptr<Threads> threads_;
};
constexpr auto names_of(Endpoint::State) {
    return platform::names<Endpoint::State>({{Endpoint::State::none, "none"},
                                             {Endpoint::State::ready, "ready"},
                                             {Endpoint::State::resting, "resting"}});
}

} // namespace chat
