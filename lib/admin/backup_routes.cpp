#include "admin/backup_routes.h"

#include <fstream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "admin/restore.h"
#include "platform/error.h"

namespace admin {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;

constexpr std::size_t largest_backup = std::size_t{1} << 40, piece_bytes = 256 << 10;

http::Shape backup_shape() {
    return http::object({{"name", http::text(1, 80)},
                         {"size", http::integer(0, INT64_MAX)},
                         {"created_at", http::time()}})
        .named("Backup");
}

Answer list(const BackupParts& parts) {
    Json items = Json::array();
    for (const Backup& backup : parts.backups.list())
        items.push_back(json_of(backup));
    return http::json({{"items", items}, {"next", nullptr}});
}

Answer file(const BackupParts& parts, const Call& call) {
    const std::string name = call.parameter("name");
    const std::filesystem::path path = parts.backups.path_of(name);
    Answer answer;
    answer.content_type = "application/x-tar";
    answer.header("Content-Disposition", "attachment; filename=\"" + name + "\"");
    http::Stream stream;
    stream.length = std::filesystem::file_size(path);
    stream.provide = [path](std::uint64_t offset, std::uint64_t length,
                            const std::function<bool(std::string_view)>& write) {
        std::ifstream in(path, std::ios::binary);
        in.seekg(static_cast<std::streamoff>(offset));
        std::string piece(piece_bytes, '\0');
        while (length > 0 && in) {
            in.read(piece.data(),
                    static_cast<std::streamsize>(std::min<std::uint64_t>(length, piece.size())));
            if (in.gcount() <= 0 || !write({piece.data(), static_cast<std::size_t>(in.gcount())})) return;
            length -= static_cast<std::uint64_t>(in.gcount());
        }
    };
    answer.stream = std::move(stream);
    return answer;
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
Answer restore(const BackupParts& parts, std::mutex& one_at_a_time, const Call& call) {
    const std::unique_lock lock(one_at_a_time, std::try_to_lock);
    if (!lock.owns_lock()) platform::throw_conflict("A backup is being restored just now.");
    parts.store.write("check setup code", [&](store::Tx& tx) {
        if (!parts.setup.needed(tx)) platform::throw_conflict("This box has been set up already.");
        parts.setup.check_code(tx, call.query("code").value_or(""));
    });
    const std::filesystem::path upload = parts.folder / "restore.tar";
    try {
        receive(call, upload);
        stage(parts.folder, upload);
    } catch (...) {
        std::error_code ignored;
        std::filesystem::remove(upload, ignored);
        throw;
    }
    std::filesystem::remove(upload);
    if (parts.restart) parts.restart();
    return http::json({{"restarting", parts.restart != nullptr}}, 202);
}

} // namespace

void add_backup_routes(http::RouteTable& table, const BackupParts& parts) {
    table.add(http::get("/v1/backups", "The backups that lie on this box")
                  .slow()
                  .by(Access::box_administrator)
                  .tagged("system")
                  .gives(http::page_of(backup_shape()))
                  .handled([parts](Call&) { return list(parts); }));
    table.add(http::post("/v1/backups", "Back up now; with content also the apps, videos and images")
                  .slow()
                  .by(Access::box_administrator)
                  .tagged("system")
                  .takes(http::object({{"content?", http::boolean()}}))
                  .gives(backup_shape(), 201)
                  .handled([parts](Call& call) {
                      return http::created(
                          json_of(parts.backups.make(call.fields().get_or("content", false))));
                  }));
    table.add(http::get("/v1/backups/:name/file", "A backup itself: as secret as the box")
                  .transfer()
                  .by(Access::box_administrator)
                  .tagged("system")
                  .handled([parts](Call& call) { return file(parts, call); }));
    table.add(http::del("/v1/backups/:name", "Remove a backup")
                  .slow()
                  .by(Access::box_administrator)
                  .tagged("system")
                  .gives(http::nothing(), 204)
                  .handled([parts](Call& call) {
                      parts.backups.remove(call.parameter("name"));
                      return http::no_content();
                  }));
    table.add(http::post("/v1/setup/restore",
                         "Instead of making a school: restore a backup, with the code from the journal")
                  .transfer()
                  .by(Access::open)
                  .tagged("setup")
                  .body_limit(largest_backup)
                  .asks({{"code", http::text(1, 40)}})
                  .gives(http::object({{"restarting", http::boolean()}}), 202)
                  .handled([parts, one_at_a_time = std::make_shared<std::mutex>()](Call& call) {
                      return restore(parts, *one_at_a_time, call);
                  }));
}

} // namespace admin
