// HTTPS only (HSTS): refused where it would lock everybody out.
#include "app/hsts.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>

#include "app/checkup/box.h"
#include "platform/certificate.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using support::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

platform::KeyAndCertificate own_certificate() {
    return platform::make_server_certificate(platform::make_authority("North"), {"lectern.local"}, {});
}

// Valid for 90 days; made by openssl's own program, which not every machine has.
constexpr const char* of_90_days =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBhDCCASugAwIBAgIUblCn1iuiORKB9M+fHcaXP7NFgO8wCgYIKoZIzj0EAwIw\n"
    "GDEWMBQGA1UEAwwNbGVjdGVybi5sb2NhbDAeFw0yNjExMjkyMjI5MzNaFw0yNzAy\n"
    "MjcyMjI5MzNaMBgxFjAUBgNVBAMMDWxlY3Rlcm4ubG9jYWwwWTATBgcqhkjOPQIB\n"
    "BggqhkjOPQMBBwNCAAShiE7yt3W1EjeCT9exaf/OkRX0NgzeZV0S0gBfP89P5Q/g\n"
    "SbW1DtGh8cvoYa2gwdEKBqOg4Qc/DRiOTjONwQJxo1MwUTAdBgNVHQ4EFgQUPPsd\n"
    "LrY/j+hni2c9kyHs4FonnM4wHwYDVR0jBBgwFoAUPPsdLrY/j+hni2c9kyHs4Fon\n"
    "nM4wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAhPU/c2934piln\n"
    "KW8zoerjNpACLsUhm6LCy9SOwLXkrQIgfOtCkp8Hp0XrIpFjScRuxfFGlkJvMDnh\n"
    "LQ5DJOPUeYY=\n"
    "-----END CERTIFICATE-----\n";

} // namespace

TEST_CASE("browsers are told to use HTTPS only while the certificate outlasts what they remember", "[app]") {
    const std::string pem = own_certificate().certificate; // of 825 days
    const std::int64_t end_ms = platform::certificate_end_ms(pem).value();
    CHECK(app::why_no_hsts(365, pem, end_ms - 365 * day_ms).empty());
    CHECK_THAT(app::why_no_hsts(365, pem, end_ms - 365 * day_ms + 1),
               ContainsSubstring("in less than 365 days"));
    CHECK_FALSE(app::why_no_hsts(1, "nonsense", 0).empty());
    const std::int64_t short_end_ms = platform::certificate_end_ms(of_90_days).value();
    CHECK_THAT(app::why_no_hsts(1, of_90_days, short_end_ms - 80 * day_ms),
               ContainsSubstring("valid for 90 days in all"));
    const struct {
        std::int64_t wanted, left;
        const char* told;
    } rows[] = {{180, 500, "max-age=15552000"},
                {180, 180, "max-age=15552000"},
                {180, 100, "max-age=8640000"},
                {180, 0, ""},
                {180, -3, ""},
                {0, 500, ""}};
    for (const auto& row : rows) {
        INFO(row.wanted << " wanted, " << row.left << " left");
        CHECK(app::strict_transport_security(row.wanted, pem, end_ms - row.left * day_ms) == row.told);
    }
    CHECK(app::strict_transport_security(180, "", end_ms).empty()); // plain HTTP

    CHECK(app::examine_hsts(365, pem, end_ms - 400 * day_ms).health == app::Health::good);
    CHECK(app::examine_hsts(365, pem, end_ms - 380 * day_ms).health == app::Health::warning);
    CHECK(app::examine_hsts(365, pem, end_ms - 360 * day_ms).health == app::Health::warning);
    CHECK(app::examine_hsts(1, of_90_days, short_end_ms - 80 * day_ms).health == app::Health::warning);
}

TEST_CASE("a server does not start with hsts_days and no TLS, or a short-lived certificate", "[app]") {
    const TemporaryFolder folder;
    const fs::path config = folder.path() / "lectern.toml";
    const auto made = own_certificate();
    std::ofstream(folder.path() / "server.pem") << made.certificate;
    std::ofstream(folder.path() / "server-key.pem") << made.key;
    std::ofstream(folder.path() / "short.pem") << of_90_days;
    const auto check = [&](const std::string& text) {
        std::ofstream(config, std::ios::trunc) << text;
        return support::run(
            {"serve", "--config", config.string(), "--data", (folder.path() / "data").string(), "--check"});
    };
    const std::string key = "tls_key = \"server-key.pem\"\n", good = "tls_cert = \"server.pem\"\n" + key;
    const struct {
        std::string text;
        int code;
        const char* says;
    } rows[] = {
        {"hsts_days = 180\n" + good, 0, ""},
        {good, 0, ""},
        {"hsts_days = 180\n", 78, "needs TLS"},
        {"hsts_days = 180\ntls_cert = \"short.pem\"\n" + key, 78, "valid for 90 days in all"},
        {"hsts_days = 0\n" + good, 78, "must be a number from 1 to 730"},
        {"hsts_days = 731\n" + good, 78, "must be a number from 1 to 730"},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        const auto ran = check(row.text);
        CHECK(ran.code == row.code);
        CHECK_THAT(ran.error, ContainsSubstring(row.says));
    }
    const auto started = support::run({"serve", "--config", config.string()});
    CHECK(started.code == 78);
}
