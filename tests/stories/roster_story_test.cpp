// A school's people, from the roster to the day they leave: imported, on headsets, gone.
#include <catch2/catch_test_macros.hpp>

#include "platform/zip.h"
#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::TestAppliance;
using namespace std::chrono_literals;

namespace {

struct Roster {
    TestAppliance box;
    Credential head = box.set_up();

    support::Reply upload(const std::string& file, const std::string& query = "") {
        return box.call_raw(
            "POST", "/v1/roster-imports" + query, file,
            {{"Authorization", "Bearer " + head.token}, {"Content-Type", "application/octet-stream"}});
    }
    support::Reply download(const std::string& path) {
        return box.call_raw("GET", path, "", {{"Authorization", "Bearer " + head.token}});
    }
    Json bring_in(const std::string& file, bool draw_pins = false) {
        const auto staged = upload(file);
        REQUIRE(staged.status == 201);
        const std::string path = "/v1/roster-imports/" + staged.json().at("id").dump();
        box.expect(202, "POST", path + "/commit", {{"draw_pins", draw_pins}}, head);
        REQUIRE(TestAppliance::wait_for(
            [&] { return box.call("GET", path, nullptr, head).json().at("state") == "done"; }));
        return box.expect(200, "GET", path, nullptr, head);
    }
    std::string class_path() {
        const Json classes = box.expect(200, "GET", "/v1/classes", nullptr, head).at("items");
        return "/v1/classes/" + classes.at(0).at("id").dump();
    }
    Json person(const std::string& nickname) {
        return box.expect(200, "GET", "/v1/people?q=" + nickname, nullptr, head).at("items").at(0);
    }
};

std::string person_path(const Json& person) {
    return "/v1/people/" + person.at("id").dump();
}

} // namespace

TEST_CASE("a roster is previewed, imported and undone", "[stories][people]") {
    Roster at;
    auto& box = at.box;
    CHECK(at.upload("no roster at all").json().at("errors").at(0).at("field") == "file");
    const auto staged = at.upload("nickname,class,pin\nanna,6B,4711\nben,6B,\n,6B,\ncarla,6B,12\n");
    REQUIRE(staged.status == 201);
    CHECK(staged.json().at("fates").at("error") == 2);
    const std::string path = "/v1/roster-imports/" + staged.json().at("id").dump();
    const Json faulty = box.expect(200, "GET", path + "/rows?fate=error", nullptr, at.head).at("items");
    CHECK(faulty.at(1).at("number") == 5);
    CHECK(faulty.at(1).at("reason") == "pin must be 4 digits");
    CHECK(box.expect(200, "GET", path + "/rows?limit=3", nullptr, at.head).at("next").is_string());
    CHECK(at.download(path + "/errors.csv").body.find("5,pin must be 4 digits,carla") != std::string::npos);
    box.expect(204, "DELETE", path, nullptr, at.head);
    box.expect(404, "GET", path, nullptr, at.head);

    const Json done = at.bring_in("nickname,class,pin\nanna,6B,4711\nben,6B,\n", true);
    CHECK(done.at("done") == 2);
    CHECK(done.at("has_pins") == true);
    const std::string again = "/v1/roster-imports/" + done.at("id").dump();
    const Json pins = box.expect(200, "POST", again + "/pins", Json::object(), at.head).at("items");
    REQUIRE(pins.size() == 1);
    box.expect(404, "POST", again + "/pins", Json::object(), at.head);
    box.log_in("anna", "4711");
    box.log_in("ben", pins.at(0).at("pin"));

    const auto csv = at.download("/v1/roster.csv");
    CHECK(csv.header("content-disposition") == "attachment; filename=\"roster.csv\"");
    CHECK(csv.body.find("anna,,,student,6B,,,\r\n") != std::string::npos);
    CHECK(platform::read_zip(at.download("/v1/roster.zip").body, "file").size() == 7);
    CHECK(at.upload(at.download("/v1/roster.zip").body, "?mode=update").json().at("fates").at("error") == 0);
}

