// The configuration of a server at its start: the flags of `lectern serve`, over the file of --config, over
// these defaults.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/nightly.h"
#include "chat/endpoint.h"
#include "platform/log.h"

namespace app {

struct ListenAddress {
    std::string address; // numeric: a static program must not look names up while it starts
    std::uint16_t port = 0;
    bool operator==(const ListenAddress&) const = default;
};
// "127.0.0.1:8080", "[::1]:8080"; nullopt when it is neither.
std::optional<ListenAddress> parse_listen(std::string_view text);

inline const ListenAddress default_listen{"0.0.0.0", 8080};

struct Config {
    std::filesystem::path data = "/var/lib/lectern";
    std::vector<ListenAddress> listen;        // none: inherited sockets, without them default_listen
    std::filesystem::path tls_cert, tls_key;  // PEM; both or neither
    std::int64_t hsts_days = 0;               // browsers use HTTPS only for so long after a visit; 0: no HSTS
    std::vector<std::string> allowed_origins; // beside the box's own: for cookies and CORS
    bool behind_proxy = false;                // a proxy on this machine passes on other machines' requests
    platform::LogLevel log_level = platform::LogLevel::info;
    // What the room's Wi-Fi carries, and the shares of it that pictures and content may take.
    std::int64_t wifi_mbit = 100, pictures_percent = 20, content_percent = 50;
    std::optional<ListenAddress> dpvr_listen; // [dpvr]; none: no port is open
    chat::EndpointOptions chat;               // [chat]; its key comes from key_file
    admin::NightlyOptions nightly;            // [backups]
};

// Every key that the file may have, "chat.model" for one of a table.
std::vector<std::string_view> config_keys();

// Reads a TOML file. A fault stops the start: Error bad_request whose message has a line "FILE:LINE:COLUMN:
// what is wrong" for each fault. Relative paths in the file are relative to the file, not to the folder where
// the server was started.
Config load_config(const std::filesystem::path& file);

} // namespace app
