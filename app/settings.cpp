#include "app/settings.h"

#include "platform/text.h"

namespace app {

std::int64_t setting(store::Read& read, std::string_view name, std::int64_t otherwise) {
    auto rows = read.query("SELECT value FROM settings WHERE name = ?", name);
    return rows.step() ? platform::parse_integer(rows.text(0)).value_or(otherwise) : otherwise;
}

void set_setting(store::Tx& tx, std::string_view name, std::int64_t value) {
    tx.run("INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
           name, std::to_string(value));
}

} // namespace app
