// Lessons: what is taught. A lesson is an installed app, a 360 video, a web page or a scenario; `content` is
// what a headset plays: a package, an address, or a name that it knows.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"
#include "platform/names.h"
#include "store/page.h"
#include "store/transaction.h"

namespace courses {

enum class LessonKind { app, video, web, scenario };
constexpr auto names_of(LessonKind) {
    return platform::names<LessonKind>({{LessonKind::app, "app"},
                                        {LessonKind::video, "video"},
                                        {LessonKind::web, "web"},
                                        {LessonKind::scenario, "scenario"}});
}
// Whether a lesson of this kind is over at its duration. That of the others is a plan: an app doesn't stop
// because the hour does.
constexpr bool ends_by_clock(LessonKind kind) {
    return kind == LessonKind::video;
}

// Error invalid at `field` when a browser would do with `content` what no address does: a lesson of kind web
// is a name that the headset knows, or an address of http or https. "javascript:" and "data:" would run in the
// page that opens them.
void refuse_unsafe_content(LessonKind kind, std::string_view content, const std::string& field);

struct Lesson {
    LessonId id;
    std::string title;
    LessonKind kind = LessonKind::video;
    std::string content;
    std::optional<std::int64_t> duration_ms; // absent: it ends when it is stopped
    std::optional<ScenarioId> scenario_id;   // of kind scenario
    std::optional<ContentId> content_id;     // a file of the box; then `content` is its address
    bool archived = false;
    std::int64_t created_ms = 0;
};

struct NewLesson {
    std::string title;
    LessonKind kind = LessonKind::video;
    std::string content;
    std::optional<std::int64_t> duration_ms;
    std::optional<ScenarioId> scenario_id{};
    std::optional<ContentId> content_id{};
};

// An absent field stays as it is.
struct LessonChange {
    std::optional<std::string> title;
    std::optional<LessonKind> kind;
    std::optional<std::string> content;
    std::optional<std::optional<std::int64_t>> duration_ms;
    std::optional<std::optional<ScenarioId>> scenario_id;
    std::optional<std::optional<ContentId>> content_id;
};

class Lessons {
public:
    Lesson add(store::Tx& tx, OrganisationId organisation_id, const NewLesson& lesson);
    // Finds archived ones too.
    std::optional<Lesson> find(store::Read& read, OrganisationId organisation_id, LessonId id) const;
    Lesson get(store::Read& read, OrganisationId organisation_id, LessonId id) const; // Error not_found
    // Newest first; either those not archived, or only the archived ones.
    store::Page<Lesson> list(store::Read& read, OrganisationId organisation_id,
                             const store::PageRequest& page, bool archived = false) const;
    Lesson change(store::Tx& tx, OrganisationId organisation_id, LessonId id, const LessonChange& change);
    // Takes it out of the lists; sessions and runs keep it.
    void archive(store::Tx& tx, OrganisationId organisation_id, LessonId id);
    Lesson restore(store::Tx& tx, OrganisationId organisation_id, LessonId id);
    Lesson copy(store::Tx& tx, OrganisationId organisation_id, LessonId id);

private:
    void refuse_unknown_content(store::Read& read, OrganisationId organisation_id,
                                ContentId content_id) const;
};

nlohmann::json json_of(const Lesson& lesson);

} // namespace courses