TEST_CASE("students sign in on a headset by card, or by picking their name", "[stories][people]") {
    Roster at;
    auto& box = at.box;
    at.bring_in("nickname,class\nanna,6B\nben,6B\n");
    const auto headset = box.pair(at.head, "DPVR-1");
    const std::string a_class = at.class_path();
    const auto sign_in = [&](const Json& body) {
        return box.call("POST", "/v1/headset/sign-in", body, headset.credential).status;
    };

    const Json cards = box.expect(200, "POST", a_class + "/cards", Json::object(), at.head).at("items");
    REQUIRE(cards.size() == 2);
    const std::string text = cards.at(0).at("qr_text");
    CHECK(text.find("anna") == std::string::npos);
    CHECK(sign_in({{"card", text}}) == 200);
    CHECK(sign_in({{"card", cards.at(1).at("card")}}) == 200);
    CHECK(sign_in({{"card", text}, {"pin", "1234"}}) == 422);
    CHECK(sign_in({{"nickname", "anna"}}) == 422);
    const Json anna = at.person("anna");
    const Json reissued = box.expect(201, "POST", person_path(anna) + "/card", nullptr, at.head);
    CHECK(sign_in({{"card", text}}) == 401);
    CHECK(sign_in({{"card", reissued.at("card")}}) == 200);
    box.expect(204, "DELETE", person_path(anna) + "/card", nullptr, at.head);
    CHECK(sign_in({{"card", reissued.at("card")}}) == 401);
    const Json held = box.expect(200, "GET", a_class + "/cards", nullptr, at.head).at("items");
    CHECK(held.at(0).at("issued_at").is_null());
    CHECK(held.at(1).at("issued_at").is_string());
    CHECK(box.expect(200, "POST", a_class + "/cards", {{"only_missing", true}}, at.head).at("items").size() ==
          1);

    const auto names = [&] {
        return box.expect(200, "GET", "/v1/headset/names", nullptr, headset.credential);
    };
    CHECK(names().at("allowed") == false);
    box.expect(200, "PATCH", "/v1/organisation", {{"pick_names", true}}, at.head);
    CHECK(names().at("items").empty()); // no class has a lesson now
    box.expect(201, "POST", "/v1/sessions",
               {{"title", "Reef"}, {"class_id", std::stoll(a_class.substr(a_class.rfind('/') + 1))}},
               at.head);
    CHECK(names().at("class").at("name") == "6B");
    CHECK(names().at("items").size() == 2);
    const Json pins = box.expect(200, "POST", a_class + "/pins", Json::object(), at.head).at("items");
    CHECK(sign_in({{"nickname", "anna"}, {"pin", pins.at(0).at("pin")}}) == 200);
}

TEST_CASE("a teacher sees who is locked out and lets them in again", "[stories][people]") {
    Roster at;
    auto& box = at.box;
    at.bring_in("nickname,pin\nanna,4711\n");
    const auto headset = box.pair(at.head, "DPVR-1");
    const auto sign_in = [&](const char* pin) {
        return box
            .call("POST", "/v1/headset/sign-in", {{"nickname", "anna"}, {"pin", pin}}, headset.credential)
            .status;
    };
    for (int i = 0; i < 5; ++i)
        CHECK(sign_in("0000") == 401);
    CHECK(sign_in("4711") == 429);
    const auto locked = [&] { return box.expect(200, "GET", "/v1/lockouts", nullptr, at.head).at("items"); };
    REQUIRE(locked().size() == 1);
    CHECK(locked()[0]["device"]["name"] == "DPVR-1");
    const Json anna = at.person("anna");
    for (int i = 0; i < 5; ++i)
        box.call("POST", "/v1/logins", {{"nickname", "anna"}, {"pin", "0000"}});
    REQUIRE(locked().size() == 2); // she, wherever nothing knows her, and the headset
    CHECK(locked()[0]["person"]["nickname"] == "anna");
    box.expect(204, "DELETE", person_path(anna) + "/lockout", nullptr, at.head);
    CHECK(sign_in("4711") == 429);
    box.expect(204, "DELETE", "/v1/devices/" + to_string(headset.id) + "/lockout", nullptr, at.head);
    CHECK(sign_in("4711") == 200);
    CHECK(locked().empty());

    const auto elsewhere = box.log_in("anna", "4711");
    box.expect(204, "POST", person_path(anna) + "/sign-out", nullptr, at.head);
    box.expect(401, "GET", "/v1/logins", nullptr, elsewhere);
    box.expect(204, "DELETE", person_path(anna) + "/pin", nullptr, at.head);
    CHECK(box.call("POST", "/v1/logins", {{"nickname", "anna"}, {"pin", "4711"}}).status == 401);
    CHECK(at.person("anna").at("has_pin") == false);
}

