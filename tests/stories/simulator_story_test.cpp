// Simulated headsets and the box agree on what the headsets did.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

#include "simulation/classroom.h"
#include "support/test_appliance.h"

using namespace support;

namespace {

constexpr std::size_t headsets = 6;

struct School {
    School() {
        const Credential head = box.set_up();
        box.add_person(head, "teacher", "Ms Rossi");
        teacher = box.log_in("Ms Rossi");
        for (std::size_t i = 0; i < headsets; ++i) {
            codes.push_back(box.expect(201, "POST", "/v1/pairing-codes", Json::object(), teacher).at("code"));
            const std::string nickname = "student" + std::to_string(i);
            box.add_person(teacher, "student", nickname, "4711");
            students.push_back({nickname, "4711"});
        }
        session = box.expect(201, "POST", "/v1/sessions", {{"title", "Reef"}, {"lesson_ids", Json::array()}},
                             teacher)
                      .at("id");
        order("start");
    }
    std::string path() const { return "/v1/sessions/" + to_string(session); }
    void order(const std::string& action) {
        box.expect(200, "POST", path() + "/" + action, Json::object(), teacher);
    }
    // Moves server time along with the headsets' time until the condition holds.
    bool wait_for(const std::function<bool()>& condition) {
        auto before = std::chrono::steady_clock::now();
        return TestAppliance::wait_for([&] {
            const auto now = std::chrono::steady_clock::now();
            box.clock.advance(std::chrono::duration_cast<std::chrono::microseconds>(now - before));
            before = now;
            return condition();
        });
    }
    bool newest_command_is_done() {
        const Json newest = box.expect(200, "GET", path() + "/commands", nullptr, teacher).at("items").at(0);
        return newest.at("counts").at("done") == headsets;
    }
    TestAppliance box;
    Credential teacher;
    SessionId session;
    std::vector<std::string> codes;
    std::vector<simulation::Student> students;
};

} // namespace

TEST_CASE("simulated headsets pair, sign in, obey, lose their Wi-Fi, and no event of theirs is lost",
          "[stories]") {
    School school;
    simulation::ClassroomOptions options;
    options.headsets = headsets;
    options.students = school.students;
    options.pairing_code = [&codes = school.codes](const std::string&) {
        const std::string code = codes.back();
        codes.pop_back();
        return code;
    };
    options.start = "story";
    options.session_id = school.session;
    options.clock_error_ms = 3000;
    options.losses_per_minute = 20;
    options.longest_loss_ms = 600;
    options.until_stopped = true;
    std::atomic<bool> ended = false;
    simulation::Network network(
        simulation::parse_server_url("http://127.0.0.1:" + std::to_string(school.box.port())));
    simulation::Classroom classroom(network, options);
    std::thread world([&] {
        classroom.start();
        network.run();
        ended = true;
    });

    const auto all_record = [&] {
        const Json summary =
            school.box.expect(200, "GET", school.path() + "/summary", nullptr, school.teacher);
        std::size_t recording = 0;
        for (const Json& student : summary.at("students"))
            recording += !student.at("person").is_null() && student.at("events") > 10 ? 1 : 0;
        return recording == headsets;
    };
    CHECK(school.wait_for(all_record));
    school.order("pause");
    CHECK(school.wait_for([&] { return school.newest_command_is_done(); }));
    school.order("stop");
    CHECK(school.wait_for([&] { return ended.load(); }));
    network.stop();
    world.join();

    const Json counts = classroom.counts();
    INFO(counts.dump(2));
    CHECK(counts.at("faults").empty());
    CHECK(counts.at("sign_ins").at("good") >= headsets);
    CHECK(counts.at("events").at("made") == counts.at("events").at("acknowledged"));
    CHECK(counts.at("messages").at("not_understood") == 0);
    const Json runs = school.box.expect(200, "GET", "/v1/sessions/" + to_string(school.session) + "/summary",
                                        nullptr, school.teacher);
    std::int64_t stored = 0;
    for (const Json& student : runs.at("students"))
        stored += student.at("events").get<std::int64_t>();
    CHECK(counts.at("events").at("made") == stored);
}
