#include "app/demo.h"

#include <array>
#include <nlohmann/json.hpp>

#include "app/demo_training.h"
#include "app/services.h"
#include "platform/embedded.h"

namespace app {

namespace {

constexpr std::array student_nicknames{"ada",  "amir", "anna", "ben",  "bo",    "clara", "dara", "elif",
                                       "emil", "eva",  "finn", "gabe", "hana",  "ida",   "igor", "jan",
                                       "juno", "kai",  "lena", "leo",  "luz",   "mei",   "milo", "nia",
                                       "noah", "olga", "omar", "pia",  "ruben", "yuki"};

struct DemoLesson {
    const char *title, *content;
    courses::LessonKind kind;
    std::int64_t minutes; // 0: it ends when it is stopped
};
constexpr DemoLesson demo_lessons[] = {
    {"Coral reef", "coral-reef-360.mp4", courses::LessonKind::video, 18},
    {"Inside a cell", "inside-a-cell-360.mp4", courses::LessonKind::video, 12},
    {"The Roman forum", "roman-forum-360.mp4", courses::LessonKind::video, 15},
    {"Build a bridge", "bridges/.MainActivity", courses::LessonKind::app, 0},
};

struct Hashes {
    std::string password, teacher_pin, student_pin;
};

ClassId add_class(store::Tx& tx, Services& services, OrganisationId organisation, PersonId teacher,
                  const Demo& demo, const Hashes& hashes) {
    const auto a_class = services.classes.add(tx, organisation, demo.class_name, teacher);
    for (const std::string& nickname : demo.students) {
        people::NewPerson student;
        student.nickname = nickname;
        student.pin_hash = hashes.student_pin;
        services.classes.add_student(tx, organisation, a_class.id,
                                     services.people.add(tx, organisation, student).id);
    }
    return a_class.id;
}

std::vector<LessonId> add_lessons(store::Tx& tx, Services& services, OrganisationId organisation) {
    std::vector<LessonId> ids;
    for (const auto& [title, content, kind, minutes] : demo_lessons) {
        const auto duration_ms = minutes == 0 ? std::nullopt : std::optional(minutes * 60'000);
        ids.push_back(services.lessons.add(tx, organisation, {title, kind, content, duration_ms}).id);
    }
    return ids;
}

// The files in app/demo, each after the ones it needs.
constexpr const char* demo_scenarios[] = {"demo/fire_safety.json", "demo/first_aid.json",
                                          "demo/lab_procedure.json"};

void add_scenarios(store::Tx& tx, Services& services, OrganisationId organisation) {
    for (const char* name : demo_scenarios) {
        const auto* file = platform::find_embedded(name);
        if (file == nullptr) continue;
        const auto scenario =
            services.scenarios.import(tx, organisation, nlohmann::json::parse(file->bytes), std::nullopt);
        courses::NewLesson lesson;
        lesson.title = scenario.content.title;
        lesson.kind = courses::LessonKind::scenario;
        lesson.scenario_id = scenario.id;
        services.lessons.add(tx, organisation, lesson);
    }
}

struct Made {
    OrganisationId organisation;
    PersonId teacher;
    SessionId session;
};

Made add_all(store::Tx& tx, Services& services, const Demo& demo, const Hashes& hashes) {
    Made made;
    people::NewOrganisation organisation;
    organisation.name = "Demo School";
    made.organisation =
        services.setup.make(tx, organisation, {demo.username, hashes.password, "", "", ""}).organisation.id;
    people::NewPerson teacher;
    people::OrganisationChange rules;
    rules.leaderboard = people::LeaderboardMode::names; // nobody in the demo is real
    services.organisations.change(tx, made.organisation, rules);
    teacher.role = platform::Role::teacher;
    teacher.nickname = demo.teacher;
    teacher.pin_hash = hashes.teacher_pin;
    made.teacher = services.people.add(tx, made.organisation, teacher).id;
    const auto class_id = add_class(tx, services, made.organisation, made.teacher, demo, hashes);
    const auto room = services.rooms.make_grid(tx, made.organisation, "Room 2", 5, 6);
    services.rooms.fill(tx, made.organisation, room.id, class_id);
    add_scenarios(tx, services, made.organisation);
    sessions::NewSession session;
    session.title = "6B in Room 2";
    session.teacher_id = made.teacher;
    session.class_id = class_id;
    session.room_id = room.id;
    session.lesson_ids = add_lessons(tx, services, made.organisation);
    made.session = services.director.create(tx, made.organisation, session).id;
    return made;
}

} // namespace

std::optional<Demo> make_demo(Services& services, bool lively) {
    if (!services.store.read([&](store::Read& read) { return services.setup.needed(read); }))
        return std::nullopt;
    const Demo demo{"demo",
                    "demo-demo",
                    "rossi",
                    "2222",
                    "6B",
                    "1111",
                    {student_nicknames.begin(), student_nicknames.end()}};
    // One hash for all students: thirty would cost two seconds of the first start, and the PIN is printed
    // anyway.
    const Hashes hashes{services.hasher.hash(demo.password), services.hasher.hash(demo.teacher_pin),
                        services.hasher.hash(demo.student_pin)};
    const Made made =
        services.store.write("demo", [&](store::Tx& tx) { return add_all(tx, services, demo, hashes); });
    add_demo_trainings(services, made.organisation, made.teacher);
    if (lively)
        services.store.write("demo", [&](store::Tx& tx) {
            services.director.order(tx, services.sessions.get(tx, made.organisation, made.session),
                                    {.action = sessions::Action::start}, made.teacher);
        });
    return demo;
}

} // namespace app
