// Finds whose credential it is, from the tables in memory.
#pragma once

#include "http/serving/seams.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/site_keys.h"
#include "platform/clock.h"

namespace app {

class Authenticator final : public http::Authenticator {
public:
    Authenticator(const people::Logins& logins, const people::SiteKeys& site_keys,
                  const platform::Clock& clock)
        : logins_(logins), site_keys_(site_keys), clock_(clock) {}
    platform::Caller by_token(std::string_view token) override {
        return logins_.find(token, clock_.now_ms());
    }
    platform::Caller by_site_key(std::string_view key) override { return site_keys_.find(key); }

private:
    const people::Logins& logins_;
    const people::SiteKeys& site_keys_;
    const platform::Clock& clock_;
};

} // namespace app
