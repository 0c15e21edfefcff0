// A school comes back from a backup: from the page, with its lessons ended, its ids beyond those of before, and
// what is missing said.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "admin/restore.h"
#include "support/test_appliance.h"

using namespace support;
using Catch::Matchers::ContainsSubstring;

namespace {

Json start_session(TestAppliance& box, const Credential& by, const Json& lesson_id) {
    const Json session =
        box.expect(201, "POST", "/v1/sessions", {{"title", "Reef"}, {"lesson_ids", {lesson_id}}}, by);
    box.expect(200, "POST", "/v1/sessions/" + session["id"].dump() + "/start", Json::object(), by);
    return session;
}

void stop_session(TestAppliance& box, const Credential& by, std::int64_t id) {
    box.expect(200, "POST", "/v1/sessions/" + std::to_string(id) + "/stop", Json::object(), by);
}

// The id that a new session gets; it is over when this returns.
std::int64_t next_session(TestAppliance& box, const Credential& by, const Json& lesson_id) {
    const auto id = start_session(box, by, lesson_id)["id"].get<std::int64_t>();
    stop_session(box, by, id);
    return id;
}

Json make_lesson(TestAppliance& box, const Credential& by) {
    return box.expect(
        201, "POST", "/v1/lessons",
        {{"title", "Reef"}, {"kind", "video"}, {"content", "reef.mp4"}, {"duration_ms", 600'000}}, by);
}

Json upload(TestAppliance& box, const Credential& by) {
    const std::string png("\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on", 26);
    const auto with = [&](std::vector<std::pair<std::string, std::string>> more) {
        more.emplace_back("Authorization", "Bearer " + by.token);
        more.emplace_back("Tus-Resumable", "1.0.0");
        return more;
    };
    const Reply begun = box.call_raw(
        "POST", "/v1/uploads", "",
        with({{"Upload-Length", std::to_string(png.size())}, {"Upload-Metadata", "filename cmVlZi5wbmc="}}));
    REQUIRE(begun.status == 201);
    const Reply sent =
        box.call_raw("PATCH", begun.header("location"), png,
                     with({{"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}}));
    INFO(sent.body);
    REQUIRE(sent.status < 300);
    return box.expect(200, "GET", "/v1/content", nullptr, by)["items"][0];
}

std::string back_up(TestAppliance& box, const Credential& head, bool content) {
    return box.expect(201, "POST", "/v1/backups", {{"content", content}}, head)["name"];
}

void start_again(TestAppliance& box) {
    box.stop();
    REQUIRE(admin::apply_staged(box.folder()));
    box.restart();
}

Credential sign_in(TestAppliance& box) {
    return {
        box.expect(201, "POST", "/v1/logins", {{"username", "head"}, {"password", "correct horse"}})["token"],
        ""};
}

} // namespace

TEST_CASE("after a restore nothing gets an id that a headset may know from before, and no lesson goes on",
          "[stories]") {
    TestAppliance box;
    Credential head = box.set_up();
    const Json lesson = make_lesson(box, head)["id"];
    const Json under_way = start_session(box, head, lesson)["id"];
    const std::string backup = back_up(box, head, false);
    const auto headset = box.pair(head, "DPVR-01");
    stop_session(box, head, under_way.get<std::int64_t>());
    const auto forgotten = next_session(box, head, lesson);
    const Json picture = upload(box, head)["id"];

    box.expect(202, "POST", "/v1/backups/" + backup + "/restore", nullptr, head);
    start_again(box);
    head = sign_in(box);
    CHECK(box.expect(200, "GET", "/v1/sessions/" + under_way.dump(), nullptr, head)["state"] == "stopped");
    CHECK(next_session(box, head, lesson) > forgotten + 100'000);
    CHECK(upload(box, head)["id"].get<std::int64_t>() > picture.get<std::int64_t>() + 100'000);
    const auto again = box.pair(head, "DPVR-02");
    const Json gaze = {{"kind", "gaze"}, {"at_ms", box.clock.now_ms()}, {"yaw_deg", 10}, {"pitch_deg", 5}};
    const Json run =
        box.expect(202, "POST", "/v1/events", {{"batch_id", "b"}, {"events", Json::array({gaze})}},
                   again.credential)["run_id"];
    CHECK(run.get<std::int64_t>() > 100'000);

    // Undone, the sessions of both are known: neither's ids come again.
    const auto newest = next_session(box, head, lesson);
    box.expect(202, "POST", "/v1/system/backups/undo", nullptr, head);
    start_again(box);
    head = sign_in(box);
    CHECK(box.expect(200, "GET", "/v1/sessions/" + std::to_string(forgotten), nullptr, head)["state"] ==
          "stopped");
    CHECK(next_session(box, head, lesson) > newest + 100'000);
    box.restart(); // an ordinary start begins no epoch
    head = sign_in(box);
    const auto before = next_session(box, head, lesson);
    CHECK(next_session(box, head, lesson) == before + 1);
}

TEST_CASE("the page shows what a backup holds beside what it replaces, and a lesson holds a restore up",
          "[stories]") {
    TestAppliance box;
    const Credential head = box.set_up();
    const std::string backup = back_up(box, head, false);
    box.add_person(head, "student", "ada");
    const Json looked = box.expect(200, "GET", "/v1/backups/" + backup, nullptr, head);
    CHECK(looked["holds"]["people"] == 1);
    CHECK(looked["holds"]["first_organisation"] == "Test School");
    CHECK(looked["replaces"]["people"] == 2);
    box.expect(404, "GET", "/v1/backups/lectern-20200101-000000.tar", nullptr, head);
    box.expect(403, "POST", "/v1/backups/" + backup + "/restore", nullptr, box.set_up_other());
    box.expect(404, "POST", "/v1/system/backups/undo", nullptr, head);
    CHECK(box.expect(200, "GET", "/v1/system/backups", nullptr, head)["can_undo"] == false);
    start_session(box, head, make_lesson(box, head)["id"]);
    box.expect(409, "POST", "/v1/backups/" + backup + "/restore", nullptr, head);
    CHECK_FALSE(std::filesystem::exists(box.folder() / "restore"));
}

TEST_CASE(
    "content that a restored backup did not hold is marked as missing, and its file is refused in words",
    "[stories]") {
    TestAppliance box;
    Credential head = box.set_up();
    const Json picture = upload(box, head);
    CHECK(picture["missing"] == false);
    const std::string backup = back_up(box, head, false);
    std::filesystem::remove_all(box.folder() / "content"); // another box, or another disk
    box.expect(202, "POST", "/v1/backups/" + backup + "/restore", nullptr, head);
    start_again(box);
    head = sign_in(box);
    CHECK(box.expect(200, "GET", "/v1/content", nullptr, head)["items"][0]["missing"] == true);
    const Json refused =
        box.expect(409, "GET", "/v1/content/" + picture["id"].dump() + "/file", nullptr, head);
    CHECK_THAT(refused["detail"].get<std::string>(), ContainsSubstring("\"reef.png\" is not on this box"));
    CHECK_THAT(refused["detail"].get<std::string>(), ContainsSubstring("Upload it again"));
}
