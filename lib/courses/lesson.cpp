#include "courses/lesson.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "courses/content.h"
#include "platform/error.h"
#include "platform/text.h"

namespace courses {

namespace {

constexpr store::SqlText lesson_columns = R"sql(
    SELECT id, title, kind, content, duration_ms, archived, created_ms, scenario_id, content_id FROM lessons
    WHERE organisation_id = ?1 )sql";

Lesson lesson_of(const store::Statement& rows) {
    Lesson lesson;
    rows.read(lesson.id, lesson.title, lesson.kind, lesson.content, lesson.duration_ms, lesson.archived,
              lesson.created_ms, lesson.scenario_id, lesson.content_id);
    return lesson;
}

void require_scenario(store::Read& read, OrganisationId organisation_id, LessonKind kind,
                      const std::optional<ScenarioId>& scenario_id) {
    if (!scenario_id) return;
    if (kind != LessonKind::scenario)
        platform::throw_invalid("scenario_id", "is for lessons of kind scenario");
    if (!read.integer("SELECT id FROM scenarios WHERE organisation_id = ? AND id = ?", organisation_id,
                      scenario_id))
        platform::throw_not_found("scenario");
}

// A headset plays the given content, or else the file.
std::string played(const std::string& content, std::optional<ContentId> content_id) {
    return content.empty() && content_id ? file_address(*content_id) : content;
}

// "" when it has none. Browsers skip blanks before a scheme (WHATWG URL, 4.4). What follows the letters of a
// scheme is a colon (RFC 3986, 3.1).
std::string scheme_of(std::string_view address) {
    address = platform::trimmed(address);
    const auto is_part = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
    };
    const auto end = std::ranges::find_if_not(address, is_part);
    if (end == address.end() || *end != ':') return "";
    return platform::lower_ascii({address.begin(), end});
}

} // namespace

void refuse_unsafe_content(LessonKind kind, std::string_view content, const std::string& field) {
    if (kind != LessonKind::web) return;
    constexpr auto safe = std::to_array<std::string_view>({"", "http", "https"});
    if (std::ranges::find(safe, scheme_of(content)) == safe.end())
        platform::throw_invalid(field, "must be an address that begins with http:// or https://");
}

std::optional<Lesson> Lessons::find(store::Read& read, OrganisationId organisation_id, LessonId id) const {
    static constexpr auto by_id = lesson_columns + "AND id = ?2";
    auto rows = read.query(by_id, organisation_id, id);
    return rows.step() ? std::optional(lesson_of(rows)) : std::nullopt;
}

Lesson Lessons::get(store::Read& read, OrganisationId organisation_id, LessonId id) const {
    auto found = find(read, organisation_id, id);
    if (!found) platform::throw_not_found("lesson");
    return *std::move(found);
}

store::Page<Lesson> Lessons::list(store::Read& read, OrganisationId organisation_id,
                                  const store::PageRequest& page, bool archived) const {
    static constexpr auto newest_first =
        lesson_columns + "AND archived = ?4 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3";
    auto rows = read.query(newest_first, organisation_id, page.after, page.limit + 1, archived);
    return store::read_page<Lesson>(std::move(rows), page, lesson_of);
}

void Lessons::refuse_unknown_content(store::Read& read, OrganisationId organisation_id,
                                     ContentId content_id) const {
    if (!read.integer("SELECT id FROM contents WHERE organisation_id = ? AND id = ? AND archived_ms IS NULL",
                      organisation_id, content_id))
        platform::throw_invalid("content_id", "must be content of this organisation");
}

Lesson Lessons::add(store::Tx& tx, OrganisationId organisation_id, const NewLesson& lesson) {
    require_scenario(tx, organisation_id, lesson.kind, lesson.scenario_id);
    refuse_unsafe_content(lesson.kind, lesson.content, "content");
    if (lesson.content_id) refuse_unknown_content(tx, organisation_id, *lesson.content_id);
    const LessonId id = tx.insert<LessonId>(
        "INSERT INTO lessons (organisation_id, title, kind, content, duration_ms, created_ms, scenario_id,"
        " content_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        organisation_id, lesson.title, lesson.kind, played(lesson.content, lesson.content_id),
        lesson.duration_ms, tx.now_ms(), lesson.scenario_id, lesson.content_id);
    return get(tx, organisation_id, id);
}

Lesson Lessons::change(store::Tx& tx, OrganisationId organisation_id, LessonId id,
                       const LessonChange& change) {
    Lesson lesson = get(tx, organisation_id, id);
    lesson.title = change.title.value_or(lesson.title);
    lesson.kind = change.kind.value_or(lesson.kind);
    lesson.content = change.content.value_or(lesson.content);
    lesson.duration_ms = change.duration_ms.value_or(lesson.duration_ms);
    if (lesson.kind != LessonKind::scenario) lesson.scenario_id.reset();
    lesson.scenario_id = change.scenario_id.value_or(lesson.scenario_id);
    require_scenario(tx, organisation_id, lesson.kind, lesson.scenario_id);
    if (change.content_id && *change.content_id != lesson.content_id) {
        if (*change.content_id) refuse_unknown_content(tx, organisation_id, **change.content_id);
        // When the lesson's file changes, the address of its old file no longer applies.
        if (!change.content && lesson.content_id && lesson.content == file_address(*lesson.content_id))
            lesson.content.clear();
        lesson.content_id = *change.content_id;
    }
    lesson.content = played(lesson.content, lesson.content_id);
    if (change.content || change.kind) refuse_unsafe_content(lesson.kind, lesson.content, "content");
    tx.run(
        "UPDATE lessons SET title = ?, kind = ?, content = ?, duration_ms = ?, scenario_id = ?, content_id = ?"
        " WHERE organisation_id = ? AND id = ?",
        lesson.title, lesson.kind, lesson.content, lesson.duration_ms, lesson.scenario_id, lesson.content_id,
        organisation_id, id);
    return lesson;
}

void Lessons::archive(store::Tx& tx, OrganisationId organisation_id, LessonId id) {
    if (tx.run("UPDATE lessons SET archived = 1 WHERE organisation_id = ? AND id = ?", organisation_id, id) ==
        0)
        platform::throw_not_found("lesson");
}

Lesson Lessons::restore(store::Tx& tx, OrganisationId organisation_id, LessonId id) {
    tx.run("UPDATE lessons SET archived = 0 WHERE organisation_id = ? AND id = ?", organisation_id, id);
    return get(tx, organisation_id, id);
}

Lesson Lessons::copy(store::Tx& tx, OrganisationId organisation_id, LessonId id) {
    const Lesson original = get(tx, organisation_id, id);
    return add(tx, organisation_id,
               {original.title, original.kind, original.content, original.duration_ms, original.scenario_id,
                original.content_id});
}

nlohmann::json json_of(const Lesson& lesson) {
    return {{"id", lesson.id},
            {"title", lesson.title},
            {"kind", platform::name_of(lesson.kind)},
            {"content", lesson.content},
            {"duration_ms", lesson.duration_ms ? nlohmann::json(*lesson.duration_ms) : nlohmann::json()},
            {"scenario_id", lesson.scenario_id ? nlohmann::json(*lesson.scenario_id) : nlohmann::json()},
            {"content_id", lesson.content_id ? nlohmann::json(*lesson.content_id) : nlohmann::json()},
            {"archived", lesson.archived},
            {"created_at", platform::iso8601(lesson.created_ms)}};
}

} // namespace courses
