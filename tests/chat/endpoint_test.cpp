#include "chat/endpoint.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "chat/event_stream.h"
#include "support/fake_endpoint.h"
#include "support/manual_clock.h"
#include "support/test_appliance.h"

using namespace std::chrono_literals;
using chat::Endpoint;
using support::Conduct;
using support::FakeEndpoint;

namespace {

chat::EndpointOptions options_for(const FakeEndpoint& fake, std::chrono::milliseconds patience = 10s) {
    chat::EndpointOptions options;
    options.url = fake.url();
    options.model = "small";
    options.key = "sk-1";
    options.patience = patience;
    return options;
}

const std::vector<chat::Prompt> prompts{{"system", "You are Mr Berg."}, {"user", "How?"}};

} // namespace

TEST_CASE("chat: an endpoint's address is plain http with a host", "[chat]") {
    struct {
        const char *url, *host;
        int port;
        const char* path;
    } const good[] = {
        {"http://192.0.2.7:11434/v1", "192.0.2.7", 11434, "/v1"},
        {"http://box.lan/", "box.lan", 80, ""},
        {"http://[::1]:8000/openai/v1/", "[::1]", 8000, "/openai/v1"},
    };
    for (const auto& [url, host, port, path] : good) {
        INFO(url);
        const auto address = chat::parse_address(url);
        REQUIRE(address);
        CHECK(address->host == host);
        CHECK(address->port == port);
        CHECK(address->path == path);
    }
    for (const char* url : {"", "https://box.lan/v1", "box.lan", "http://", "http://:80/", "http://box:0/",
                            "http://box:99999/", "http://a b/", "http://box/v1?x=1", "http://user@box/"}) {
        INFO(url);
        CHECK_FALSE(chat::parse_address(url));
    }
}

TEST_CASE("chat: a stream is read however the network cuts it", "[chat]") {
    const std::string stream =
        ": hello\r\n\r\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\r\n\r\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"Gr\\u00fc\"}}]}\n\ndata:{\"choices\":[{\"delta\":"
        "{\"content\":\"\xc3\x9f Gott.\"}}]}\n\ndata: {\"choices\":[]}\n\ndata: [DONE]\n\ndata: more\n";
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        chat::EventStream events;
        for (std::size_t at = 0; at < stream.size(); at += piece)
            if (!events.take(std::string_view(stream).substr(at, piece))) break;
        events.end();
        INFO(piece);
        CHECK(events.done());
        CHECK_FALSE(events.faulty());
        CHECK(events.text() == "Grüß Gott.");
    }
}

