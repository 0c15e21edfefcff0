// Restoring from the page. What is in a backup is shown beside what it would replace before anybody decides.
#include <fstream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "admin/backup_routes.h"
#include "admin/inspection.h"
#include "admin/restore.h"
#include "platform/error.h"

namespace admin {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;

constexpr std::size_t largest_backup = std::size_t{1} << 40;

using OneAtATime = std::shared_ptr<std::mutex>;

http::Shape holdings_shape() {
    const auto count = http::integer(0, INT64_MAX);
    return http::object({{"organisations", count},
                         {"first_organisation", http::text(0, 200)},
                         {"people", count},
                         {"headsets", count},
                         {"contents", count}})
        .named("Holdings");
}

http::Shape restarting_shape() {
    return http::object({{"restarting", http::boolean()}, {"holds", holdings_shape()}});
}

std::unique_lock<std::mutex> locked(std::mutex& one_at_a_time) {
    std::unique_lock lock(one_at_a_time, std::try_to_lock);
    if (!lock.owns_lock()) platform::throw_conflict("A backup is being restored just now.");
    return lock;
}

Answer restarting(const BackupParts& parts, const Holdings& holdings) {
    if (parts.restart) parts.restart();
    return http::json({{"restarting", parts.restart != nullptr}, {"holds", json_of(holdings)}}, 202);
}

void receive(const Call& call, const std::filesystem::path& into) {
    std::ofstream out(into, std::ios::binary | std::ios::trunc);
    std::filesystem::permissions(into,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const bool whole = call.read_body([&](std::string_view bytes) {
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return out.good();
    });
    out.close();
    if (!out)
        throw platform::Error(platform::ErrorKind::storage_full, "The disk has no room for the backup.");
    if (!whole) throw platform::Error(platform::ErrorKind::bad_request, "The backup did not arrive whole.");
}

// Restores a backup instead of making a new school; the same setup code allows both.
Answer restore_upload(const BackupParts& parts, std::mutex& one_at_a_time, const Call& call) {
    const auto lock = locked(one_at_a_time);
    parts.store.write("check setup code", [&](store::Tx& tx) {
        if (!parts.setup.needed(tx)) platform::throw_conflict("This box has been set up already.");
        parts.setup.check_code(tx, call.query("code").value_or(""));
    });
    const std::filesystem::path upload = parts.folder / "restore.tar";
    Inspected inspected;
    try {
        receive(call, upload);
        inspected = stage(parts.folder, upload);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(upload, ignored);
        throw;
    }
    std::filesystem::remove(upload);
    return restarting(parts, inspected.holdings);
}

void refuse_in_lesson(const BackupParts& parts) {
    if (parts.lesson_on && parts.lesson_on())
        platform::throw_conflict("A lesson is on: stop it first, because the box starts again.");
}

Answer look(const BackupParts& parts, const Call& call) {
    const Inspected inspected = verify(parts.backups.path_of(call.parameter("name")), {});
    return http::json({{"holds", json_of(inspected.holdings)},
                       {"content_files", inspected.content_files},
                       {"replaces", json_of(holdings_of(parts.folder / database_name))}});
}

Answer restore_listed(const BackupParts& parts, std::mutex& one_at_a_time, const Call& call) {
    const auto lock = locked(one_at_a_time);
    refuse_in_lesson(parts);
    return restarting(parts, stage(parts.folder, parts.backups.path_of(call.parameter("name"))).holdings);
}

Answer undo(const BackupParts& parts, std::mutex& one_at_a_time) {
    const auto lock = locked(one_at_a_time);
    refuse_in_lesson(parts);
    stage_undo(parts.folder);
    if (parts.restart) parts.restart();
    return http::json({{"restarting", parts.restart != nullptr}}, 202);
}

void add_restoring(http::RouteTable& table, const BackupParts& parts, const OneAtATime& one_at_a_time) {
    table.add(http::get("/v1/backups/:name", "Check a backup; what it holds, beside what it would replace")
                  .slow()
                  .by(Access::box_administrator)
                  .tagged("system")
                  .gives(http::object({{"holds", holdings_shape()},
                                       {"content_files", http::integer(0, INT64_MAX)},
                                       {"replaces", holdings_shape()}}))
                  .handled([parts](Call& call) { return look(parts, call); }));
    table.add(http::post("/v1/backups/:name/restore",
                         "Restore a backup of this box; the box starts again, and what was there is kept")
                  .slow()
                  .by(Access::box_administrator)
                  .tagged("system")
                  .gives(restarting_shape(), 202)
                  .handled([parts, one_at_a_time](Call& call) {
                      return restore_listed(parts, *one_at_a_time, call);
                  }));
    table.add(http::post("/v1/system/backups/undo",
                         "Bring back what the last restore replaced; the box starts again")
                  .slow()
                  .by(Access::box_administrator)
                  .tagged("system")
                  .gives(http::object({{"restarting", http::boolean()}}), 202)
                  .handled([parts, one_at_a_time](Call&) { return undo(parts, *one_at_a_time); }));
}

} // namespace

void add_restore_routes(http::RouteTable& table, const BackupParts& parts) {
    const OneAtATime one_at_a_time = std::make_shared<std::mutex>();
    add_restoring(table, parts, one_at_a_time);
    table.add(http::post("/v1/setup/restore",
                         "Instead of making a school: restore a backup, with the code from the journal")
                  .transfer()
                  .by(Access::open)
                  .tagged("setup")
                  .body_limit(largest_backup)
                  .asks({{"code", http::text(1, 40)}})
                  .gives(restarting_shape(), 202)
                  .handled([parts, one_at_a_time](Call& call) {
                      return restore_upload(parts, *one_at_a_time, call);
                  }));
}

} // namespace admin
