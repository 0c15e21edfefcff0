// The real wiring for stories: the product's Appliance in a temporary folder, on port 0, with a manual clock
// and the cheapest hashing. Stories talk to it over HTTP and sockets, like any client.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/appliance.h"
#include "platform/ids.h"
#include "support/manual_clock.h"
#include "support/temporary_folder.h"

namespace support {

using Json = nlohmann::json;
using namespace std::chrono_literals;

struct Reply {
    int status = 0;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers; // names in lower case
    Json json() const;                                        // throws when the body is not JSON
    std::string header(const std::string& name) const;
};

// The caller: a token, a cookie, a site key in the path, or nobody.
struct Credential {
    std::string token, cookie;
};

class TestAppliance {
public:
    // With a chat endpoint, for tests that have one; with another idea of how often threads must turn; on
    // another file layer of SQLite; with a limit on a client's silence. By default there is none to speak of: a
    // test's client answers pings only while it reads, and a sanitizer's build is slow. With a port for DPVR
    // headsets.
    explicit TestAppliance(chat::EndpointOptions chat = {}, std::chrono::milliseconds turn_within = 5s,
                           std::string vfs = "", std::chrono::milliseconds silent_limit = 10min,
                           bool with_dpvr = false);
    ~TestAppliance();

    ManualClock clock;
    std::atomic<std::int64_t> true_ms{0}; // the time that a time server keeps; 0: none does

    // ---- HTTP ----
    Reply call(const std::string& method, const std::string& path, const Json& body = nullptr,
               const Credential& credential = {});
    Reply call_raw(const std::string& method, const std::string& path, const std::string& body,
                   const std::vector<std::pair<std::string, std::string>>& headers);
    // Expects `status`; otherwise the test ends here with the answer in its message.
    Json expect(int status, const std::string& method, const std::string& path, const Json& body = nullptr,
                const Credential& credential = {});
    std::uint16_t port() const;

    // ---- the usual school ----
    // "Test School" with administrator "head" (password "correct horse"); returns the administrator's
    // credential.
    Credential set_up();
    // Another organisation on the same box, with its own administrator.
    Credential set_up_other();
    Json add_person(const Credential& by, const std::string& role, const std::string& nickname,
                    const std::string& pin = "1234");
    Credential log_in(const std::string& nickname, const std::string& pin = "1234");
    struct Headset {
        DeviceId id;
        Credential credential;
    };
    Headset pair(const Credential& teacher, const std::string& serial_number);
    Json make_room(const Credential& by, const std::string& name, int rows, int places);

    // ---- the box ----
    // Stops the server in order and starts it again on the same folder and clock.
    void restart();
    void stop() { appliance_.reset(); } // until restart
    app::Appliance& appliance() { return *appliance_; }
    app::Services& services() { return appliance_->services(); }
    const std::filesystem::path& folder() const { return folder_.path(); }

    // Waits until `condition` holds, at most 10 s of real time; false when it never did.
    static bool wait_for(const std::function<bool()>& condition);

private:
    void start();
    void check_shape(const std::string& method, const std::string& path, const Reply& reply) const;
    TemporaryFolder folder_;
    const chat::EndpointOptions chat_;
    const std::chrono::milliseconds turn_within_;
    const std::string vfs_;
    const std::chrono::milliseconds silent_limit_;
    const bool with_dpvr_;
    platform::SystemRandom random_;
    std::unique_ptr<app::Appliance> appliance_;
};

} // namespace support
