#include "app/hsts.h"

#include <algorithm>

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

std::string why_short_lived(const std::string& pem) {
    const auto begin_ms = platform::certificate_begin_ms(pem), end_ms = platform::certificate_end_ms(pem);
    if (!begin_ms || !end_ms) return "hsts_days needs a certificate";
    const std::int64_t valid_days = (*end_ms - *begin_ms) / day_ms;
    if (valid_days >= short_lived_days) return "";
    return "hsts_days: the certificate is valid for " + std::to_string(valid_days) +
           " days in all, less than " + std::to_string(short_lived_days) +
           ": if it is not renewed in time, no browser can reach the box";
}

} // namespace

std::string why_no_hsts(std::int64_t days, const std::string& pem, std::int64_t now_ms) {
    if (std::string why = why_short_lived(pem); !why.empty()) return why;
    const std::int64_t end_ms = platform::certificate_end_ms(pem).value();
    if (end_ms - now_ms >= days * day_ms) return "";
    return "hsts_days: the certificate ends on " + platform::iso8601(end_ms).substr(0, 10) +
           ", in less than " + std::to_string(days) +
           " days: browsers are told to remember HTTPS until then only";
}

void check_hsts(std::int64_t days, const std::filesystem::path& certificate) {
    if (days == 0) return;
    const auto refuse = [](const std::string& why) {
        if (!why.empty()) throw platform::Error(platform::ErrorKind::bad_request, why + ".");
    };
    if (certificate.empty()) refuse("hsts_days needs TLS: tls_cert and tls_key");
    refuse(why_short_lived(platform::read_file(certificate).value_or("")));
}

std::string strict_transport_security(std::int64_t days, const std::string& pem, std::int64_t now_ms) {
    const std::int64_t left_days = (platform::certificate_end_ms(pem).value_or(now_ms) - now_ms) / day_ms;
    const std::int64_t told_days = std::min(days, left_days);
    return told_days <= 0 ? "" : "max-age=" + std::to_string(told_days * day_ms / 1000);
}

} // namespace app
