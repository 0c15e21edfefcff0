// Content: apps, videos and images as files of the box, each with a generated name, its size and its SHA-256.
// A file never changes once it is there, so its address can be cached for ever.
//
// An upload is a row and a growing file; the offset is the file's size. When the last byte has arrived, the
// file is examined and becomes content under the same name, so there is no moment at which a crash would lose
// it. A file that no row names belongs to nobody, and the nightly clean-up removes it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "courses/media_type.h"
#include "people/people.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "store/page.h"
#include "store/transaction.h"

namespace courses {

struct LessonReference {
    LessonId id;
    std::string title;
};
inline auto columns_of(LessonReference& lesson) {
    return std::tie(lesson.id, lesson.title);
}

struct Content {
    ContentId id;
    std::string title;
    ContentKind kind = ContentKind::video;
    std::string media_type, file_name, sha256;
    std::int64_t size = 0;
    bool archived = false;
    std::optional<people::PersonReference> created_by;
    std::int64_t created_ms = 0;
};

struct ContentFilter {
    std::optional<ContentKind> kind;
    std::string text; // part of the title
    bool archived = false;
};

struct Upload {
    UploadId id;
    OrganisationId organisation_id;
    std::string title, file_name;
    std::optional<std::string> sha256; // the hash that the client announces
    std::int64_t length = 0, touched_ms = 0;
    std::optional<PersonId> created_by;
    std::optional<ContentId> content_id; // set once all of it has arrived
};

struct NewUpload {
    std::string title;
    std::int64_t length = 0;
    std::optional<std::string> sha256;
    std::optional<PersonId> created_by;
};

struct ContentSpace {
    std::int64_t used_bytes = 0; // by content and uploads; an upload counts in full from its start
    std::optional<std::int64_t> quota_bytes;
};

class Contents {
public:
    static constexpr std::int64_t longest_bytes = 16LL << 30;               // one file
    static constexpr std::int64_t upload_life_ms = 24LL * 3600 * 1000;      // without a byte arriving
    static constexpr std::int64_t archive_life_ms = 7LL * 24 * 3600 * 1000; // an undo is possible until then
    static constexpr std::int64_t most_uploads = 100;                       // unfinished, of an organisation

    explicit Contents(platform::Random& random) : random_(random) {}

    // ---- content ----
    std::optional<Content> find(store::Read& read, OrganisationId organisation_id, ContentId id) const;
    Content get(store::Read& read, OrganisationId organisation_id, ContentId id) const; // Error not_found
    store::Page<Content> list(store::Read& read, OrganisationId organisation_id, const ContentFilter& filter,
                              const store::PageRequest& page) const; // newest first
    std::vector<LessonReference> lessons_of(store::Read& read, OrganisationId organisation_id,
                                            ContentId id) const;
    Content rename(store::Tx& tx, OrganisationId organisation_id, ContentId id, const std::string& title);
    // Error conflict names the lessons that use it.
    void archive(store::Tx& tx, OrganisationId organisation_id, ContentId id);
    Content restore(store::Tx& tx, OrganisationId organisation_id, ContentId id);

    // ---- uploads ----
    Upload start(store::Tx& tx, OrganisationId organisation_id,
                 const NewUpload& upload); // Error too_large: the quota
    Upload upload(store::Read& read, OrganisationId organisation_id, UploadId id) const; // Error not_found
    void touch(store::Tx& tx, const Upload& upload);
    Content finish(store::Tx& tx, const Upload& upload, const MediaType& type, const std::string& sha256);
    void forget(store::Tx& tx, OrganisationId organisation_id, UploadId upload_id);

    // ---- space ----
    ContentSpace space(store::Read& read, OrganisationId organisation_id) const;
    void set_quota(store::Tx& tx, OrganisationId organisation_id, std::optional<std::int64_t> bytes);

    // ---- the nightly clean-up ----
    // Removes uploads that have gone stale, and content that was archived long ago and that no lesson uses.
    // Returns how many rows went.
    std::int64_t forget_old(store::Tx& tx);
    std::vector<std::string> file_names(store::Read& read) const; // of the whole box: files that are in use
    std::vector<Upload> unfinished(store::Read& read) const;      // of the whole box

private:
    platform::Random& random_;
};

nlohmann::json json_of(const Content& content, const std::vector<LessonReference>& lessons);
std::string file_address(ContentId content_id);

} // namespace courses
