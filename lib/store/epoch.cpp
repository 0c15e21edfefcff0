#include "store/epoch.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/crypto.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/text.h"
#include "store/settings.h"

namespace store {

namespace {

constexpr const char *epoch_setting = "epoch", *ids_setting = "ids_from";

// More ids than a box gives out between a backup and its restore.
constexpr std::int64_t at_least_further = 1'000'000;
constexpr std::int64_t year_2025_s = 1'735'689'600;

struct Epoch {
    std::string name; // "": none
    std::int64_t ids_from = 0;
};

// The file is one line: "NAME IDS_FROM".
Epoch read_epoch(const std::filesystem::path& file) {
    const std::string bytes = platform::read_file(file).value_or("");
    const std::string_view line = platform::trimmed(bytes);
    const std::size_t space = line.find(' ');
    if (space == line.npos) return {};
    const auto ids_from = platform::parse_integer(line.substr(space + 1));
    return ids_from ? Epoch{std::string(line.substr(0, space)), *ids_from} : Epoch{};
}

void write_epoch(const std::filesystem::path& file, const Epoch& epoch) {
    platform::write_file_atomically(file, epoch.name + ' ' + std::to_string(epoch.ids_from) + '\n');
}

// Two restores of one backup, on two machines, must not begin at the same id either: a box gives out less than one
// a second, so the seconds since 2025 are beyond all ids. A clock that is wrong doesn't make it worse than what
// either side remembers.
std::int64_t beyond(const Epoch& here, const Epoch& there, std::int64_t now_ms) {
    return std::max(std::max(here.ids_from, there.ids_from) + at_least_further, now_ms / 1000 - year_2025_s);
}

} // namespace

bool begin_epoch_if_moved(Store& store, const std::filesystem::path& folder, platform::Random& random) {
    const std::filesystem::path file = folder / "epoch";
    const Epoch beside = read_epoch(file);
    bool is_new = false;
    std::int64_t now_ms = 0;
    const Epoch inside = store.read([&](Read& read) {
        is_new = beside.name.empty() && !read.integer("SELECT 1 FROM settings LIMIT 1");
        now_ms = read.now_ms();
        return Epoch{setting(read, epoch_setting).value_or(""), setting(read, ids_setting, 0)};
    });
    if (!inside.name.empty() && inside.name == beside.name) return false;
    const Epoch begun{platform::random_token(random, 9), is_new ? 0 : beyond(inside, beside, now_ms)};
    // The file last: if we are cut off in between, the next start begins another epoch, which does no harm.
    store.write("begin epoch", [&](Tx& tx) {
        set_setting(tx, epoch_setting, begun.name);
        set_setting(tx, ids_setting, begun.ids_from);
    });
    write_epoch(file, begun);
    if (!is_new)
        platform::log_info(
            "this database was restored or copied here: new sessions, runs and files are numbered"
            " from " +
            std::to_string(begun.ids_from));
    return !is_new;
}

std::string epoch_name(Read& read) {
    return setting(read, epoch_setting).value_or("");
}

void forget_epoch(const std::filesystem::path& folder) {
    write_epoch(folder / "epoch", {"forgotten", read_epoch(folder / "epoch").ids_from});
}

} // namespace store
