#include "courses/lesson.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "support/classroom.h"

using courses::Lesson;
using courses::LessonKind;
using support::Classroom;

TEST_CASE("lessons are listed newest first, a page at a time", "[courses]") {
    Classroom school;
    for (const char* title : {"Coral reef", "Mars", "Rome"})
        school.add_lesson(title, 60'000);
    school.read([&](store::Read& read) {
        const auto& lessons = school.services->lessons;
        const auto first = lessons.list(read, school.organisation, {.limit = 2, .after = {}});
        REQUIRE(first.items.size() == 2);
        CHECK(first.items[0].title == "Rome");
        CHECK(first.items[1].title == "Mars");
        const auto rest = lessons.list(read, school.organisation, {.limit = 2, .after = first.next});
        REQUIRE(rest.items.size() == 1);
        CHECK(rest.items[0].title == "Coral reef");
        CHECK_FALSE(rest.next);
    });
}

TEST_CASE("a web lesson opens names and addresses of the web, and nothing that would run in a page",
          "[courses]") {
    const auto is_taken = [](LessonKind kind, const char* content) {
        try {
            courses::refuse_unsafe_content(kind, content, "content");
            return true;
        } catch (const platform::Error& error) {
            CHECK(error.fields().at(0).field == "content");
            return false;
        }
    };
    for (const char* good : {"", "quiz", "https://reef.example/a?b=c:d", "HTTP://reef.example",
                             "//reef.example", "/content/7/file", "reef/a:b", "?q=a:b"}) {
        INFO(good);
        CHECK(is_taken(LessonKind::web, good));
    }
    for (const char* bad :
         {"javascript:alert(1)", "JavaScript:alert(1)", "  javascript:alert(1)", "data:text/html,x",
          "file:///etc/passwd", "vbscript:x", "blob:https://reef.example/1", "intent://x"}) {
        INFO(bad);
        CHECK_FALSE(is_taken(LessonKind::web, bad));
        CHECK(is_taken(LessonKind::app, bad)); // no browser opens it: an app's own name
    }
    Classroom school;
    const LessonId id = school.add_lesson("Coral reef", 60'000);
    school.write([&](store::Tx& tx) {
        auto& lessons = school.services->lessons;
        CHECK_THROWS_AS(
            lessons.add(tx, school.organisation, {"Bad", LessonKind::web, "javascript:alert(1)", {}}),
            platform::Error);
        courses::LessonChange change;
        change.content = "data:text/html,x";
        lessons.change(tx, school.organisation, id, change);
        courses::LessonChange to_web;
        to_web.kind = LessonKind::web;
        CHECK_THROWS_AS(lessons.change(tx, school.organisation, id, to_web), platform::Error);
    });
}

TEST_CASE("a change of a lesson leaves its other fields alone", "[courses]") {
    Classroom school;
    const LessonId id = school.add_lesson("Coral reef", 60'000);
    school.write([&](store::Tx& tx) {
        auto& lessons = school.services->lessons;
        courses::LessonChange change;
        change.title = "Great Barrier Reef";
        const Lesson renamed = lessons.change(tx, school.organisation, id, change);
        CHECK(renamed.title == "Great Barrier Reef");
        CHECK(renamed.duration_ms == 60'000);
        CHECK(renamed.content == "Coral reef.mp4");

        courses::LessonChange open_end;
        open_end.duration_ms = std::optional<std::int64_t>();
        open_end.kind = LessonKind::app;
        lessons.change(tx, school.organisation, id, open_end);
        const Lesson changed = lessons.get(tx, school.organisation, id);
        CHECK_FALSE(changed.duration_ms);
        CHECK(changed.kind == LessonKind::app);
        CHECK(changed.title == "Great Barrier Reef");
        CHECK(json_of(changed)["duration_ms"].is_null());
    });
}

TEST_CASE("an archived lesson leaves the list, is still there, and cannot be queued", "[courses]") {
    Classroom school;
    const LessonId id = school.add_lesson("Coral reef", 60'000);
    school.write([&](store::Tx& tx) {
        auto& lessons = school.services->lessons;
        lessons.archive(tx, school.organisation, id);
        CHECK(lessons.list(tx, school.organisation, {}).items.empty());
        CHECK(lessons.get(tx, school.organisation, id).archived);
        sessions::NewSession wanted;
        wanted.title = "Oceans";
        wanted.teacher_id = school.teacher;
        wanted.lesson_ids = {id};
        CHECK_THROWS_AS(school.services->sessions.create(tx, school.organisation, wanted), platform::Error);
    });
}

TEST_CASE("nobody sees or changes another organisation's lessons", "[courses]") {
    Classroom school;
    const LessonId id = school.add_lesson("Coral reef", 60'000);
    school.write([&](store::Tx& tx) {
        auto& lessons = school.services->lessons;
        const OrganisationId elsewhere = school.services->organisations.add(tx, {.name = "Elsewhere"}).id;
        CHECK(lessons.list(tx, elsewhere, {}).items.empty());
        CHECK_FALSE(lessons.find(tx, elsewhere, id));
        CHECK_THROWS_AS(lessons.change(tx, elsewhere, id, {}), platform::Error);
        CHECK_THROWS_AS(lessons.archive(tx, elsewhere, id), platform::Error);
    });
}
