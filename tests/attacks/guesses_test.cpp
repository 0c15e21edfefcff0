// Attackers who guess PINs and passwords: from elsewhere, and from behind the school's own address. Nobody
// gets in by that, and nobody is kept out of where they are known.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <thread>

#include "support/raw_client.h"
#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::RawClient;
using support::TestAppliance;
using namespace std::chrono_literals;

namespace {

constexpr const char *elsewhere = "127.0.0.66", *here = "127.0.0.1";

// A wrong PIN, as the guesser's program sends it.
int guess(RawClient& client, const char* path, const std::string& nickname, const std::string& pin = "0000") {
    const Json body{{"nickname", nickname}, {"pin", pin}};
    return client.ask(support::post_request(path, body.dump(), "Content-Type: application/json\r\n")).status;
}

std::string cookies_of(const support::Reply& reply) {
    std::string cookies;
    for (const auto& [name, value] : reply.headers)
        if (name == "set-cookie") cookies += (cookies.empty() ? "" : "; ") + value.substr(0, value.find(';'));
    return cookies;
}

// Thirty students, each of whom has worn a headset, and their teacher's page.
struct Class {
    TestAppliance box;
    Credential head = box.set_up();
    std::vector<std::string> names;
    std::vector<TestAppliance::Headset> headsets;
    Credential page;

    Class() {
        for (int i = 0; i < 30; ++i) {
            names.push_back("student" + std::to_string(i));
            box.add_person(head, "student", names.back(), "4711");
            headsets.push_back(box.pair(head, "DPVR-" + std::to_string(i)));
            REQUIRE(sign_in(i) == 200);
            box.expect(200, "POST", "/v1/headset/sign-out", nullptr, headsets.back().credential);
        }
        page.cookie = cookies_of(sign_in_on_page());
    }
    int sign_in(int student, int headset) {
        return box
            .call("POST", "/v1/headset/sign-in",
                  {{"nickname", names.at(static_cast<std::size_t>(student))}, {"pin", "4711"}},
                  headsets.at(static_cast<std::size_t>(headset)).credential)
            .status;
    }
    int sign_in(int student) { return sign_in(student, student); }
    support::Reply sign_in_on_page() {
        return box.call("POST", "/v1/logins",
                        {{"username", "head"}, {"password", "correct horse"}, {"cookie", true}}, page);
    }
};

// Guesses at everybody, round and round, over all routes.
class Flood {
public:
    Flood(std::uint16_t port, const char* from, std::vector<std::string> names)
        : thread_([this, port, from, names = std::move(names)] {
              RawClient client(port, 0, from);
              for (std::size_t i = 0; !stop_; ++i) {
                  const int status = guess(client, i % 2 == 0 ? "/v1/logins" : "/api/login/",
                                           names.at(i / 2 % names.size()));
                  ++(status == 401 ? looked_at : status == 429 ? refused : other);
              }
          }) {}
    ~Flood() { stop(); }
    void stop() {
        stop_ = true;
        if (thread_.joinable()) thread_.join();
    }
    std::atomic<int> looked_at{0}, refused{0}, other{0};

private:
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

} // namespace

TEST_CASE("thirty students and their teacher sign in while all their PINs are being guessed",
          "[attacks][people]") {
    Class school;
    std::vector<std::string> victims = school.names;
    victims.push_back("head");
    Flood far(school.box.port(), elsewhere, victims), near(school.box.port(), here, victims);
    REQUIRE(TestAppliance::wait_for([&] { return far.refused > 100 && near.refused > 100; }));
    // A stranger in the school is no better off than one elsewhere: that is the price.
    RawClient stranger(school.box.port());
    CHECK(guess(stranger, "/v1/logins", "student0", "4711") == 429);
    for (int i = 0; i < 30; ++i)
        CHECK(school.sign_in(i) == 200);
    for (int i = 0; i < 30; ++i) // and on headsets that they have never worn
        CHECK(school.sign_in(i, (i + 1) % 30) == 200);
    CHECK(school.sign_in_on_page().status == 201);
    far.stop();
    near.stop();
    CHECK(far.other + near.other == 0);
    // The two addresses have thirty each, at most.
    CHECK(far.looked_at + near.looked_at <= 60);
}

TEST_CASE("a flood of guesses on one headset closes nothing on the others", "[attacks][people]") {
    Class school;
    int looked_at = 0;
    for (int i = 0; i < 30; ++i)
        for (int tries = 0; tries < 5; ++tries)
            looked_at += school.box
                             .call("POST", "/v1/headset/sign-in",
                                   {{"nickname", school.names[static_cast<std::size_t>(i)]}, {"pin", "0000"}},
                                   school.headsets[0].credential)
                             .status == 401;
    CHECK(looked_at == 10);
    for (int i = 1; i < 30; ++i)
        CHECK(school.sign_in(i) == 200);
}

TEST_CASE("nothing tells a nickname from a stranger's name, and a restart gives no guess back",
          "[attacks][people]") {
    TestAppliance box;
    box.add_person(box.set_up(), "student", "ada", "4711");
    const auto answers = [&](const std::string& name) {
        std::string all;
        for (const char* path : {"/v1/logins", "/api/login/", "/v1/pairings/sign-in"})
            for (int i = 0; i < 3; ++i) {
                const auto reply =
                    box.call("POST", path,
                             path == std::string("/v1/pairings/sign-in")
                                 ? Json{{"nickname", name}, {"pin", "0000"}, {"serial_number", "X"}}
                                 : Json{{"nickname", name}, {"pin", "0000"}});
                all += std::to_string(reply.status) + " " + reply.header("retry-after") + "\n";
            }
        return all;
    };
    const std::string known = answers("ada"), unknown = answers("eve");
    CHECK(known == unknown);
    CHECK(known.starts_with("401 \n401 \n401 \n401 \n401 \n429 720\n"));
    box.restart();
    CHECK(box.call("POST", "/v1/logins", {{"nickname", "ada"}, {"pin", "4711"}}).status == 429);
    CHECK(box.call("POST", "/v1/logins", {{"nickname", "eve"}, {"pin", "4711"}}).status == 429);
}
