#include "app/moving_in/plan.h"

#include <algorithm>

#include "platform/error.h"
#include "platform/text.h"

namespace app::moving_in {

std::string chosen(const std::vector<std::pair<std::string, std::string>>& keys_and_names,
                   const std::string& only, const std::string& what) {
    std::string names;
    for (const auto& [key, name] : keys_and_names) {
        if (!only.empty() && (key == only || platform::lower_ascii(name) == platform::lower_ascii(only)))
            return key;
        names += (names.empty() ? "" : ", ") + name;
    }
    if (!only.empty())
        platform::throw_invalid("--only", "must name one of the " + what + " in the file: " + names);
    if (keys_and_names.size() > 1)
        platform::throw_invalid("--only",
                                "must say which of the " + what + " in the file comes here: " + names);
    return keys_and_names.empty() ? "" : keys_and_names.front().first;
}

void tell_unasked(const Source& source, const std::vector<std::string>& machinery, Plan& plan) {
    for (const auto& [table, rows] : source.unasked()) {
        const bool own = std::ranges::any_of(
            machinery, [&table = table](const std::string& start) { return table.starts_with(start); });
        if (!own && rows > 0)
            plan.told.push_back(table + ": " + std::to_string(rows) +
                                " rows stay behind; nothing here corresponds to that table.");
    }
}

std::string from(const std::string& table, const Json& row) {
    return table + " " + text_of(row, "id");
}

void put_name(Json& person, const std::string& whole) {
    const std::size_t blank = whole.rfind(' ');
    person["first_name"] = std::string(platform::trimmed(whole.substr(0, blank)));
    if (blank != std::string::npos) person["last_name"] = whole.substr(blank + 1);
}

} // namespace app::moving_in
