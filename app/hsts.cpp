#include "app/hsts.h"

#include <chrono>

#include "platform/certificate.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"

namespace app {

namespace {

constexpr std::int64_t day_ms = 86'400'000;
// Certificates that are valid for less are renewed by a program every few weeks. Should that fail once,
// nobody reaches the box.
constexpr std::int64_t short_lived_days = 100;

} // namespace

std::string why_no_hsts(std::int64_t days, const std::string& pem, std::int64_t now_ms) {
    const auto begin_ms = platform::certificate_begin_ms(pem), end_ms = platform::certificate_end_ms(pem);
    if (!begin_ms || !end_ms) return "hsts_days needs a certificate";
    const std::int64_t valid_days = (*end_ms - *begin_ms) / day_ms;
    if (valid_days < short_lived_days)
        return "hsts_days: the certificate is valid for " + std::to_string(valid_days) +
               " days in all, less than " + std::to_string(short_lived_days) +
               ": if it is not renewed in time, no browser can reach the box";
    if (*end_ms - now_ms < days * day_ms)
        return "hsts_days: the certificate ends on " + platform::iso8601(*end_ms).substr(0, 10) +
               ", in less than " + std::to_string(days) +
               " days: browsers would refuse the box from then on. Take fewer days, or first a new one";
    return "";
}

void check_hsts(std::int64_t days, const std::filesystem::path& certificate) {
    if (days == 0) return;
    const auto refuse = [](const std::string& why) {
        if (!why.empty()) throw platform::Error(platform::ErrorKind::bad_request, why + ".");
    };
    if (certificate.empty()) refuse("hsts_days needs TLS: tls_cert and tls_key");
    const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
    refuse(why_no_hsts(days, platform::read_file(certificate).value_or(""), now_ms));
}

std::string strict_transport_security(std::int64_t days) {
    return days == 0 ? "" : "max-age=" + std::to_string(days * day_ms / 1000);
}

} // namespace app
