// Watches the files of the certificate: a new one is taken into use without a restart, and one that comes to its
// end is said in the journal, once a day.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace app {

class CertificateWatch {
public:
    // `use` takes the certificate and the key into use, or throws Error.
    using Use =
        std::function<void(const std::filesystem::path& certificate, const std::filesystem::path& key)>;
    // They are in use already. Both "": there is nothing to watch.
    CertificateWatch(std::filesystem::path certificate, std::filesystem::path key, Use use);

    // About every minute. Whoever writes two files is not done with both at once: what can't be used is looked at
    // again until it can.
    void look(std::int64_t now_ms);
    // Takes these into use, changed or not. Throws what `use` throws, and then the ones before stay.
    void change(std::filesystem::path certificate, std::filesystem::path key);

private:
    using Stamp = std::string; // changes with the files
    Stamp stamp() const;
    void tell_end(std::int64_t now_ms);

    std::filesystem::path certificate_, key_;
    Use use_;
    Stamp used_, refused_;
    std::optional<std::int64_t> told_ms_;
};

} // namespace app
