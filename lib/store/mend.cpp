#include "store/mend.h"

#include <algorithm>
#include <regex>

#include "platform/error.h"
#include "platform/log.h"

namespace store {

namespace {

constexpr std::size_t most_told = 3;

void sort_in(Damage& damage, const std::string& line, std::size_t& told) {
    static const std::regex of_index("(?:missing from|entries in|entry in) index (\\w+)");
    std::smatch match;
    if (line == "ok" || line.starts_with("***")) return;
    if (std::regex_search(line, match, of_index)) {
        if (std::ranges::find(damage.indexes, match[1].str()) == damage.indexes.end())
            damage.indexes.push_back(match[1]);
    } else if (told++ < most_told) {
        damage.elsewhere += (damage.elsewhere.empty() ? "" : "; ") + line;
    }
}

// SQLite gives up where a page is too far gone; that is a finding as well.
template <class Begin>
Damage damage_in(Begin begin) {
    Damage damage;
    std::size_t told = 0;
    try {
        for (Statement rows = begin(); rows.step();) {
            const std::string text = rows.string(0); // one fault a line
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t end = std::min(text.find('\n', at), text.size());
                sort_in(damage, text.substr(at, end - at), told);
                at = end + 1;
            }
        }
    } catch (const platform::Error& error) {
        sort_in(damage, error.what(), told);
    }
    return damage;
}

} // namespace

Damage damage_of(Connection& connection) {
    return damage_in([&] { return connection.prepare_once("PRAGMA integrity_check(100)"); });
}

Damage damage_of(Read& read) {
    return damage_in([&] { return read.query_text("PRAGMA integrity_check(100)"); });
}

bool mend_indexes(Connection& connection) {
    try {
        connection.execute("BEGIN IMMEDIATE");
        connection.execute("REINDEX");
        if (damage_of(connection).none()) {
            connection.execute("COMMIT");
            return true;
        }
    } catch (const platform::Error& error) {
        if (error.kind() == platform::ErrorKind::storage_full) {
            if (connection.in_transaction()) connection.execute("ROLLBACK");
            throw;
        }
        platform::log_error(std::string("store: the indexes cannot be built again: ") + error.what());
    }
    if (connection.in_transaction()) connection.execute("ROLLBACK");
    return false;
}

} // namespace store