TEST_CASE("all data of a student is exported, and erased", "[stories][people]") {
    for (const bool remove : {false, true}) {
        Roster at;
        auto& box = at.box;
        at.bring_in("nickname,first_name,class\nanna,Anna,6B\n");
        const Json anna = at.person("anna");
        const auto headset = box.pair(at.head, "DPVR-1");
        const Json card = box.expect(201, "POST", person_path(anna) + "/card", nullptr, at.head);
        box.expect(200, "POST", "/v1/headset/sign-in", {{"card", card.at("card")}}, headset.credential);
        const Json gaze = {
            {"kind", "gaze"}, {"at_ms", box.clock.now_ms()}, {"yaw_deg", 10}, {"pitch_deg", 5}};
        const Json stored =
            box.expect(202, "POST", "/v1/events", {{"batch_id", "b1"}, {"events", Json::array({gaze})}},
                       headset.credential);
        box.expect(200, "PATCH", "/v1/runs/" + stored.at("run_id").dump(), {{"person_id", anna.at("id")}},
                   at.head);

        std::map<std::string, std::string> files;
        for (const auto& file : platform::read_zip(at.download(person_path(anna) + "/export").body, "file"))
            files[file.name] = file.content;
        CHECK(Json::parse(files.at("person.json")).at("classes") == Json({"6B"}));
        CHECK(Json::parse(files.at("runs.json")).size() == 1);
        CHECK(files.at("events.csv").find(",gaze,") != std::string::npos);

        box.expect(204, "POST", person_path(anna) + "/erase", {{"runs", remove ? "remove" : "anonymise"}},
                   at.head);
        CHECK(box.expect(200, "GET", person_path(anna), nullptr, at.head)
                  .at("first_name")
                  .get<std::string>()
                  .empty());
        CHECK(box.expect(200, "GET", "/v1/people?inactive=true", nullptr, at.head).at("items").empty());
        box.expect(409, "PATCH", person_path(anna), {{"active", true}}, at.head);
        CHECK(
            box.call("POST", "/v1/headset/sign-in", {{"card", card.at("card")}}, headset.credential).status ==
            401);
        const auto runs_of_anna = [&] {
            return box.services().store.read([&](store::Read& read) {
                return read.integer("SELECT count(*) FROM runs WHERE person_id = ?",
                                    anna.at("id").get<std::int64_t>());
            });
        };
        CHECK(TestAppliance::wait_for([&] { return runs_of_anna() == 0; }));
        CHECK(box.call("GET", "/v1/runs/" + stored.at("run_id").dump(), nullptr, at.head).status ==
              (remove ? 404 : 200));
        CHECK(at.download("/v1/roster.csv").body.find("anna") == std::string::npos);
    }
}

TEST_CASE("old gaze is reduced to what it adds up to, once no lesson is on", "[stories][runs]") {
    Roster at;
    auto& box = at.box;
    const auto headset = box.pair(at.head, "DPVR-1");
    const auto send = [&](const char* batch) {
        const Json gaze = {
            {"kind", "gaze"}, {"at_ms", box.clock.now_ms()}, {"yaw_deg", 10}, {"pitch_deg", 5}};
        return box.expect(202, "POST", "/v1/events", {{"batch_id", batch}, {"events", Json::array({gaze})}},
                          headset.credential);
    };
    const auto batches = [&] {
        return box.services().store.read(
            [](store::Read& read) { return read.integer("SELECT count(*) FROM event_batches"); });
    };
    box.expect(200, "PATCH", "/v1/organisation", {{"gaze_days", 30}}, at.head);
    const Json first = send("b1");
    box.clock.advance(31 * 24h);
    send("b2");
    CHECK(TestAppliance::wait_for([&] { return batches() == 1; }));
    CHECK(box.services().store.read([&](store::Read& read) {
        return read.integer("SELECT events FROM run_rollups WHERE run_id = ?",
                            first.at("run_id").get<std::int64_t>());
    }) >= 1);
}

TEST_CASE("nicknames that look alike are one name, in a list and when signing in", "[stories][people]") {
    Roster at;
    const Json imported = at.bring_in(
        "nickname,pin,first_name\n"
        "zo\u00eb,4321,of one letter\n"
        "zoe\u0308,4321,of a letter and its mark\n"
        "ana\u00a0,4321,with a no-break space\n"
        "\u200f\u05e9\u05e8\u05d4,4321,with a mark of direction\n"
        "no\u00ebl\u200b,4321,with a space of no width\n");
    CHECK(imported.at("fates").at("add") == 4);
    CHECK(imported.at("fates").at("error") == 1); // zoë is in the file twice
    for (const char* typed : {"zo\u00eb", "zoe\u0308", "Zoe\u0308 ", "ana", "\u05e9\u05e8\u05d4", "no\u00ebl",
                              "noe\u0308l@Test School"})
        CHECK_FALSE(at.box.log_in(typed, "4321").token.empty());
    // Tries at one name are counted together, however it is written.
    for (int wrong = 0; wrong < 5; ++wrong)
        CHECK(at.box
                  .call("POST", "/v1/logins",
                        {{"nickname", wrong % 2 == 0 ? "zo\u00eb" : "zoe\u0308"}, {"pin", "0000"}})
                  .status == 401);
    CHECK(at.box.call("POST", "/v1/logins", {{"nickname", "zoe\u0308\u200b"}, {"pin", "0000"}}).status ==
          429);
    CHECK(
        at.box.call("POST", "/v1/people", {{"nickname", "zoe\u0308"}, {"role", "student"}}, at.head).status ==
        409);
    CHECK(at.box.call("POST", "/v1/people", {{"nickname", "\u200b"}, {"role", "student"}}, at.head).status ==
          422);
}
