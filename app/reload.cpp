#include "app/reload.h"

#include <utility>

#include "app/services.h"
#include "platform/log.h"

namespace app {

namespace {

bool is_same(const chat::EndpointOptions& a, const chat::EndpointOptions& b) {
    return a.url == b.url && a.model == b.model && a.key == b.key && a.most_tokens == b.most_tokens &&
           a.concurrency == b.concurrency;
}

bool is_same(const admin::NightlyOptions& a, const admin::NightlyOptions& b) {
    return a.wanted == b.wanted && a.with_content == b.with_content && a.keep.days == b.keep.days &&
           a.keep.weeks == b.keep.weeks;
}

std::int64_t share_of(const Config& config, std::int64_t percent) {
    return config.wifi_mbit * 1'000'000 / 8 * percent / 100;
}

} // namespace

std::int64_t pictures_bytes_per_s(const Config& config) {
    return share_of(config, config.pictures_percent);
}

std::int64_t content_bytes_per_s(const Config& config) {
    return share_of(config, config.content_percent);
}

std::vector<std::string> reload(Config& config, Config now, Services& services,
                                CertificateWatch& certificate) {
    const bool spoke_tls = !config.tls_cert.empty(), speaks_tls = !now.tls_cert.empty();
    if (spoke_tls && speaks_tls) certificate.change(now.tls_cert, now.tls_key);
    platform::set_log_level(now.log_level);
    services.pace.set_bytes_per_s(content_bytes_per_s(now));
    services.hub.post([&services, rate = pictures_bytes_per_s(now)](live::Hub&) {
        services.pictures.set_bytes_per_s(rate);
    });
    std::vector<std::string> waiting;
    // A key that waits keeps its value, so that the next reload says it again.
    const auto keep = [&waiting](bool same, const char* key, auto& next, const auto& present) {
        if (same) return;
        waiting.emplace_back(key);
        next = present;
    };
    keep(config.data == now.data, "data", now.data, config.data);
    keep(config.listen == now.listen, "listen", now.listen, config.listen);
    keep(spoke_tls == speaks_tls, "tls_cert", now.tls_cert, config.tls_cert);
    if (spoke_tls != speaks_tls) now.tls_key = config.tls_key;
    keep(config.hsts_days == now.hsts_days, "hsts_days", now.hsts_days, config.hsts_days);
    keep(config.behind_proxy == now.behind_proxy, "behind_proxy", now.behind_proxy, config.behind_proxy);
    keep(config.allowed_origins == now.allowed_origins, "allowed_origins", now.allowed_origins,
         config.allowed_origins);
    keep(is_same(config.nightly, now.nightly), "backups", now.nightly, config.nightly);
    keep(is_same(config.chat, now.chat), "chat", now.chat, config.chat);
    config = std::move(now);
    return waiting;
}

} // namespace app
