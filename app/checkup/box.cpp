#include "app/checkup/box.h"

#include <chrono>
#include <cstdlib>

#include "app/config.h"
#include "app/hsts.h"
#include "platform/certificate.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/ntp.h"
#include "platform/text.h"
#include "platform/version.h"

namespace app {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t renew_days = 30, old_build_days = 90;

std::int64_t wall_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

Finding clock(std::int64_t server_ms) {
    const std::int64_t apart_s = (server_ms - wall_ms()) / 1000;
    const bool synchronized = platform::clock_is_synchronized();
    const std::string says = platform::iso8601(server_ms) + ", " + std::to_string(apart_s) +
                             " s ahead of the machine's own, which " +
                             (synchronized ? "a time server sets" : "no time server has set yet");
    if (std::abs(apart_s) < 60) return {"", Health::good, says, ""};
    return {"", Health::bad, says,
            synchronized
                ? "The server follows by itself once no lesson is on; or start it again."
                : "Set the clock in Administration, System, or let the machine reach a time server."};
}

Finding build() {
    const std::int64_t built_ms = platform::built_s() * 1000;
    const std::string version = "Lectern " + std::string(platform::version());
    if (built_ms == 0) return {"", Health::good, version, ""};
    const std::int64_t days = (wall_ms() - built_ms) / day_ms;
    const std::string says = version + " of " + platform::iso8601(built_ms).substr(0, 10);
    if (days <= old_build_days) return {"", Health::good, says, ""};
    return {"", Health::warning, says + ", " + std::to_string(days) + " days old",
            "Its libraries get no updates from Debian: install the newest Lectern."};
}

} // namespace

Finding examine_certificate(const std::string& pem, std::int64_t now_ms) {
    const auto end_ms = platform::certificate_end_ms(pem);
    const char* advice =
        "Make or fetch a new one; 'lectern certificate' makes one of the school's own authority.";
    if (!end_ms) return {"certificate", Health::bad, "is no certificate", advice};
    const std::string date = platform::iso8601(*end_ms).substr(0, 10);
    const std::int64_t days = (*end_ms - now_ms) / day_ms;
    if (*end_ms <= now_ms)
        return {"certificate", Health::bad, "has expired on " + date + ": browsers and headsets refuse it",
                advice};
    if (days < renew_days)
        return {"certificate", Health::warning,
                "expires on " + date + ", in " + std::to_string(days) + " days", advice};
    return {"certificate", Health::good, "is valid until " + date, ""};
}

Finding examine_hsts(std::int64_t days, const std::string& pem, std::int64_t now_ms) {
    const char* advice = "Make a new certificate ('lectern certificate'), or take fewer hsts_days.";
    if (const std::string why = why_no_hsts(days + renew_days, pem, now_ms); !why.empty())
        return {"", Health::warning, why, advice};
    return {"", Health::good, "for " + std::to_string(days) + " days; the certificate outlasts that", ""};
}

Findings examine_box(const fs::path& config, std::int64_t server_ms) {
    Findings findings;
    examine(findings, "clock", [&] { return clock(server_ms); });
    examine(findings, "program", [] { return build(); });
    if (!fs::exists(config)) return findings;
    fs::path certificate;
    std::int64_t hsts_days = 0;
    examine(findings, "configuration", [&]() -> Finding {
        try {
            const Config wanted = load_config(config);
            certificate = wanted.tls_cert;
            hsts_days = wanted.hsts_days;
        } catch (const platform::Error& error) {
            return {"", Health::bad, error.what(), "The server does not start with it."};
        }
        return {"", Health::good, config.string() + " can be used", ""};
    });
    if (!certificate.empty())
        examine(findings, "certificate", [&]() -> Finding {
            const auto pem = platform::read_file(certificate);
            if (!pem)
                return {"", Health::bad, certificate.string() + " is not there",
                        "The server does not start without."};
            return examine_certificate(*pem, server_ms);
        });
    if (hsts_days > 0)
        examine(findings, "HTTPS only", [&] {
            return examine_hsts(hsts_days, platform::read_file(certificate).value_or(""), server_ms);
        });
    return findings;
}

} // namespace app
