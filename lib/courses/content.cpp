#include "courses/content.h"

#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/text.h"
#include "platform/uuid.h"
#include "store/epoch.h"

namespace courses {

namespace {

constexpr store::SqlText content_columns = R"sql(
    SELECT c.id, c.title, c.kind, c.media_type, c.file_name, c.sha256, c.size, c.archived_ms, c.created_ms,
           p.id, p.nickname
    FROM contents c LEFT JOIN persons p ON p.id = c.created_by WHERE c.organisation_id = ?1 )sql";

Content content_of(const store::Statement& rows) {
    Content content;
    rows.read(content.id, content.title, content.kind, content.media_type, content.file_name, content.sha256,
              content.size, store::not_null(content.archived), content.created_ms, content.created_by);
    return content;
}

constexpr store::SqlText upload_columns = R"sql(
    SELECT id, organisation_id, title, file_name, sha256, length, touched_ms, created_by, content_id
    FROM uploads )sql";

Upload upload_of(const store::Statement& rows) {
    Upload upload;
    rows.read(upload.id, upload.organisation_id, upload.title, upload.file_name, upload.sha256, upload.length,
              upload.touched_ms, upload.created_by, upload.content_id);
    return upload;
}

// LIKE's own wildcards are matched literally.
std::string containing(const std::string& text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

} // namespace

std::optional<Content> Contents::find(store::Read& read, OrganisationId organisation_id, ContentId id) const {
    static constexpr auto by_id = content_columns + "AND c.id = ?2";
    auto rows = read.query(by_id, organisation_id, id);
    return rows.step() ? std::optional(content_of(rows)) : std::nullopt;
}

Content Contents::get(store::Read& read, OrganisationId organisation_id, ContentId id) const {
    auto found = find(read, organisation_id, id);
    if (!found) platform::throw_not_found("content");
    return *std::move(found);
}

store::Page<Content> Contents::list(store::Read& read, OrganisationId organisation_id,
                                    const ContentFilter& filter, const store::PageRequest& page) const {
    static constexpr auto newest_first = content_columns + R"sql(
        AND (c.archived_ms IS NOT NULL) = ?2 AND (?3 IS NULL OR c.kind = ?3)
        AND c.title LIKE ?4 ESCAPE '\' AND (?5 IS NULL OR c.id < ?5) ORDER BY c.id DESC LIMIT ?6)sql";
    auto rows = read.query(newest_first, organisation_id, filter.archived, filter.kind,
                           containing(filter.text), page.after, page.limit + 1);
    return store::read_page<Content>(std::move(rows), page, content_of);
}

std::vector<LessonReference> Contents::lessons_of(store::Read& read, OrganisationId organisation_id,
                                                  ContentId id) const {
    auto rows = read.query(
        "SELECT id, title FROM lessons WHERE organisation_id = ? AND content_id = ? AND archived = 0 ORDER "
        "BY id",
        organisation_id, id);
    std::vector<LessonReference> lessons;
    while (rows.step())
        rows.read(lessons.emplace_back());
    return lessons;
}

Content Contents::rename(store::Tx& tx, OrganisationId organisation_id, ContentId id,
                         const std::string& title) {
    if (tx.run("UPDATE contents SET title = ?3 WHERE organisation_id = ?1 AND id = ?2", organisation_id, id,
               title) == 0)
        platform::throw_not_found("content");
    return get(tx, organisation_id, id);
}

void Contents::archive(store::Tx& tx, OrganisationId organisation_id, ContentId id) {
    get(tx, organisation_id, id);
    const auto lessons = lessons_of(tx, organisation_id, id);
    if (!lessons.empty()) {
        std::string titles;
        for (const auto& lesson : lessons)
            titles += (titles.empty() ? "\"" : ", \"") + lesson.title + "\"";
        platform::throw_conflict("Lessons use it: " + titles + ".");
    }
    tx.run(
        "UPDATE contents SET archived_ms = ?3 WHERE organisation_id = ?1 AND id = ?2 AND archived_ms IS NULL",
        organisation_id, id, tx.now_ms());
}

Content Contents::restore(store::Tx& tx, OrganisationId organisation_id, ContentId id) {
    tx.run("UPDATE contents SET archived_ms = NULL WHERE organisation_id = ? AND id = ?", organisation_id,
           id);
    return get(tx, organisation_id, id);
}

Upload Contents::start(store::Tx& tx, OrganisationId organisation_id, const NewUpload& wanted) {
    const ContentSpace now = space(tx, organisation_id);
    if (now.quota_bytes && now.used_bytes + wanted.length > *now.quota_bytes)
        throw platform::Error(platform::ErrorKind::too_large,
                              "The organisation's content may take " + std::to_string(*now.quota_bytes) +
                                  " bytes, and " + std::to_string(now.used_bytes) + " are taken.");
    const auto open = tx.integer(
        "SELECT count(*) FROM uploads WHERE organisation_id = ? AND content_id IS NULL", organisation_id);
    if (open.value_or(0) >= most_uploads) platform::throw_conflict("Too many uploads are under way.");
    const UploadId id = tx.insert<UploadId>(
        "INSERT INTO uploads (organisation_id, title, file_name, sha256, length, created_by, touched_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        organisation_id, wanted.title, platform::random_uuid(random_), wanted.sha256, wanted.length,
        wanted.created_by, tx.now_ms());
    return upload(tx, organisation_id, id);
}

