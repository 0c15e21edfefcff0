#include "chat/endpoint.h"

#include <httplib.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "chat/event_stream.h"
#include "platform/log.h"
#include "platform/text.h"

namespace chat {

using namespace std::chrono_literals;

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto shown_each = 100ms; // how often a growing answer is passed on

} // namespace

// A question in progress, shared by the caller that waits and the thread that asks.
struct Endpoint::Asked {
    std::string body;
    SteadyTime deadline;

    std::mutex mutex;
    std::condition_variable changed;
    httplib::Client* client = nullptr; // while it is in use
    std::string text;
    bool ended = false, good = false, complete = false, given_up = false;
};

// A caller that gives the question up ends the call in progress.
class Endpoint::Use {
public:
    Use(Asked& asked, httplib::Client& client) : asked_(asked) { set(&client); }
    ~Use() { set(nullptr); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

private:
    void set(httplib::Client* client) {
        const std::lock_guard lock(asked_.mutex);
        asked_.client = client;
    }
    Asked& asked_;
};

// As many threads as calls may run at once. Nothing is queued: a student is better served by an immediate
// answer from the embedded persona.
class Endpoint::Threads {
public:
    Threads(const Endpoint& endpoint, int count) : endpoint_(endpoint), free_(count) {
        for (int i = 0; i < count; ++i)
            threads_.emplace_back([this] { serve(); });
    }
    ~Threads() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        for (std::thread& thread : threads_)
            thread.join();
    }
    // False: all threads are busy.
    bool take(std::shared_ptr<Asked> asked) {
        {
            const std::lock_guard lock(mutex_);
            if (free_ == 0) return false;
            --free_;
            waiting_.push_back(std::move(asked));
        }
        changed_.notify_one();
        return true;
    }

private:
    void serve() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            const auto asked = std::move(waiting_.front());
            waiting_.pop_front();
            lock.unlock();
            endpoint_.run(*asked);
            lock.lock();
            ++free_;
        }
    }

    const Endpoint& endpoint_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Asked>> waiting_;
    int free_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

std::optional<Address> parse_address(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return std::nullopt;
    url.remove_prefix(scheme.size());
    Address address;
    const std::size_t slash = url.find('/');
    std::string_view authority = url.substr(0, slash);
    if (slash != url.npos) address.path = url.substr(slash);
    while (address.path.ends_with('/'))
        address.path.pop_back();
    const std::size_t colon = authority.rfind(':');
    if (colon != authority.npos && authority.find(']', colon) == authority.npos) {
        const auto port = platform::parse_integer(authority.substr(colon + 1));
        if (!port || *port < 1 || *port > 65535) return std::nullopt;
        address.port = static_cast<int>(*port);
        authority = authority.substr(0, colon);
    }
    address.host = authority;
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
    if (address.host.empty() || address.host.find_first_not_of(allowed) != address.host.npos)
        return std::nullopt;
    if (address.path.find_first_of(" ?#\r\n") != address.path.npos) return std::nullopt;
    return address;
}

Endpoint::Endpoint(EndpointOptions options, const platform::Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      address_(parse_address(options_.url)),
      breaker_(options_.breaker) {
    if (address_) threads_ = std::make_unique<Threads>(*this, options_.concurrency);
}

Endpoint::~Endpoint() = default;

Endpoint::State Endpoint::state() const {
    if (!address_) return State::none;
    return breaker_.is_open(clock_.now_ms()) ? State::resting : State::ready;
}

std::string Endpoint::body_of(const std::vector<Prompt>& prompts) const {
    nlohmann::json messages = nlohmann::json::array();
    for (const Prompt& prompt : prompts)
        messages.push_back({{"role", prompt.role}, {"content", prompt.content}});
    return nlohmann::json{{"model", options_.model},
                          {"messages", messages},
                          {"max_tokens", options_.most_tokens},
                          {"temperature", 0.3},
                          {"stream", true}}
        .dump();
}

std::optional<std::string> Endpoint::ask(const std::vector<Prompt>& prompts,
                                         const std::function<void(std::string_view)>& on_text) {
    if (!address_ || !breaker_.allows(clock_.now_ms())) return std::nullopt;
    const auto asked = std::make_shared<Asked>();
    asked->body = body_of(prompts);
    asked->deadline = std::chrono::steady_clock::now() + options_.patience;
    if (!threads_->take(asked)) {
        breaker_.let_go();
        return std::nullopt;
    }
    auto answer = wait_for(*asked, on_text);
    if (answer) {
        breaker_.succeeded();
    } else {
        breaker_.failed(clock_.now_ms());
        platform::log_warning(
            "the chat endpoint gave no useful answer in time; the embedded persona answers");
    }
    return answer;
}

std::optional<std::string> Endpoint::wait_for(Asked& asked,
                                              const std::function<void(std::string_view)>& on_text) {
    std::unique_lock lock(asked.mutex);
    std::size_t shown = 0;
    auto shown_at = std::chrono::steady_clock::now();
    while (!asked.ended && std::chrono::steady_clock::now() < asked.deadline) {
        asked.changed.wait_until(lock, asked.deadline);
        const auto now = std::chrono::steady_clock::now();
        if (!on_text || asked.ended || asked.text.size() == shown || now - shown_at < shown_each) continue;
        const std::string so_far = asked.text;
        shown = so_far.size();
        shown_at = now;
        lock.unlock();
        if (const auto useful = useful_part(so_far, true)) on_text(*useful);
        lock.lock();
    }
    asked.given_up = true;
    if (asked.client != nullptr) asked.client->stop();
    if (asked.ended && !asked.good) return std::nullopt;
    return useful_part(asked.text, asked.complete);
}

// Runs on a thread of its own. Never throws.
void Endpoint::run(Asked& asked) const {
    EventStream stream;
    bool good = false;
    try {
        httplib::Client client(address_->host, address_->port);
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(asked.deadline - std::chrono::steady_clock::now());
        client.set_connection_timeout(std::max(left, 1ms));
        client.set_read_timeout(std::max(left, 1ms));
        client.set_write_timeout(std::max(left, 1ms));
        client.set_max_timeout(std::max(left, 1ms));
        httplib::Request request;
        request.start_time_ =
            std::chrono::steady_clock::now(); // the longest time counts from this; send() sets none
        request.method = "POST";
        request.path = address_->path + "/chat/completions";
        request.body = asked.body;
        request.set_header("Content-Type", "application/json");
        request.set_header("Accept", "text/event-stream");
        if (!options_.key.empty()) request.set_header("Authorization", "Bearer " + options_.key);
        int status = 0;
        request.response_handler = [&](const httplib::Response& response) {
            status = response.status;
            return status == 200;
        };
        request.content_receiver = [&](const char* bytes, std::size_t size, std::size_t, std::size_t) {
            const bool more = stream.take({bytes, size});
            const std::lock_guard lock(asked.mutex);
            if (!stream.faulty()) asked.text = stream.text();
            asked.changed.notify_all();
            return more && !asked.given_up;
        };
        const Use use(asked, client);
        const auto result = client.send(request);
        if (result) stream.end();
        good = status == 200 && !stream.faulty();
    } catch (const std::exception& error) {
        platform::log_warning(std::string("chat endpoint: ") + error.what());
    }
    const std::lock_guard lock(asked.mutex);
    asked.text = stream.text();
    asked.good = good;
    asked.complete = stream.done();
    asked.ended = true;
    asked.changed.notify_all();
}

} // namespace chat
