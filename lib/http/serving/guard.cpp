#include "http/serving/guard.h"

#include <algorithm>
#include <cmath>

#include "platform/text.h"

namespace http {

using platform::Caller;
using platform::Error;
using platform::ErrorKind;
using platform::Proof;
using platform::Role;

namespace {

// A PIN alone is never enough for administration.
bool by_password(const Caller& caller) {
    return caller.proof == Proof::password || caller.proof == Proof::totp;
}

bool is_person(const Caller& caller, Role least) {
    return caller.person_id && caller.role >= least && caller.proof != Proof::site_key;
}

bool changes_something(std::string_view method) {
    return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
        return lower(x) == lower(y);
    });
}

// "Bearer abc" or "Token abc".
std::string_view token_of(std::string_view authorization) {
    const auto space = authorization.find(' ');
    if (space == authorization.npos) return {};
    const auto scheme = authorization.substr(0, space);
    if (!equal_ignoring_case(scheme, "bearer") && !equal_ignoring_case(scheme, "token")) return {};
    return platform::trimmed(authorization.substr(space + 1));
}

} // namespace

bool may(const Caller& caller, Access access) {
    switch (access) {
        case Access::open:
            return true;
        case Access::signed_in:
            return !caller.is_stranger();
        case Access::headset:
            return !caller.is_stranger() &&
                   (caller.device_id || (caller.site_key_id && !caller.client_panel));
        case Access::client_panel:
            return !caller.is_stranger() &&
                   ((caller.site_key_id && caller.client_panel) || may(caller, Access::administrator));
        case Access::student:
            return is_person(caller, Role::student);
        case Access::viewer:
            return is_person(caller, Role::viewer);
        case Access::teacher:
            return is_person(caller, Role::teacher);
        case Access::administrator:
            return is_person(caller, Role::administrator) && by_password(caller);
        case Access::box_administrator:
            return caller.person_id && caller.box_administrator && by_password(caller);
    }
    return false;
}

std::optional<Error> access_refusal(const Caller& caller, Access access) {
    if (may(caller, access)) return std::nullopt;
    if (caller.is_stranger()) return Error(ErrorKind::unauthorized, "Sign in first.");
    const bool needs_password = (access == Access::administrator || access == Access::client_panel) &&
                                is_person(caller, Role::administrator);
    return Error(ErrorKind::forbidden,
                 needs_password ? "Administration needs a login by password." : "You may not do this.");
}

Guard::Guard(const ServingOptions& options, Authenticator& authenticator)
    : options_(options), authenticator_(authenticator) {}

void Guard::identify(Call& call, std::string_view site_key, bool token_in_query) {
    const auto authorization = call.header_values.find("authorization");
    std::string_view token = authorization ? token_of(*authorization) : std::string_view{};
    if (token.empty() && token_in_query) token = call.query_values.find("token").value_or("");
    if (!token.empty()) {
        call.credential = token;
        call.caller = authenticator_.by_token(token);
    }
    if (call.caller.is_stranger())
        if (const auto cookies = call.header_values.find("cookie"))
            call.caller = by_cookie(*cookies, call.credential);
    if (call.caller.is_stranger() && !site_key.empty()) {
        call.caller = authenticator_.by_site_key(site_key);
        if (!call.caller.is_stranger()) call.credential.clear();
    }
}

Caller Guard::by_cookie(std::string_view cookies, std::string& credential) {
    Caller caller;
    while (!cookies.empty() && caller.is_stranger()) {
        const auto cookie = platform::trimmed(cookies.substr(0, cookies.find(';')));
        cookies.remove_prefix(std::min(
            cookies.size(), cookies.find(';') == cookies.npos ? cookies.size() : cookies.find(';') + 1));
        const auto equals = cookie.find('=');
        if (equals == cookie.npos) continue;
        if (std::ranges::find(options_.login_cookies, cookie.substr(0, equals)) ==
            options_.login_cookies.end())
            continue;
        const auto value = cookie.substr(equals + 1);
        caller = authenticator_.by_token(value);
        if (caller.is_stranger()) continue;
        caller.by_cookie = true;
        credential = value;
    }
    return caller;
}

