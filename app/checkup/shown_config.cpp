#include "app/checkup/shown_config.h"

#include <toml++/toml.h>
#include <algorithm>
#include <string>

#include "app/config.h"

namespace app {

namespace {

using Json = nlohmann::json;

std::string shown_address(const std::string& text) {
    const auto listen = parse_listen(text);
    if (!listen) return "[not an address]";
    const bool all = listen->address == "0.0.0.0" || listen->address == "::";
    const bool own = listen->address == "127.0.0.1" || listen->address == "::1";
    return std::string(all ? "[all]" : own ? "[loopback]" : "[one]") + ":" + std::to_string(listen->port);
}

Json shown(const std::string& key, const toml::node& value) {
    if (const auto* number = value.as_integer()) return number->get();
    if (const auto* wanted = value.as_boolean()) return wanted->get();
    if (const auto* list = value.as_array()) {
        Json items = Json::array();
        for (const auto& item : *list)
            items.push_back(shown(key, item));
        return items;
    }
    const auto* text = value.as_string();
    if (text == nullptr) return "[not shown]";
    if (key == "listen" || key == "dpvr.listen") return shown_address(text->get());
    const std::string_view levels[] = {"debug", "info", "warning", "error"};
    if (key == "log_level" && std::ranges::find(levels, text->get()) != std::end(levels)) return text->get();
    return "[set]";
}

// A key that the program does not know may be named after anything: it is only counted.
void show_table(const toml::table& table, const std::string& prefix, Json& keys, std::int64_t& unknown) {
    const auto known = config_keys();
    for (const auto& [name, value] : table) {
        const std::string full = prefix + std::string(name.str());
        const bool has_keys =
            std::ranges::any_of(known, [&full](std::string_view key) { return key.starts_with(full + "."); });
        if (value.is_table() && has_keys)
            show_table(*value.as_table(), full + ".", keys, unknown);
        else if (std::ranges::find(known, full) != known.end())
            keys[full] = shown(full, value);
        else
            ++unknown;
    }
}

} // namespace

Json shown_config(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) return {{"file", "none"}};
    Json keys = Json::object();
    std::int64_t unknown = 0;
    try {
        show_table(toml::parse_file(file.string()), "", keys, unknown);
    } catch (const toml::parse_error& error) {
        return {{"file", "cannot be understood"}, {"line", error.source().begin.line}};
    }
    return {{"file", "understood"}, {"keys", std::move(keys)}, {"unknown_keys", unknown}};
}

} // namespace app
