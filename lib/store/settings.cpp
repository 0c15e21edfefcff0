#include "store/settings.h"

#include "platform/text.h"

namespace store {

std::optional<std::string> setting(Read& read, std::string_view name) {
    auto rows = read.query("SELECT value FROM settings WHERE name = ?", name);
    return rows.step() ? std::optional(rows.values<std::string>()) : std::nullopt;
}

std::int64_t setting(Read& read, std::string_view name, std::int64_t otherwise) {
    const auto value = setting(read, name);
    return value ? platform::parse_integer(*value).value_or(otherwise) : otherwise;
}

void set_setting(Tx& tx, std::string_view name, std::string_view value) {
    tx.run("INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
           name, value);
}

void set_setting(Tx& tx, std::string_view name, std::int64_t value) {
    set_setting(tx, name, std::to_string(value));
}

void remove_setting(Tx& tx, std::string_view name) {
    tx.run("DELETE FROM settings WHERE name = ?", name);
}

} // namespace store