bool Guard::is_allowed_origin(std::string_view origin) const {
    return std::ranges::any_of(options_.allowed_origins,
                               [&](const auto& allowed) { return equal_ignoring_case(allowed, origin); });
}

bool Guard::comes_from_us(const Call& call) const {
    const auto origin = call.header_values.find("origin");
    if (!origin) {
        // No Origin means an old browser's navigation, or no browser. Newer browsers say where a request
        // comes from.
        const auto site = call.header_values.find("sec-fetch-site");
        return !site || *site == "same-origin" || *site == "none";
    }
    const auto authority = origin->find("://");
    const auto host = call.header_values.find("host");
    if (authority != origin->npos && host && equal_ignoring_case(origin->substr(authority + 3), *host))
        return true;
    return is_allowed_origin(*origin);
}

std::optional<Error> Guard::refusal(const Route& route, const Call& call, std::int64_t now_us) {
    if (auto refused = access_refusal(call.caller, route.access)) {
        // A dialect has words of its own for both.
        const bool unknown = refused->kind() == ErrorKind::unauthorized && !call.credential.empty() &&
                             route.error_shape == problem;
        return unknown ? Error(ErrorKind::unauthorized, "This token is not known here, or no longer valid.")
                       : refused;
    }
    // A site key is no login: apps of the older protocols have one, and Lectern's own calls take none.
    if (call.caller.site_key_id && route.access != Access::open && route.path.starts_with("/v1/"))
        return Error(ErrorKind::forbidden, "A site key is for the older protocols' calls only.");
    // A foreign page has neither tokens nor this box's cookies, but it could sign its visitor in as somebody
    // else, or set up an empty box: Lectern's open calls look at where they come from as well.
    const bool open = route.access == Access::open && route.path.starts_with("/v1/");
    if ((call.caller.by_cookie || open) && changes_something(call.method) && !comes_from_us(call))
        return Error(ErrorKind::forbidden, "This request comes from another site's page.");
    if (call.caller.is_stranger()) return std::nullopt;
    return rate_refusal(call.caller,
                        route.calls_per_minute ? route.calls_per_minute : options_.calls_per_minute, now_us);
}

std::optional<Error> Guard::rate_refusal(const Caller& caller, int per_minute, std::int64_t now_us) {
    if (per_minute <= 0) return std::nullopt;
    // One bucket for each account, device or site key and each rate, so that polls elsewhere do not use up a
    // dialect's limit.
    const auto who = caller.device_id   ? std::pair{1, caller.device_id.value()}
                     : caller.person_id ? std::pair{2, caller.person_id.value()}
                                        : std::pair{3, caller.site_key_id.value()};
    const auto key = (static_cast<std::uint64_t>(who.first) << 62) ^
                     (static_cast<std::uint64_t>(per_minute) << 40) ^ static_cast<std::uint64_t>(who.second);
    const auto [found, added] = buckets_.try_emplace(key);
    Bucket& bucket = found->second;
    const double per_us = per_minute / 60e6;
    if (added) bucket = {static_cast<double>(per_minute), now_us};
    bucket.tokens =
        std::min<double>(per_minute, bucket.tokens + static_cast<double>(now_us - bucket.at_us) * per_us);
    bucket.at_us = now_us;
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    return Error(ErrorKind::too_many_requests, "Too many calls a minute.",
                 static_cast<int>(std::ceil((1 - bucket.tokens) / per_us / 1e6)));
}

void Guard::tidy(std::int64_t now_us) {
    std::erase_if(buckets_, [&](const auto& entry) { return now_us - entry.second.at_us > 120'000'000; });
}

} // namespace http
