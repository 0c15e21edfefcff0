#include "sessions/session.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "sessions/shown/summary.h"
#include "support/classroom.h"

using sessions::AnswerState;
using sessions::NewSession;
using sessions::State;
using support::Classroom;

namespace {

NewSession oceans(const Classroom& school) {
    NewSession session;
    session.title = "Oceans";
    session.teacher_id = school.teacher;
    return session;
}

std::vector<std::string> faulty_fields(Classroom& school, const NewSession& session) {
    std::vector<std::string> fields;
    try {
        school.write(
            [&](store::Tx& tx) { school.services->sessions.create(tx, school.organisation, session); });
    } catch (const platform::Error& error) {
        for (const auto& fault : error.fields())
            fields.push_back(fault.field);
    }
    return fields;
}

} // namespace

TEST_CASE("a session is made only from its organisation's own things", "[sessions]") {
    using Fields = std::vector<std::string>;
    Classroom school;
    const LessonId lesson = school.add_lesson("Coral reef", 60'000);
    NewSession session = oceans(school);
    session.class_id = ClassId(99);
    session.room_id = RoomId(98);
    CHECK(faulty_fields(school, session) == Fields{"class_id", "room_id"});
    session = oceans(school);
    session.lesson_ids = {lesson, LessonId(97)};
    CHECK(faulty_fields(school, session) == Fields{"lesson_ids[1]"});
    session = oceans(school);
    session.teacher_id = school.add_student("Ada");
    CHECK(faulty_fields(school, session) == Fields{"teacher_id"});
    session = oceans(school);
    session.lesson_ids = {lesson, lesson};
    CHECK(faulty_fields(school, session).empty());
}

TEST_CASE("sessions are found by state, class and student", "[sessions]") {
    Classroom school;
    const PersonId ada = school.add_student("Ada"), visitor = school.add_student("Zoe");
    NewSession of_class = oceans(school);
    of_class.class_id = school.class_id;
    school.write([&](store::Tx& tx) {
        school.services->classes.remove_student(tx, school.organisation, school.class_id, visitor);
        auto& sessions = school.services->sessions;
        const SessionId first = sessions.create(tx, school.organisation, of_class).id;
        const SessionId second = sessions.create(tx, school.organisation, oceans(school)).id;
        sessions.set_transport(tx, school.organisation, second, {State::running, 0, 0, tx.now_ms()});
        const auto ids = [&](const sessions::SessionFilter& filter) {
            std::vector<SessionId> found;
            for (const auto& session : sessions.list(tx, school.organisation, filter, {}).items)
                found.push_back(session.id);
            return found;
        };
        using Ids = std::vector<SessionId>;
        CHECK(ids({}) == Ids{second, first});
        CHECK(ids({.state = State::created}) == Ids{first});
        CHECK(ids({.live = true}) == Ids{second});
        CHECK(ids({.class_id = school.class_id}) == Ids{first});
        CHECK(ids({.student_id = ada}) == Ids{first});
        CHECK(ids({.student_id = visitor}).empty());
        CHECK_FALSE(sessions.find(tx, OrganisationId(school.organisation.value() + 1), first));
    });
}

TEST_CASE("commands are numbered by session", "[sessions]") {
    Classroom school;
    school.write([&](store::Tx& tx) {
        auto& sessions = school.services->sessions;
        const SessionId one = sessions.create(tx, school.organisation, oceans(school)).id;
        const SessionId two = sessions.create(tx, school.organisation, oceans(school)).id;
        const auto add = [&](SessionId session) {
            sessions::Command command;
            command.session_id = session;
            return sessions.add_command(tx, school.organisation, command, {}).number;
        };
        CHECK(add(one) == 1);
        CHECK(add(one) == 2);
        CHECK(add(two) == 1);
        CHECK(sessions.commands(tx, school.organisation, one, 10).front().number == 2);
        CHECK_FALSE(sessions.find_command(tx, school.organisation, two, 2));
    });
}

TEST_CASE("an answer never goes back, and only headsets of the session may answer", "[sessions]") {
    struct Case {
        AnswerState before, said, after;
    };
    const std::vector<Case> cases = {
        {AnswerState::sent, AnswerState::received, AnswerState::received},
        {AnswerState::sent, AnswerState::done, AnswerState::done},
        {AnswerState::received, AnswerState::received, AnswerState::received},
        {AnswerState::running, AnswerState::received, AnswerState::running},
        {AnswerState::running, AnswerState::failed, AnswerState::failed},
        {AnswerState::done, AnswerState::failed, AnswerState::done},
        {AnswerState::failed, AnswerState::done, AnswerState::failed},
        {AnswerState::expired, AnswerState::received, AnswerState::expired},
        {AnswerState::expired, AnswerState::running, AnswerState::running},
        {AnswerState::expired, AnswerState::done, AnswerState::done},
    };
    Classroom school;
    const DeviceId device = school.add_device("DPVR-07"), stranger = school.add_device("DPVR-08");
    school.write([&](store::Tx& tx) {
        auto& sessions = school.services->sessions;
        const SessionId session = sessions.create(tx, school.organisation, oceans(school)).id;
        sessions.join(tx, school.organisation, session, device);
        for (const Case& each : cases) {
            INFO(platform::name_of(each.before) << " -> " << platform::name_of(each.said));
            sessions::Command command;
            command.session_id = session;
            const std::vector<DeviceId> to = {device};
            const std::int64_t number = sessions.add_command(tx, school.organisation, command, to).number;
            tx.run("UPDATE command_answers SET state = ? WHERE command_id = (SELECT max(id) FROM commands)",
                   platform::name_of(each.before));
            CHECK(sessions.answer(tx, school.organisation, session, number, {device, each.said, {}, {}})
                      .state == each.after);
            CHECK_THROWS_AS(
                sessions.answer(tx, school.organisation, session, number, {stranger, each.said, {}, {}}),
                platform::Error);
        }
    });
}

TEST_CASE("a summary adds up each student's runs from their rollups", "[sessions]") {
    Classroom school;
    const PersonId ada = school.add_student("Ada");
    const DeviceId device_1 = school.add_device("DPVR-01"), device_2 = school.add_device("DPVR-02");
    const auto session = school.write([&](store::Tx& tx) {
        const SessionId id = school.services->sessions.create(tx, school.organisation, oceans(school)).id;
        const auto run = [&](DeviceId device_id, std::optional<PersonId> person_id, const char* batch_id) {
            runs::NewRun wanted;
            wanted.session_id = id;
            wanted.device_id = device_id;
            wanted.person_id = person_id;
            const runs::Run begun = school.services->runs.begin(tx, school.organisation, wanted);
            runs::Event gaze;
            gaze.kind = "gaze";
            gaze.yaw_deg = gaze.pitch_deg = 5;
            gaze.zone = "reef";
            gaze.dwell_ms = 100;
            const std::vector<runs::Event> events = {gaze, gaze};
            school.services->ingest.take(tx, {school.organisation, device_id}, begun, batch_id, events);
        };
        run(device_1, ada, "a");
        run(device_2, {}, "b");
        run(device_2, ada, "c"); // she changed headsets
        return id;
    });
    school.read([&](store::Read& read) {
        const auto summary = json_of(sessions::summary_of(read, school.organisation, session));
        REQUIRE(summary["students"].size() == 2);
        const auto& of_ada = summary["students"][0];
        CHECK(of_ada["person"]["nickname"] == "Ada");
        CHECK(of_ada["run_ids"].size() == 2);
        CHECK(of_ada["events"] == 4);
        CHECK(of_ada["device"]["name"] == "DPVR-02");
        CHECK(of_ada["zones"][0]["name"] == "reef");
        CHECK(of_ada["zones"][0]["dwell_ms"] == 400);
        CHECK(of_ada["gaze"]["counts"].size() == 648);
        CHECK(summary["students"][1]["person"].is_null());
        CHECK(summary["class_gaze"]["total"] == 6);
        CHECK(sessions::summary_of(read, OrganisationId(school.organisation.value() + 1), session)
                  .students.empty());
    });
}