Upload Contents::upload(store::Read& read, OrganisationId organisation_id, UploadId id) const {
    auto rows = read.query(
        "SELECT id, organisation_id, title, file_name, sha256, length, touched_ms, created_by, content_id"
        " FROM uploads WHERE organisation_id = ? AND id = ?",
        organisation_id, id);
    if (!rows.step()) platform::throw_not_found("upload");
    return upload_of(rows);
}

void Contents::touch(store::Tx& tx, const Upload& upload) {
    tx.run("UPDATE uploads SET touched_ms = ? WHERE id = ?", tx.now_ms(), upload.id);
}

Content Contents::finish(store::Tx& tx, const Upload& wanted, const MediaType& type,
                         const std::string& sha256) {
    const Upload now = upload(tx, wanted.organisation_id, wanted.id);
    if (now.content_id) return get(tx, now.organisation_id, *now.content_id);
    static constexpr auto insert =
        "INSERT INTO contents (id, organisation_id, title, kind, media_type, file_name, sha256, size, created_by,"
        " created_ms) VALUES (max(coalesce((SELECT max(id) FROM contents), 0), " +
        store::ids_from + ") + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const ContentId id = tx.insert<ContentId>(insert, now.organisation_id, now.title, type.kind, type.name,
                                              now.file_name, sha256, now.length, now.created_by, tx.now_ms());
    tx.run("UPDATE uploads SET content_id = ?, touched_ms = ? WHERE id = ?", id, tx.now_ms(), now.id);
    return get(tx, now.organisation_id, id);
}

void Contents::forget(store::Tx& tx, OrganisationId organisation_id, UploadId upload_id) {
    if (tx.run("DELETE FROM uploads WHERE organisation_id = ? AND id = ?", organisation_id, upload_id) == 0)
        platform::throw_not_found("upload");
}

ContentSpace Contents::space(store::Read& read, OrganisationId organisation_id) const {
    ContentSpace space;
    space.used_bytes =
        read.integer(
                "SELECT coalesce((SELECT sum(size) FROM contents WHERE organisation_id = ?1), 0) + coalesce("
                "(SELECT sum(length) FROM uploads WHERE organisation_id = ?1 AND content_id IS NULL), 0)",
                organisation_id)
            .value_or(0);
    space.quota_bytes =
        read.integer("SELECT quota_bytes FROM content_quotas WHERE organisation_id = ?", organisation_id);
    return space;
}

void Contents::set_quota(store::Tx& tx, OrganisationId organisation_id, std::optional<std::int64_t> bytes) {
    tx.run("DELETE FROM content_quotas WHERE organisation_id = ?", organisation_id);
    if (bytes)
        tx.run("INSERT INTO content_quotas (organisation_id, quota_bytes) VALUES (?, ?)", organisation_id,
               *bytes);
}

std::int64_t Contents::forget_old(store::Tx& tx) {
    const std::int64_t uploads =
        tx.run("DELETE FROM uploads WHERE touched_ms < ?", tx.now_ms() - upload_life_ms);
    const std::int64_t contents = tx.run(
        "DELETE FROM contents WHERE archived_ms < ? AND NOT EXISTS"
        " (SELECT 1 FROM lessons l WHERE l.content_id = contents.id)",
        tx.now_ms() - archive_life_ms);
    return uploads + contents;
}

std::vector<std::string> Contents::file_names(store::Read& read) const {
    auto rows = read.query("SELECT file_name FROM contents UNION SELECT file_name FROM uploads");
    std::vector<std::string> names;
    while (rows.step())
        names.push_back(rows.values<std::string>());
    return names;
}

std::vector<Upload> Contents::unfinished(store::Read& read) const {
    static constexpr auto without_content = upload_columns + "WHERE content_id IS NULL";
    auto rows = read.query(without_content);
    std::vector<Upload> uploads;
    while (rows.step())
        uploads.push_back(upload_of(rows));
    return uploads;
}

std::string file_address(ContentId content_id) {
    return "/v1/content/" + to_string(content_id) + "/file";
}

nlohmann::json json_of(const Content& content, const std::vector<LessonReference>& lessons) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& lesson : lessons)
        list.push_back({{"id", lesson.id}, {"title", lesson.title}});
    const bool image = content.kind == ContentKind::image;
    return {{"id", content.id},
            {"title", content.title},
            {"kind", platform::name_of(content.kind)},
            {"media_type", content.media_type},
            {"size", content.size},
            {"sha256", content.sha256},
            {"archived", content.archived},
            {"created_at", platform::iso8601(content.created_ms)},
            {"created_by", people::json_of(content.created_by)},
            {"lessons", list},
            {"file", file_address(content.id)},
            // No library on the box decodes images, so an image is its own preview.
            {"preview", image ? nlohmann::json(file_address(content.id)) : nlohmann::json()}};
}

} // namespace courses
