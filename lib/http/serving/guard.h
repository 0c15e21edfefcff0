// Who is asking, and are they allowed to? Everything is closed unless declared open.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "http/serving/exchange.h"
#include "http/serving/options.h"
#include "http/serving/seams.h"

namespace http {

// Whether this person, headset or site key has that access. The guard and socket messages use it, and so does
// code that tells a page what to offer.
bool may(const platform::Caller& caller, Access access);
// Error unauthorized for a stranger, forbidden for somebody who may not.
std::optional<platform::Error> access_refusal(const platform::Caller& caller, Access access);

class Guard {
public:
    Guard(const ServingOptions& options, Authenticator& authenticator);

    // Finds the caller: a bearer token (or, for sockets, ?token=), then the login cookie, then the site key
    // of the path.
    void identify(Call& call, std::string_view site_key, bool token_in_query);
    // Why the call may not go on, or nullopt. `now_us` is for the rate.
    std::optional<platform::Error> refusal(const Route& route, const Call& call, std::int64_t now_us);
    // True for a page of ours, one of the allowed origins, or no browser at all. Asked only when the
    // credential is a cookie, because a browser sends no other credential unasked.
    bool comes_from_us(const Call& call) const;
    bool is_allowed_origin(std::string_view origin) const;
    // Forgets callers that have not called for a while. Called now and then, on the io thread.
    void tidy(std::int64_t now_us);

private:
    // Tokens drip in at the allowed rate, and a call takes one. A full bucket holds a minute's worth.
    struct Bucket {
        double tokens = 0;
        std::int64_t at_us = 0;
    };
    std::optional<platform::Error> rate_refusal(const platform::Caller& caller, int per_minute,
                                                std::int64_t now_us);
    platform::Caller by_cookie(std::string_view cookies, std::string& credential);

    const ServingOptions& options_;
    Authenticator& authenticator_;
    std::unordered_map<std::uint64_t, Bucket> buckets_;
};

} // namespace http
