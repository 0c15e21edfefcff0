// Two lessons in a row: the same class goes on, and nobody signs in again.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

#include "support/live_school.h"

using support::Json;
using support::LiveClient;
using support::LiveSchool;
using namespace std::chrono_literals;

namespace {

// Ada and Ben are in class 6B and have a lesson with it, Ada on the first headset, Ben on the second.
struct DoubleLesson : LiveSchool {
    DoubleLesson() {
        a_class = box.expect(201, "POST", "/v1/classes", {{"name", "6B"}}, teacher).at("id");
        box.add_person(teacher, "student", "Ben");
        for (const Json& student : students())
            box.expect(204, "PUT", "/v1/classes/" + a_class.dump() + "/students/" + student.at("id").dump(),
                       nullptr, teacher);
        session = make().at("id");
    }

    Json students() {
        return box.expect(200, "GET", "/v1/people?role=student", nullptr, teacher).at("items");
    }
    Json body(const Json& more) const {
        Json wanted{{"title", "Oceans"}, {"class_id", a_class}, {"room_id", room.at("id")}};
        wanted.update(more);
        return wanted;
    }
    Json make(const Json& more = Json::object(), int status = 201) {
        return box.expect(status, "POST", "/v1/sessions", body(more), teacher);
    }

    Json a_class;
};

void sign_in(LiveClient& headset, const char* nickname) {
    headset.expect("headset.sign_in", {{"nickname", nickname}, {"pin", "1234"}});
}

std::string worn_by(LiveClient& headset) {
    headset.hang_up();
    headset.connect();
    const Json person = headset.wait_for("welcome").at("person");
    return person.is_null() ? "" : person.at("nickname").get<std::string>();
}

} // namespace

TEST_CASE("a class that goes on keeps the headsets that it wore", "[stories][sessions]") {
    DoubleLesson school;
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    sign_in(one, "Ada");
    sign_in(two, "Ben");
    school.order({{"action", "play"}});
    one.wait_for("command");
    two.wait_for("command");
    school.order({{"action", "stop"}});
    CHECK(worn_by(one).empty());
    CHECK(worn_by(two).empty());
    school.box.clock.advance(20min);
    const Json before = school.session;
    school.session = school.make({{"goes_on_from", before}}).at("id");
    CHECK(worn_by(one) == "Ada");
    CHECK(worn_by(two) == "Ben");
    // What they do from now on is theirs, and the end of this lesson signs them out as ever.
    school.order({{"action", "play"}});
    one.wait_for("command");
    school.order({{"action", "stop"}});
    CHECK(worn_by(one).empty());
    const Json students =
        school.box.expect(200, "GET", school.path("summary"), nullptr, school.teacher).at("students");
    REQUIRE(students.size() == 2);
    CHECK(students.at(0).at("person").at("nickname") == "Ada");
    CHECK(students.at(1).at("person").at("nickname") == "Ben");
}

TEST_CASE("whoever has signed in since stays, and who left the class is not signed in",
          "[stories][sessions]") {
    DoubleLesson school;
    LiveClient one(school.box, school.first.credential), two(school.box, school.second.credential);
    sign_in(one, "Ada");
    sign_in(two, "Ben");
    school.order({{"action", "play"}});
    one.wait_for("command");
    two.wait_for("command");
    school.order({{"action", "stop"}});
    sign_in(two, "Ada"); // she took the other headset
    school.make({{"goes_on_from", school.session}});
    CHECK(worn_by(one).empty());
    CHECK(worn_by(two) == "Ada");
    two.expect("headset.sign_out", Json::object());
    for (const Json& student : school.students())
        if (student.at("nickname") == "Ben")
            school.box.expect(204, "DELETE",
                              "/v1/classes/" + school.a_class.dump() + "/students/" + student.at("id").dump(),
                              nullptr, school.teacher);
    school.make({{"goes_on_from", school.session}});
    CHECK(worn_by(one) == "Ada");
    CHECK(worn_by(two).empty());
}

TEST_CASE("only the class that was just here goes on", "[stories][sessions]") {
    DoubleLesson school;
    const auto refused = [&](const Json& from, const std::string& why) {
        const auto answer =
            school.box.call("POST", "/v1/sessions", school.body({{"goes_on_from", from}}), school.teacher);
        INFO(answer.body);
        CHECK(answer.status == 422);
        CHECK(answer.body.find("goes_on_from") != std::string::npos);
        CHECK(answer.body.find(why) != std::string::npos);
    };
    refused(school.session, "must have stopped within the last hour");
    refused(999'999, "must be a session of this organisation");
    school.order({{"action", "play"}});
    school.order({{"action", "stop"}});
    const Json other = school.box.expect(201, "POST", "/v1/classes", {{"name", "7A"}}, school.teacher);
    const Json mine = std::exchange(school.a_class, other.at("id"));
    refused(school.session, "must be a session of the same class");
    school.a_class = mine;
    school.box.clock.advance(61min);
    school.teacher = school.box.log_in("Ms Rossi");
    refused(school.session, "must have stopped within the last hour");
}