TEST_CASE("chat: anything but a stream is recognised, and everything is bounded", "[chat]") {
    for (const std::string& garbage :
         std::vector<std::string>{"<html>\n", "data: nonsense\n", "data: {}\n", "data: {\"choices\":7}\n",
                                  "\x01\xff\n", "", "data: {\"choices\":[{\"delta\":{\"content\":[]}}]}\n",
                                  "{\"error\": \"no\"}", "{\"choices\"", std::string(100'000, 'x')}) {
        INFO(garbage.substr(0, 60));
        chat::EventStream events;
        events.take(garbage);
        events.end();
        CHECK(events.faulty());
        CHECK(events.text().empty());
    }
    chat::EventStream endless;
    const std::string event =
        "data: {\"choices\":[{\"delta\":{\"content\":\"" + std::string(1000, 'x') + "\"}}]}\n";
    int taken = 1;
    while (endless.take(event))
        ++taken;
    CHECK(taken < 10);
    CHECK(endless.text().size() <= chat::EventStream::most_text);
    chat::EventStream comments;
    while (comments.take(": nothing\n")) {
    }
    CHECK(comments.faulty());
}

TEST_CASE("chat: only whole sentences of an incomplete answer count", "[chat]") {
    struct {
        const char* text;
        bool complete;
        const char* useful; // "": nothing
    } const rows[] = {
        {"Pull the pin. Then ai", false, "Pull the pin."},
        {"Pull the pin", false, ""},
        {"Pull the pin", true, "Pull the pin"},
        {"It costs 3.5 euro", false, ""},
        {"<think>Hm. What now?</think> Aim low.", true, "Aim low."},
        {"<think>Hm. What now?", false, ""},
        {"先拔掉保险销。然后", false, "先拔掉保险销。"},
        {"  \n ", true, ""},
        {"a\x07z", true, "az"},
        {"\xff.", true, ""},
    };
    for (const auto& [text, complete, useful] : rows) {
        INFO(text);
        CHECK(chat::useful_part(text, complete).value_or("") == useful);
    }
}

TEST_CASE("chat: a good endpoint is asked as it wants to be, and its answer grows", "[chat]") {
    const FakeEndpoint fake(Conduct::streams);
    const support::ManualClock clock;
    Endpoint endpoint(options_for(fake), clock);
    CHECK(endpoint.state() == Endpoint::State::ready);
    CHECK(endpoint.ask(prompts) == "Pull the pin. Then aim low.");
    const std::string request = fake.last_request();
    CHECK(request.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    CHECK(request.find("Authorization: Bearer sk-1\r\n") != std::string::npos);
    const auto body = nlohmann::json::parse(request.substr(request.find("\r\n\r\n") + 4));
    CHECK(body["model"] == "small");
    CHECK(body["stream"] == true);
    CHECK(body["max_tokens"] == 200);
    CHECK(body["messages"][1] == nlohmann::json{{"role", "user"}, {"content", "How?"}});
}

TEST_CASE("chat: an endpoint that does not stream works too", "[chat]") {
    const FakeEndpoint fake(Conduct::whole);
    const support::ManualClock clock;
    CHECK(Endpoint(options_for(fake), clock).ask(prompts) == "Pull the pin. Then aim low.");
}

TEST_CASE("chat: a bad endpoint gives nothing but the sentences it began with", "[chat]") {
    struct {
        Conduct conduct;
        std::chrono::milliseconds patience;
        std::optional<std::string> answer;
    } const rows[] = {
        {Conduct::hangs, 200ms, {}},    {Conduct::fails, 10s, {}},
        {Conduct::garbage, 10s, {}},    {Conduct::drips, 200ms, {}},
        {Conduct::hangs_up, 10s, {}},   {Conduct::begins, 400ms, "Pull the pin."},
        {Conduct::moved, 10s, {}},      {Conduct::chatters, 200ms, {}},
        {Conduct::trickles, 200ms, {}},
    };
    for (const auto& [conduct, patience, answer] : rows) {
        INFO(static_cast<int>(conduct));
        const FakeEndpoint fake(conduct);
        const support::ManualClock clock;
        CHECK(Endpoint(options_for(fake, patience), clock).ask(prompts) == answer);
    }
    const support::ManualClock clock;
    chat::EndpointOptions nobody;
    nobody.url = "http://127.0.0.1:1/v1";
    CHECK(Endpoint(nobody, clock).ask(prompts) == std::nullopt);
    CHECK(Endpoint({}, clock).ask(prompts) == std::nullopt);
    CHECK(Endpoint({}, clock).state() == Endpoint::State::none);
}

TEST_CASE("chat: an endpoint that fails is left alone for a while, then tried by one call", "[chat]") {
    FakeEndpoint fake(Conduct::fails);
    support::ManualClock clock;
    Endpoint endpoint(options_for(fake), clock);
    for (int i = 0; i < 5; ++i)
        CHECK_FALSE(endpoint.ask(prompts));
    CHECK(support::TestAppliance::wait_for([&] { return fake.calls() == 3; })); // also one given up early
    CHECK(endpoint.state() == Endpoint::State::resting);
    clock.advance(31s);
    CHECK_FALSE(endpoint.ask(prompts)); // still bad: the pause is twice as long
    CHECK(support::TestAppliance::wait_for([&] { return fake.calls() == 4; })); // also one given up early
    clock.advance(31s);
    CHECK_FALSE(endpoint.ask(prompts));
    CHECK(fake.calls() == 4);
    fake.behave(Conduct::streams);
    clock.advance(30s);
    CHECK(endpoint.ask(prompts));
    CHECK(endpoint.ask(prompts));
    CHECK(endpoint.state() == Endpoint::State::ready);
}

TEST_CASE("chat: when all calls are taken, nobody waits for one", "[chat]") {
    const FakeEndpoint fake(Conduct::hangs);
    const support::ManualClock clock;
    auto options = options_for(fake, 2s);
    options.concurrency = 1;
    Endpoint endpoint(options, clock);
    std::thread first([&] { endpoint.ask(prompts); });
    while (fake.calls() == 0)
        std::this_thread::yield();
    const auto began = std::chrono::steady_clock::now();
    CHECK_FALSE(endpoint.ask(prompts));
    const auto waited = std::chrono::steady_clock::now() - began;
    first.join();
    CHECK(waited < 2s);
    CHECK(fake.calls() == 1);
}

TEST_CASE("chat: an answer that never ends is cut where a sentence ends", "[chat]") {
    const FakeEndpoint fake(Conduct::floods);
    const support::ManualClock clock;
    const auto answer = Endpoint(options_for(fake), clock).ask(prompts);
    REQUIRE(answer);
    CHECK(answer->size() <= chat::EventStream::most_text);
    CHECK(answer->ends_with("Pull the pin."));
}
