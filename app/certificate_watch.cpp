#include "app/certificate_watch.h"

#include <sys/stat.h>

#include <utility>

#include "app/checkup/box.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"

namespace app {

namespace {

constexpr std::int64_t day_ms = 86'400'000;

std::string stamp_of(const std::filesystem::path& file) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return "none";
    return std::to_string(status.st_ino) + " " + std::to_string(status.st_size) + " " +
           std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec);
}

} // namespace

CertificateWatch::CertificateWatch(std::filesystem::path certificate, std::filesystem::path key, Use use)
    : certificate_(std::move(certificate)), key_(std::move(key)), use_(std::move(use)), used_(stamp()) {}

CertificateWatch::Stamp CertificateWatch::stamp() const {
    return stamp_of(certificate_) + "; " + stamp_of(key_);
}

void CertificateWatch::look(std::int64_t now_ms) {
    if (certificate_.empty()) return;
    const Stamp now = stamp();
    if (now != used_) {
        try {
            use_(certificate_, key_);
            used_ = now;
            told_ms_.reset();
            platform::log_info("the certificate has changed, new connections get it: " +
                               certificate_.string());
        } catch (const platform::Error& error) {
            if (now != refused_)
                platform::log_error(
                    std::string("the certificate has changed and cannot be used, the one before "
                                "stays: ") +
                    error.what());
            refused_ = now;
        }
    }
    tell_end(now_ms);
}

void CertificateWatch::change(std::filesystem::path certificate, std::filesystem::path key) {
    use_(certificate, key);
    certificate_ = std::move(certificate);
    key_ = std::move(key);
    used_ = stamp();
    told_ms_.reset();
}

void CertificateWatch::tell_end(std::int64_t now_ms) {
    if (told_ms_ && now_ms - *told_ms_ >= 0 && now_ms - *told_ms_ < day_ms) return;
    told_ms_ = now_ms;
    const Finding finding = examine_certificate(platform::read_file(certificate_).value_or(""), now_ms);
    if (finding.health == Health::good) return;
    const auto level =
        finding.health == Health::bad ? platform::LogLevel::error : platform::LogLevel::warning;
    platform::log(level,
                  "the certificate " + certificate_.string() + " " + finding.says + ". " + finding.advice);
}

} // namespace app
