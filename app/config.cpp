#include "app/config.h"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <toml++/toml.h>
#include <algorithm>
#include <fstream>
#include <iterator>

#include "platform/error.h"
#include "platform/text.h"

namespace app {

namespace {

// How one key is read: returns an empty string on success, else what was expected.
struct Key {
    std::string_view name;
    std::string (*read)(const toml::node& value, const std::filesystem::path& folder, Config& config);
};

std::string read_path(const toml::node& value, const std::filesystem::path& folder,
                      std::filesystem::path& path) {
    const auto* text = value.as_string();
    if (text == nullptr || text->get().empty()) return "must be a path in quotes";
    path = folder / text->get();
    return "";
}

std::string read_listen(const toml::node& value, const std::filesystem::path&, Config& config) {
    constexpr std::size_t most = 16;
    constexpr const char* expected =
        "must be a numeric address and a port in quotes, like \"0.0.0.0:8080\", or a list of up to 16 of them";
    const auto add = [&](const toml::node& one) {
        const auto* text = one.as_string();
        const auto listen = text == nullptr ? std::nullopt : parse_listen(text->get());
        if (listen) config.listen.push_back(*listen);
        return listen.has_value();
    };
    const auto* list = value.as_array();
    if (list == nullptr) return add(value) ? "" : expected;
    if (list->empty() || list->size() > most) return expected;
    return std::ranges::all_of(*list, add) ? "" : expected;
}

std::string read_dpvr_listen(const toml::node& value, const std::filesystem::path&, Config& config) {
    const auto* text = value.as_string();
    config.dpvr_listen = text == nullptr ? std::nullopt : parse_listen(text->get());
    return config.dpvr_listen ? "" : "must be a numeric address and a port in quotes, like \"0.0.0.0:10086\"";
}

bool is_origin(std::string_view text) {
    const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
    return scheme != 0 && text.size() > scheme && text.find_first_of("/ *", scheme) == std::string_view::npos;
}

std::string read_origins(const toml::node& value, const std::filesystem::path&, Config& config) {
    const auto* list = value.as_array();
    if (list == nullptr) return "must be a list of origins, like [\"https://school.example\"]";
    for (const auto& item : *list) {
        const auto* text = item.as_string();
        if (text == nullptr || !is_origin(text->get()))
            return "must hold origins only: http:// or https://, a host, perhaps a port, and nothing after "
                   "it";
        config.allowed_origins.push_back(text->get());
    }
    return "";
}

std::string read_log_level(const toml::node& value, const std::filesystem::path&, Config& config) {
    const std::string_view names[] = {"debug", "info", "warning", "error"};
    const auto* text = value.as_string();
    const auto* found = text == nullptr ? std::end(names) : std::ranges::find(names, text->get());
    if (found == std::end(names)) return "must be \"debug\", \"info\", \"warning\" or \"error\"";
    config.log_level = static_cast<platform::LogLevel>(found - std::begin(names));
    return "";
}

std::string read_number(const toml::node& value, std::int64_t most, std::int64_t& number) {
    const auto* given = value.as_integer();
    if (given == nullptr || given->get() < 1 || given->get() > most)
        return "must be a number from 1 to " + std::to_string(most);
    number = given->get();
    return "";
}

std::string read_chat_endpoint(const toml::node& value, const std::filesystem::path&, Config& config) {
    const auto* text = value.as_string();
    if (text == nullptr || !chat::parse_address(text->get()))
        return "must be an address like \"http://192.0.2.7:11434/v1\"; https is not spoken, a proxy can add "
               "it";
    config.chat.url = text->get();
    return "";
}

std::string read_chat_model(const toml::node& value, const std::filesystem::path&, Config& config) {
    const auto* text = value.as_string();
    if (text == nullptr || text->get().empty() || text->get().size() > 200)
        return "must be the name of a model in quotes";
    config.chat.model = text->get();
    return "";
}

// A file that holds a key must not be readable by others: then it is refused rather than used. Root's file may
// also be read by its group, which is how a service is given a key that it cannot change.
std::string read_chat_key_file(const toml::node& value, const std::filesystem::path& folder, Config& config) {
    std::filesystem::path file;
    if (std::string fault = read_path(value, folder, file); !fault.empty()) return fault;
    struct stat status {};
    if (stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return "names a file that is not there";
    const mode_t others = status.st_uid == 0 ? 037 : 077;
    if ((status.st_mode & others) != 0) return "names a file that others can read: chmod 600 it";
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) return "names a file that cannot be read";
    config.chat.key = platform::trimmed(bytes);
    const bool printable =
        std::ranges::all_of(config.chat.key, [](char letter) { return letter > ' ' && letter < 0x7f; });
    if (config.chat.key.empty() || config.chat.key.size() > 4096 || !printable)
        return "names a file that does not hold one key on one line";
    return "";
}

std::string read_count(const toml::node& value, std::int64_t least, std::int64_t most, int& count) {
    const auto number = value.value_exact<std::int64_t>();
    if (!number || *number < least || *number > most)
        return "must be a number from " + std::to_string(least) + " to " + std::to_string(most);
    count = static_cast<int>(*number);
    return "";
}

std::string read_bool(const toml::node& value, bool& wanted) {
    const auto given = value.value_exact<bool>();
    if (!given) return "must be true or false";
    wanted = *given;
    return "";
}

const Key keys[] = {
    {"allowed_origins", read_origins},
    {"behind_proxy", [](const toml::node& value, const std::filesystem::path&,
                        Config& config) { return read_bool(value, config.behind_proxy); }},
    {"backups.content", [](const toml::node& value, const std::filesystem::path&,
                           Config& config) { return read_bool(value, config.nightly.with_content); }},
    {"backups.days", [](const toml::node& value, const std::filesystem::path&,
                        Config& config) { return read_count(value, 1, 366, config.nightly.keep.days); }},
    {"backups.nightly", [](const toml::node& value, const std::filesystem::path&,
                           Config& config) { return read_bool(value, config.nightly.wanted); }},
    {"backups.weeks", [](const toml::node& value, const std::filesystem::path&,
                         Config& config) { return read_count(value, 0, 520, config.nightly.keep.weeks); }},
    {"content_percent", [](const toml::node& value, const std::filesystem::path&,
                           Config& config) { return read_number(value, 100, config.content_percent); }},
    {"chat.concurrency", [](const toml::node& value, const std::filesystem::path&,
                            Config& config) { return read_count(value, 1, 16, config.chat.concurrency); }},
    {"chat.endpoint", read_chat_endpoint},
    {"chat.key_file", read_chat_key_file},
    {"chat.max_tokens", [](const toml::node& value, const std::filesystem::path&,
                           Config& config) { return read_count(value, 16, 2000, config.chat.most_tokens); }},
    {"chat.model", read_chat_model},
    {"data", [](const toml::node& value, const std::filesystem::path& folder,
                Config& config) { return read_path(value, folder, config.data); }},
    {"dpvr.listen", read_dpvr_listen},
    {"hsts_days", [](const toml::node& value, const std::filesystem::path&,
                     Config& config) { return read_number(value, 730, config.hsts_days); }},
    {"listen", read_listen},
    {"log_level", read_log_level},
    {"pictures_percent", [](const toml::node& value, const std::filesystem::path&,
                            Config& config) { return read_number(value, 100, config.pictures_percent); }},
    {"tls_cert", [](const toml::node& value, const std::filesystem::path& folder,
                    Config& config) { return read_path(value, folder, config.tls_cert); }},
    {"tls_key", [](const toml::node& value, const std::filesystem::path& folder,
                   Config& config) { return read_path(value, folder, config.tls_key); }},
    {"wifi_mbit", [](const toml::node& value, const std::filesystem::path&,
                     Config& config) { return read_number(value, 100'000, config.wifi_mbit); }},
};

std::string known_keys() {
    std::string names;
    for (const Key& key : keys)
        names += (names.empty() ? "" : ", ") + std::string(key.name);
    return names;
}

class Faults {
public:
    explicit Faults(std::string file) : file_(std::move(file)) {}
    void add(const toml::source_position& at, const std::string& what) {
        faults_.push_back(
            {at, file_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what});
    }
    bool none() const { return faults_.empty(); }
    void throw_if_any() {
        if (faults_.empty()) return;
        std::ranges::sort(faults_, {}, &Fault::at); // tables sort by name, people read from the top
        std::string message;
        for (const Fault& fault : faults_)
            message += (message.empty() ? "" : "\n") + fault.message;
        throw platform::Error(platform::ErrorKind::bad_request, message);
    }

private:
    struct Fault {
        toml::source_position at;
        std::string message;
    };
    std::string file_;
    std::vector<Fault> faults_;
};

bool has_keys_in(const std::string& table) {
    return std::ranges::any_of(keys, [&](const Key& key) { return key.name.starts_with(table + "."); });
}

// Keys of a nested table get its name as a prefix: "chat.model".
void read_table(const toml::table& table, const std::string& prefix, const std::filesystem::path& folder,
                Config& config, Faults& faults) {
    for (const auto& [name, value] : table) {
        const std::string full = prefix + std::string(name.str());
        if (value.is_table() && has_keys_in(full)) {
            read_table(*value.as_table(), full + ".", folder, config, faults);
            continue;
        }
        const auto* key = std::ranges::find(keys, full, &Key::name);
        // A name in quotes may have a dot of its own; it stands in no table for that.
        if (key == std::end(keys) || name.str().find('.') != std::string_view::npos) {
            faults.add(name.source().begin, "unknown key '" + full + "'; known are " + known_keys());
            continue;
        }
        const std::string fault = key->read(value, folder, config);
        if (!fault.empty())
            faults.add(value.source().begin, std::string("'").append(full).append("' ").append(fault));
    }
}

std::string contents_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (!stream || stream.bad())
        throw platform::Error(platform::ErrorKind::bad_request, file.string() + ": cannot be read");
    return text;
}

} // namespace

std::optional<ListenAddress> parse_listen(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = platform::parse_integer(text.substr(colon + 1));
    if (!port || *port < 0 || *port > 65535) return std::nullopt;
    std::string address(text.substr(0, colon));
    unsigned char bytes[sizeof(in6_addr)];
    if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
        address = address.substr(1, address.size() - 2);
        if (inet_pton(AF_INET6, address.c_str(), bytes) != 1) return std::nullopt;
    } else if (inet_pton(AF_INET, address.c_str(), bytes) != 1) {
        return std::nullopt;
    }
    return ListenAddress{address, static_cast<std::uint16_t>(*port)};
}

std::vector<std::string_view> config_keys() {
    std::vector<std::string_view> names;
    for (const Key& key : keys)
        names.push_back(key.name);
    return names;
}

Config load_config(const std::filesystem::path& file) {
    Faults faults(file.string());
    Config config;
    toml::table table;
    try {
        table = toml::parse(contents_of(file), file.string());
    } catch (const toml::parse_error& error) {
        faults.add(error.source().begin, std::string(error.description()));
        faults.throw_if_any();
    }
    const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
    read_table(table, "", folder, config, faults);
    if (config.chat.url.empty() != config.chat.model.empty() && faults.none())
        faults.add(table.find("chat")->second.source().begin, "'chat' needs both endpoint and model");
    faults.throw_if_any();
    return config;
}

} // namespace app
