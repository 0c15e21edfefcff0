#include "courses/content_routes.h"

#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "platform/error.h"

namespace courses {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;
using store::Read;
using store::Tx;

http::Shape content_shape() {
    return http::object(
               {{"id", http::identifier()},
                {"title", http::text(1, 200)},
                {"kind", http::one_of<ContentKind>()},
                {"media_type", http::text(1, 100)},
                {"size", http::integer(0, INT64_MAX)},
                {"sha256", http::text(64, 64)},
                {"archived", http::boolean()},
                {"created_at", http::time()},
                {"created_by", http::nullable(http::person_reference())},
                {"lessons",
                 http::list(http::object({{"id", http::identifier()}, {"title", http::text(1, 200)}}),
                            100'000)
                     .described("Where it is used.")},
                {"file", http::text(1, 200)},
                {"preview", http::nullable(http::text(1, 200))},
                {"missing", http::boolean().described(
                                "Its file is not on the box: a backup without content was restored.")}})
        .named("Content");
}

Json described(const ContentParts& parts, Read& read, OrganisationId organisation_id,
               const Content& content) {
    Json json = json_of(content, parts.contents.lessons_of(read, organisation_id, content.id));
    json["missing"] = !parts.files.has(content);
    return json;
}

Answer answer_of(const ContentParts& parts, const Call& call, Read& read, const Content& content) {
    return http::json(described(parts, read, call.caller.organisation_id, content))
        .on({{"content", content.id}});
}

Answer list(const ContentParts& parts, Call& call, Read& read) {
    ContentFilter filter;
    if (const auto kind = call.query("kind")) filter.kind = platform::named<ContentKind>(*kind);
    filter.text = call.query("q").value_or("");
    filter.archived = call.query("archived") == "true";
    const OrganisationId organisation_id = call.caller.organisation_id;
    const auto page =
        parts.contents.list(read, organisation_id, filter, http::page_request<store::PageRequest>(call));
    return http::page_answer(
        page, [&](const Content& content) { return described(parts, read, organisation_id, content); });
}

// A file never changes, so a client that has it need not ask again.
Answer file(const ContentParts& parts, Call& call) {
    const Content content = parts.store.read([&](Read& read) {
        return parts.contents.get(read, call.caller.organisation_id, call.id<ContentId>("id"));
    });
    const std::string tag = '"' + content.sha256 + '"';
    Answer answer;
    answer.content_type = content.media_type;
    answer.header("ETag", tag).header("Cache-Control", "private, max-age=31536000, immutable");
    answer.on({{"content", content.id}});
    if (call.header("if-none-match").find(tag) != std::string::npos) {
        answer.status = 304;
        answer.content_type.clear();
        return answer;
    }
    if (content.kind == ContentKind::app)
        answer.header("Content-Disposition",
                      "attachment; filename=\"content-" + to_string(content.id) + ".apk\"");
    // Before any byte: a stream that breaks off looks like a bad network, and headsets would try for ever.
    if (!parts.files.has(content))
        platform::throw_conflict(
            "The file of \"" + content.title +
            "\" is not on this box: a backup without content was restored. Upload it again"
            ", or restore a backup with content.");
    http::Stream stream;
    stream.length = static_cast<std::uint64_t>(content.size);
    // Headsets share the classroom's Wi-Fi with the lesson, so their downloads are paced; a teacher watching
    // a video is one client.
    Pace* pace = call.caller.device_id ? &parts.pace : nullptr;
    stream.provide = [&files = parts.files, pace, name = content.file_name](
                         std::uint64_t offset, std::uint64_t length,
                         const std::function<bool(std::string_view)>& write) {
        files.read(name, offset, length, [&](std::string_view piece) {
            if (pace) pace->take(piece.size());
            return write(piece);
        });
    };
    answer.stream = std::move(stream);
    return answer;
}

http::Shape space_shape() {
    return http::object({{"used_bytes", http::integer(0, INT64_MAX)},
                         {"quota_bytes", http::nullable(http::integer(0, INT64_MAX))},
                         {"free_bytes", http::integer(0, INT64_MAX)}});
}

Answer space(const ContentParts& parts, const Call& call, Read& read) {
    const ContentSpace space = parts.contents.space(read, call.caller.organisation_id);
    return http::json({{"used_bytes", space.used_bytes},
                       {"quota_bytes", space.quota_bytes ? Json(*space.quota_bytes) : Json()},
                       {"free_bytes", parts.files.free_bytes()}});
}

void add_reading(http::RouteTable& table, const ContentParts& parts) {
    http::Fields asked = http::paging_fields();
    asked.emplace_back("kind?", http::one_of<ContentKind>());
    asked.emplace_back("q?", http::text(0, 200));
    asked.emplace_back("archived?", http::one_of({"true", "false"}));
    table.add(http::get("/v1/content", "Apps, videos and images of the box, newest first")
                  .reads()
                  .by(Access::viewer)
                  .tagged("content")
                  .asks(asked)
                  .gives(http::page_of(content_shape()))
                  .handled<Read>([parts](Call& call, Read& read) { return list(parts, call, read); }));
    table.add(http::get("/v1/content/:id", "One of them, and the lessons that use it")
                  .reads()
                  .by(Access::viewer)
                  .tagged("content")
                  .gives(content_shape())
                  .handled<Read>([parts](Call& call, Read& read) {
                      return answer_of(
                          parts, call, read,
                          parts.contents.get(read, call.caller.organisation_id, call.id<ContentId>("id")));
                  }));
    table.add(http::get("/v1/content/:id/file", "The file itself, whole or in ranges")
                  .transfer()
                  .by(Access::signed_in)
                  .counted()
                  .tagged("content")
                  .handled([parts](Call& call) { return file(parts, call); }));
    table.add(http::get("/v1/content-space", "How much room content takes, may take and has")
                  .reads()
                  .by(Access::viewer)
                  .tagged("content")
                  .gives(space_shape())
                  .handled<Read>([parts](Call& call, Read& read) { return space(parts, call, read); }));
}

void add_changing(http::RouteTable& table, const ContentParts& parts) {
    table.add(http::patch("/v1/content/:id", "Rename content")
                  .writes()
                  .by(Access::teacher)
                  .tagged("content")
                  .takes(http::object({{"title", http::text(1, 200)}}))
                  .gives(content_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      return answer_of(
                          parts, call, tx,
                          parts.contents.rename(tx, call.caller.organisation_id, call.id<ContentId>("id"),
                                                call.fields().get<std::string>("title")));
                  }));
    table.add(http::del("/v1/content/:id", "Remove content that no lesson uses; its file stays for a week")
                  .writes()
                  .by(Access::teacher)
                  .tagged("content")
                  .gives(http::nothing(), 204)
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      parts.contents.archive(tx, call.caller.organisation_id, call.id<ContentId>("id"));
                      return http::no_content().on({{"content", call.id<ContentId>("id")}});
                  }));
    table.add(http::post("/v1/content/:id/restore", "Undo the removal")
                  .writes()
                  .by(Access::teacher)
                  .tagged("content")
                  .gives(content_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      return answer_of(
                          parts, call, tx,
                          parts.contents.restore(tx, call.caller.organisation_id, call.id<ContentId>("id")));
                  }));
    table.add(http::put("/v1/content-space", "Limit the room that the organisation's content may take")
                  .writes()
                  .by(Access::box_administrator)
                  .tagged("content")
                  .takes(http::object({{"quota_bytes", http::nullable(http::integer(0, INT64_MAX))}}))
                  .gives(space_shape())
                  .handled<Tx>([parts](Call& call, Tx& tx) {
                      parts.contents.set_quota(tx, call.caller.organisation_id,
                                               call.fields().find<std::int64_t>("quota_bytes"));
                      return space(parts, call, tx);
                  }));
}

} // namespace

void add_content_routes(http::RouteTable& table, const ContentParts& parts) {
    add_reading(table, parts);
    add_changing(table, parts);
    add_upload_routes(table, parts);
}

} // namespace courses
