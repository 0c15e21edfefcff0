#include "app/checkup/data.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "admin/backup.h"
#include "admin/inspection.h"
#include "app/first_start.h"
#include "audit/verify.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/sha256.h"
#include "platform/text.h"
#include "store/mend.h"
#include "store/migrate.h"
#include "store/schema_check.h"
#include "store/settings.h"

namespace app {

namespace {

namespace fs = std::filesystem;

constexpr const char* restore_advice =
    "Restore the newest backup ('lectern restore', or Administration, Backups): what was done since it was made is "
    "lost. Keep a copy of the data folder first.";

std::string counted(std::size_t number, const char* one, const char* several) {
    return std::to_string(number) + " " + (number == 1 ? one : several);
}

Finding pages(const store::Damage& damage) {
    if (damage.elsewhere.empty()) return {"", Health::good, "every page of it is sound", ""};
    return {"", Health::bad, "damaged: " + damage.elsewhere, restore_advice};
}

Finding indexes(const store::Damage& damage) {
    if (damage.indexes.empty()) return {"", Health::good, "each agrees with its table", ""};
    std::string names;
    for (const std::string& name : damage.indexes)
        names += (names.empty() ? "" : ", ") + name;
    return {"", Health::bad, "damaged: " + names + ". No row is lost; writing to their tables fails.",
            "Stop the server and run 'lectern doctor --fix': it builds them again from their tables."};
}

Finding schema(store::Read& read) {
    const store::Schema ours = store::embedded_schema();
    const auto version = read.integer("PRAGMA user_version").value_or(0);
    if (version > ours.version())
        return {"", Health::bad,
                "version " + std::to_string(version) + ", newer than this program's " +
                    std::to_string(ours.version()),
                "Install the newer Lectern that made it."};
    if (version < ours.version())
        return {"", Health::good,
                "version " + std::to_string(version) + "; the next start brings it to " +
                    std::to_string(ours.version()),
                ""};
    if (const auto difference = store::schema_difference(read, ours); !difference.empty())
        return {"", Health::bad, "not Lectern's: " + difference, restore_advice};
    return {"", Health::good, "version " + std::to_string(version), ""};
}

Finding references(store::Read& read) {
    auto rows = read.query_text("PRAGMA foreign_key_check");
    std::map<std::string, std::size_t> faults; // by table
    while (rows.step())
        ++faults[std::get<0>(
            rows.values<std::string, std::optional<std::int64_t>, std::string, std::int64_t>())];
    if (faults.empty()) return {"", Health::good, "no row refers to one that is missing", ""};
    std::string tables;
    for (const auto& [table, rows_of_it] : faults)
        tables += (tables.empty() ? "" : ", ") + std::to_string(rows_of_it) + " of " + table;
    return {"", Health::bad, "rows refer to others that are missing: " + tables, restore_advice};
}

Finding audit_log(store::Read& read, const audit::Evidence& evidence) {
    const auto verified = audit::verify(read, evidence);
    const std::string rows = counted(static_cast<std::size_t>(verified.rows), "row", "rows");
    if (!verified.intact && !evidence.key && verified.first_bad_id == 0)
        return {"", Health::bad, verified.fault,
                "Put the file 'audit-key' back, or restore a backup. 'lectern begin-anew --audit' goes on "
                "without; nobody can check then what the log says up to now."};
    if (!verified.intact)
        return {
            "", Health::bad, verified.fault,
            "Ask who can write to the data folder, and whether somebody put a database there by hand, or had "
            "an older Lectern at work: that looks the same. Lines with 'audit-head' in the journal say how far "
            "the log went. 'lectern begin-anew --audit' goes on with what is left, and ends this message."};
    if (verified.unchecked_to > 0)
        return {"", Health::warning,
                rows + ", each following from the one before; rows up to " +
                    std::to_string(verified.unchecked_to) +
                    " are not checked, because somebody began anew behind them",
                "They go when they are as old as the audit log is kept."};
    return {"", Health::good,
            rows + ", each following from the one before" +
                (verified.has_head ? ", and the head is among them" : "; the next start begins a new head"),
            ""};
}

Finding pepper(store::Read& read, const fs::path& folder) {
    const auto bytes = platform::read_file(folder / "pepper");
    const auto kept = store::setting(read, admin::pepper_check_setting, 0);
    const char* advice =
        "Put the right file back or restore a backup. 'lectern begin-anew --pepper' keeps the school; every PIN and "
        "password must then be set again.";
    if (!bytes && kept == 0) return {"", Health::good, "not made yet", ""};
    if (!bytes) return {"", Health::bad, "gone: no PIN or password can be checked", advice};
    const auto check = platform::pepper_check(*bytes);
    if (!check) return {"", Health::bad, "damaged: it has another size than any", advice};
    if (kept != 0 && *check != kept)
        return {"", Health::bad, "not the one of this database: no PIN or password is right", advice};
    return {"", Health::good, "belongs to the database", ""};
}

Finding content(store::Read& read, const fs::path& folder, bool hashes) {
    auto rows = read.query("SELECT file_name, size, sha256, title FROM contents");
    std::size_t files = 0, missing = 0, changed = 0;
    std::string titles;
    while (rows.step()) {
        ++files;
        const auto [file_name, kept_size, sha256, title] =
            rows.values<std::string, std::int64_t, std::string, std::string>();
        const fs::path file = folder / admin::content_folder / file_name;
        std::error_code none;
        const auto size = fs::file_size(file, none);
        const bool is_there = !none && static_cast<std::int64_t>(size) == kept_size;
        if (is_there && (!hashes || platform::sha256_of_file(file) == sha256)) continue;
        ++(is_there ? changed : missing);
        if (missing + changed <= 5) titles += (titles.empty() ? "" : ", ") + title;
    }
    if (missing + changed == 0)
        return {"", Health::good,
                counted(files, "file", "files") + (hashes ? ", each with its SHA-256" : ", all there"), ""};
    return {"", Health::bad,
            counted(missing, "file is", "files are") + " missing or of another size, " +
                counted(changed, "has", "have") + " other bytes: " + titles,
            "Upload them again, or restore a backup with content."};
}

Finding permissions(const fs::path& folder) {
    constexpr auto others = fs::perms::group_all | fs::perms::others_all;
    std::string open;
    for (const char* name :
         {"", "lectern.db", "lectern.db-wal", "pepper", "audit-key", "content", "backups"}) {
        std::error_code none;
        const auto status = fs::status(*name ? folder / name : folder, none);
        if (!none && fs::exists(status) && (status.permissions() & others) != fs::perms::none)
            open += std::string(open.empty() ? "" : ", ") + (*name ? name : "the data folder");
    }
    if (open.empty()) return {"", Health::good, "nobody else can read the data", ""};
    return {"", Health::bad, "others can read: " + open, "'lectern doctor --fix' takes that right away."};
}

Finding disk(const fs::path& folder) {
    constexpr std::uintmax_t little = 1ULL << 30, full = 64ULL << 20;
    std::error_code unknown;
    const auto space = fs::space(folder, unknown);
    if (unknown) return {"", Health::bad, "cannot be asked: " + unknown.message(), ""};
    const std::string says =
        std::to_string(space.available >> 20) + " MiB free of " + std::to_string(space.capacity >> 20);
    const char* advice = "Remove content or backups in the page, or other files on the disk.";
    if (space.available < full) return {"", Health::bad, says + ": nothing can be saved soon", advice};
    if (space.available < little) return {"", Health::warning, says + ": little is left", advice};
    return {"", Health::good, says, ""};
}

Finding backups(const fs::path& folder, std::int64_t now_ms) {
    const auto list = admin::backups_in(folder / "backups");
    if (list.empty())
        return {"", Health::good, "none yet; the box makes one by itself once there is a school", ""};
    constexpr std::int64_t day_ms = 86'400'000;
    const std::int64_t days = (now_ms - list.front().created_ms) / day_ms;
    const std::string says =
        std::to_string(list.size()) + ", the newest " + list.front().name + ", " +
        counted(static_cast<std::size_t>(std::max<std::int64_t>(days, 0)), "day", "days") + " old";
    if (days <= 3) return {"", Health::good, says, ""};
    return {"", Health::warning, says,
            "Look into Administration, Backups: it says why no nightly one is made."};
}

} // namespace

nlohmann::json json_of(const Findings& findings) {
    nlohmann::json items = nlohmann::json::array();
    for (const Finding& finding : findings)
        items.push_back({{"check", finding.check},
                         {"health", platform::name_of(finding.health)},
                         {"says", finding.says},
                         {"advice", finding.advice}});
    return items;
}

Health worst_of(const Findings& findings) {
    Health worst = Health::good;
    for (const Finding& finding : findings)
        worst = std::max(worst, finding.health);
    return worst;
}

Findings examine_data(store::Read& read, const fs::path& folder, const audit::Evidence& evidence,
                      bool hashes) {
    Findings findings;
    store::Damage damage;
    examine(findings, "database", [&] {
        damage = store::damage_of(read);
        return pages(damage);
    });
    examine(findings, "indexes", [&] { return indexes(damage); });
    examine(findings, "schema", [&] { return schema(read); });
    examine(findings, "references", [&] { return references(read); });
    examine(findings, "audit log", [&] { return audit_log(read, evidence); });
    examine(findings, "pepper", [&] { return pepper(read, folder); });
    examine(findings, "content", [&] { return content(read, folder, hashes); });
    return findings;
}

Findings examine_folder(const fs::path& folder, std::int64_t now_ms) {
    Findings findings;
    examine(findings, "permissions", [&] { return permissions(folder); });
    examine(findings, "disk", [&] { return disk(folder); });
    examine(findings, "backups", [&] { return backups(folder, now_ms); });
    return findings;
}

Finding examine_start(const fs::path& folder) {
    std::error_code none;
    const auto size = fs::file_size(folder / admin::database_name, none);
    if (none || size == 0) {
        const std::string why = why_not_a_new_school(folder);
        if (why.empty())
            return {"start", Health::good, "there is no school here yet; the first start makes one", ""};
        return {"start", Health::bad, why, ""};
    }
    if (!fs::exists(folder / "lectern.db-wal") && fs::exists(folder / "lectern.db-shm"))
        return {
            "start", Health::bad,
            "lectern.db-wal is gone, though the server did not end in order: what was done last is missing",
            "Put it back, or restore a backup. To go on without it: 'lectern begin-anew --log'."};
    return {"start", Health::good, "the database and its log are there", ""};
}

} // namespace app
