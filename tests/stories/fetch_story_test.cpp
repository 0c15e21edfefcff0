// Content on its way to a class that keeps losing its Wi-Fi, until the board before the lesson is green.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "simulation/classroom.h"
#include "support/test_appliance.h"

using namespace support;

namespace {

constexpr std::size_t headsets = 5;
constexpr std::size_t video_bytes = 6'000'000;

// Uploads by tus and returns the content.
Json upload(TestAppliance& box, const Credential& teacher) {
    std::string video(video_bytes, '\0');
    const std::string magic(
        "\0\0\0\x18"
        "ftypisom\0\0\2\0isomiso2",
        24);
    std::copy(magic.begin(), magic.end(), video.begin());
    for (std::size_t i = magic.size(); i < video.size(); ++i)
        video[i] = static_cast<char>(i * 2654435761u >> 24);
    const std::vector<std::pair<std::string, std::string>> common = {
        {"Authorization", "Bearer " + teacher.token}, {"Tus-Resumable", "1.0.0"}};
    auto head = common;
    head.insert(head.end(), {{"Upload-Length", std::to_string(video.size())},
                             {"Upload-Metadata", "title UmVlZg==,filename cmVlZi5tcDQ="}});
    const std::string place = box.call_raw("POST", "/v1/uploads", "", head).header("location");
    auto body = common;
    body.insert(body.end(), {{"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}});
    const std::string content = box.call_raw("PATCH", place, video, body).header("content-location");
    return box.expect(200, "GET", content, nullptr, teacher);
}

// A teacher, a lesson with a video, and a class of headsets on a thread of their own.
class School {
public:
    School() {
        box.add_person(box.set_up(), "teacher", "Ms Rossi");
        teacher = box.log_in("Ms Rossi");
        lesson = box.expect(201, "POST", "/v1/lessons",
                            {{"title", "Reef"},
                             {"kind", "video"},
                             {"content_id", upload(box, teacher).at("id")},
                             {"duration_ms", 60'000}},
                            teacher)
                     .at("id");
        for (std::size_t i = 0; i < headsets; ++i)
            codes_.push_back(
                box.expect(201, "POST", "/v1/pairing-codes", Json::object(), teacher).at("code"));
        network_ = std::make_unique<simulation::Network>(
            simulation::parse_server_url("http://127.0.0.1:" + std::to_string(box.port())));
        classroom_ = std::make_unique<simulation::Classroom>(*network_, options());
        world_ = std::thread([this] {
            classroom_->start();
            network_->run();
        });
    }
    ~School() { counts(); }
    // Ends the class.
    Json counts() {
        network_->stop();
        if (world_.joinable()) world_.join();
        return classroom_->counts();
    }
    // Waits until all headsets in the list are so. The box's clock moves along with the headsets'.
    bool wait_until_all(const std::string& path, const std::function<bool(const Json&)>& are) {
        const auto look = [&] {
            const auto now = std::chrono::steady_clock::now();
            box.clock.advance(std::chrono::duration_cast<std::chrono::microseconds>(now - looked_));
            looked_ = now;
            const Json items = box.expect(200, "GET", path, nullptr, teacher).at("items");
            return items.size() == headsets && std::ranges::all_of(items, are);
        };
        for (int patience = 0; patience < 3; ++patience)
            if (TestAppliance::wait_for(look)) return true;
        return false;
    }
    // How many headsets have the content, according to the board before the lesson. Makes the others fetch
    // it.
    std::size_t green() {
        const std::string question = "/v1/preflight?lesson=" + to_string(lesson);
        std::size_t count = 0;
        const Json board = box.expect(200, "GET", question, nullptr, teacher);
        for (const Json& device : board.at("devices"))
            for (const Json& check : device.at("checks")) {
                if (check.at("name") != "content") continue;
                count += check.at("good") == true;
                CHECK(check.at("fix") == (check.at("good") == true ? Json() : Json("fetch")));
            }
        return count;
    }

    TestAppliance box;
    Credential teacher;
    LessonId lesson;

private:
    simulation::ClassroomOptions options() {
        simulation::ClassroomOptions options;
        options.headsets = headsets;
        options.start = "fetch";
        options.pairing_code = [this](const std::string&) {
            std::string code = codes_.back();
            codes_.pop_back();
            return code;
        };
        options.losses_per_minute = 60;
        options.longest_loss_ms = 400;
        return options;
    }

    std::vector<std::string> codes_;
    std::unique_ptr<simulation::Network> network_;
    std::unique_ptr<simulation::Classroom> classroom_;
    std::thread world_;
    std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

} // namespace

TEST_CASE("a class fetches its video through broken Wi-Fi, piece by piece and verified", "[stories]") {
    School school;
    REQUIRE(
        school.wait_until_all("/v1/devices", [](const Json& device) { return device.at("paired") == true; }));
    CHECK(school.green() == 0);
    school.box.expect(200, "POST", "/v1/content-fetches", {{"lesson_id", school.lesson}}, school.teacher);
    CHECK(school.wait_until_all("/v1/content-fetches",
                                [](const Json& held) { return held.at("state") == "whole"; }));
    CHECK(school.green() == headsets);

    const Json counts = school.counts();
    INFO(counts.dump(2));
    CHECK(counts.at("faults").empty());
    CHECK(counts.at("connections").at("lost") > 0);
    CHECK(counts.at("content").at("breaks") > 0);
    CHECK(counts.at("content").at("failed") == 0);
    // Nothing that had arrived was lost: each byte came once, however often the line broke.
    CHECK(counts.at("content").at("bytes") == headsets * video_bytes);
}
