#include "admin/backup_routes.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "admin/restore.h"

namespace admin {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;

constexpr std::size_t piece_bytes = 256 << 10;

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

http::Shape nightly_shape() {
    return http::object({{"wanted", http::boolean()},
                         {"with_content", http::boolean()},
                         {"keep_days", http::integer(1, 366)},
                         {"keep_weeks", http::integer(0, 520)},
                         {"last_at", http::nullable(http::time())},
                         {"fault", http::nullable(http::text(1, 2000)).described("Why the last one failed.")},
                         {"target", http::nullable(http::text(1, 4096)).described("Where copies go.")},
                         {"target_last_at", http::nullable(http::time())},
                         {"target_fault", http::nullable(http::text(1, 2000))},
                         {"can_undo", http::boolean().described("What the last restore replaced is kept.")}})
        .named("NightlyBackups");
}

Answer nightly(const BackupParts& parts) {
    Json state = json_of(parts.nightly.state(), parts.nightly.options());
    state["can_undo"] = can_undo(parts.folder);
    return http::json(state);
}

} // namespace

http::Shape backup_shape() {
    return http::object({{"name", http::text(1, 80)},
                         {"size", http::integer(0, INT64_MAX)},
                         {"created_at", http::time()},
                         {"nightly", http::boolean().described("The box made it by itself.")}})
        .named("Backup");
}

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
    table.add(
        http::get("/v1/system/backups", "How the nightly backups go, and whether a restore can be undone")
            .slow()
            .by(Access::box_administrator)
            .tagged("system")
            .gives(nightly_shape())
            .handled([parts](Call&) { return nightly(parts); }));
    add_restore_routes(table, parts);
}

} // namespace admin
