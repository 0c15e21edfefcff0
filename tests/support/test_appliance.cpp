#include "support/test_appliance.h"

#include <httplib.h>

#include <catch2/catch_test_macros.hpp>
#include <stdexcept>
#include <thread>

#include "platform/text.h"

namespace support {

namespace {

constexpr const char* administrator_password = "correct horse";

Reply reply_of(const httplib::Result& result) {
    if (!result) throw std::runtime_error("no answer: " + httplib::to_string(result.error()));
    Reply reply{result->status, result->body, {}};
    for (const auto& [name, value] : result->headers)
        reply.headers.emplace_back(platform::lower_ascii(name), value);
    return reply;
}

} // namespace

Json Reply::json() const {
    return Json::parse(body);
}

std::string Reply::header(const std::string& name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

TestAppliance::TestAppliance(chat::EndpointOptions chat, std::chrono::milliseconds turn_within,
                             std::string vfs, std::chrono::milliseconds silent_limit, bool with_dpvr)
    : chat_(std::move(chat)),
      turn_within_(turn_within),
      vfs_(std::move(vfs)),
      silent_limit_(silent_limit),
      with_dpvr_(with_dpvr) {
    start();
}

TestAppliance::~TestAppliance() = default;

void TestAppliance::start() {
    app::ApplianceOptions options;
    options.services.folder = folder_.path();
    options.services.hashing = platform::SecretHasher::Cost::least;
    options.services.chat = chat_;
    options.services.vfs = vfs_;
    if (with_dpvr_) options.dpvr = app::ListenAddress{"127.0.0.1", 0};
    options.turn_within = turn_within_;
    options.front_door.listen = {"127.0.0.1:0"};
    options.front_door.silent_limit = silent_limit_;
    options.set_clock = [this](std::int64_t now_ms) { clock.set_ms(now_ms); };
    options.true_ms = [this]() -> std::optional<std::int64_t> {
        return true_ms == 0 ? std::nullopt : std::optional<std::int64_t>(true_ms);
    };
    options.tick = 20ms; // the manual clock jumps, and tests don't wait a second to notice
    appliance_ = std::make_unique<app::Appliance>(std::move(options), clock, random_);
    appliance_->start();
}

void TestAppliance::restart() {
    appliance_.reset();
    start();
}

std::uint16_t TestAppliance::port() const {
    return appliance_->port();
}

Reply TestAppliance::call_raw(const std::string& method, const std::string& path, const std::string& body,
                              const std::vector<std::pair<std::string, std::string>>& headers) {
    httplib::Client client("127.0.0.1", port());
    client.set_read_timeout(30s);
    httplib::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    for (const auto& [name, value] : headers)
        request.set_header(name, value);
    return reply_of(client.send(request));
}

Reply TestAppliance::call(const std::string& method, const std::string& path, const Json& body,
                          const Credential& credential) {
    std::vector<std::pair<std::string, std::string>> headers;
    if (!credential.token.empty()) headers.emplace_back("Authorization", "Bearer " + credential.token);
    if (!credential.cookie.empty()) {
        headers.emplace_back("Cookie", credential.cookie);
        headers.emplace_back("Origin", "http://127.0.0.1:" + std::to_string(port()));
    }
    if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
    Reply reply = call_raw(method, path, body.is_null() ? std::string() : body.dump(), headers);
    check_shape(method, path, reply);
    return reply;
}

// Every good answer in a test must fit the shape that its route declares, whatever else the test checks.
void TestAppliance::check_shape(const std::string& method, const std::string& path,
                                const Reply& reply) const {
    const auto match = appliance_->routes().find(method, path.substr(0, path.find('?')));
    if (match.route == nullptr || reply.status != match.route->status || match.route->answer.is_nothing())
        return;
    INFO(method << " " << path << " -> " << reply.body);
    const auto faults = match.route->answer.faults(reply.json());
    for (const platform::FieldError& fault : faults)
        UNSCOPED_INFO(fault.field << " " << fault.message);
    CHECK(faults.empty());
}

Json TestAppliance::expect(int status, const std::string& method, const std::string& path, const Json& body,
                           const Credential& credential) {
    const Reply reply = call(method, path, body, credential);
    INFO(method << " " << path << " -> " << reply.status << " " << reply.body);
    REQUIRE(reply.status == status);
    return reply.body.empty() ? Json() : reply.json();
}

Credential TestAppliance::set_up() {
    const std::string code = appliance_->setup_code().value();
    expect(201, "POST", "/v1/setup",
           {{"code", code},
            {"organisation", {{"name", "Test School"}}},
            {"administrator", {{"username", "head"}, {"password", administrator_password}}}});
    const Json login =
        expect(201, "POST", "/v1/logins", {{"username", "head"}, {"password", administrator_password}});
    return {login.at("token"), {}};
}

Credential TestAppliance::set_up_other() {
    const std::string hash = services().hasher.hash(administrator_password);
    services().store.write("other organisation", [&](store::Tx& tx) {
        const auto organisation = services().organisations.add(tx, {.name = "Other School"});
        services().people.add(tx, organisation.id,
                              {.role = platform::Role::administrator,
                               .nickname = "other head",
                               .username = "other",
                               .password_hash = hash});
    });
    const Json login =
        expect(201, "POST", "/v1/logins", {{"username", "other"}, {"password", administrator_password}});
    return {login.at("token"), {}};
}

Json TestAppliance::add_person(const Credential& by, const std::string& role, const std::string& nickname,
                               const std::string& pin) {
    return expect(201, "POST", "/v1/people", {{"role", role}, {"nickname", nickname}, {"pin", pin}}, by);
}

Credential TestAppliance::log_in(const std::string& nickname, const std::string& pin) {
    return {expect(201, "POST", "/v1/logins", {{"nickname", nickname}, {"pin", pin}}).at("token"), {}};
}

TestAppliance::Headset TestAppliance::pair(const Credential& teacher, const std::string& serial_number) {
    const Json code = expect(201, "POST", "/v1/pairing-codes", Json::object(), teacher);
    const Json paired =
        expect(201, "POST", "/v1/pairings", {{"code", code.at("code")}, {"serial_number", serial_number}});
    return {paired.at("device").at("id"), {paired.at("token"), {}}};
}

Json TestAppliance::make_room(const Credential& by, const std::string& name, int rows, int places) {
    return expect(201, "POST", "/v1/rooms", {{"name", name}, {"rows", rows}, {"places", places}}, by);
}

bool TestAppliance::wait_for(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

} // namespace support
