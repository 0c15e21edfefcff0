// An erased person is nowhere any more, and an export hands out everything known. The test looks into every
// column of every table, so a table added tomorrow is covered tomorrow.
#include <catch2/catch_test_macros.hpp>

#include "platform/zip.h"
#include "support/test_appliance.h"

using support::Credential;
using support::Json;
using support::TestAppliance;
using namespace std::chrono_literals;

namespace {

// A student about whom the box knows all it can know; "zebulon" stands wherever somebody may have typed the
// name.
struct Known {
    TestAppliance box;
    Credential head = box.set_up();
    PersonId id;
    RunId run_id;

    Known() {
        const auto staged = box.call_raw(
            "POST", "/v1/roster-imports",
            "nickname,first_name,last_name,class,email\nzebulon,Zebulon,Pike,6B,zebulon@pike.example\n",
            {{"Authorization", "Bearer " + head.token}});
        const std::string path = "/v1/roster-imports/" + staged.json().at("id").dump();
        box.expect(202, "POST", path + "/commit", Json::object(), head);
        REQUIRE(TestAppliance::wait_for(
            [&] { return box.call("GET", path, nullptr, head).json().at("state") == "done"; }));
        id = box.expect(200, "GET", "/v1/people?q=zebulon", nullptr, head).at("items").at(0).at("id");
        const auto headset = box.pair(head, "DPVR-1");
        const Json room = box.make_room(head, "Room 2", 1, 1);
        box.expect(200, "POST", "/v1/people/" + to_string(id) + "/pin", {{"pin", "4711"}}, head);
        box.expect(200, "POST", "/v1/headset/sign-in", {{"nickname", "zebulon"}, {"pin", "4711"}},
                   headset.credential);
        const Json gaze = {
            {"kind", "gaze"}, {"at_ms", box.clock.now_ms()}, {"yaw_deg", -10.5}, {"pitch_deg", 5}};
        run_id = box.expect(202, "POST", "/v1/events", {{"batch_id", "b1"}, {"events", Json::array({gaze})}},
                            headset.credential)
                     .at("run_id");
        box.services().store.write("what else is known", [&](store::Tx& tx) { tell_more(tx, headset.id); });
    }

    void tell_more(store::Tx& tx, DeviceId device_id) const {
        tx.run("UPDATE runs SET person_id = ?, data = '{\"customer_id\":\"zebulon\"}' WHERE id = ?", id,
               run_id);
        tx.run(
            "INSERT INTO trainings (run_id, phase, assigned_ms, metrics, additional_info, resolution,"
            " given_reason) VALUES (?, 'recorded', 1, '{\"errors\":2}', '\"Zebulon\"', 'Zebulon did it',"
            " 'Well done, Zebulon')",
            run_id);
        tx.run("INSERT INTO training_notes (run_id, at_ms, text) VALUES (?, 1, 'Zebulon hesitates')", run_id);
        tx.run("INSERT INTO profiles (person_id, preferences) VALUES (?, '{\"call_me\":\"Zebulon\"}')", id);
        tx.run(
            "INSERT INTO chat_messages (run_id, role, person_id, text, at_ms)"
            " VALUES (?, 'student', ?, 'I am Zebulon', 1), (?1, 'persona', NULL, 'Hello Zebulon', 2)",
            run_id, id);
        tx.run(
            "INSERT INTO experience (run_id, organisation_id, person_id, xp, at_ms) VALUES (?, 1, ?, 70, 1)",
            run_id, id);
        tx.run("INSERT INTO achievements (person_id, achievement, run_id, at_ms) VALUES (?, 'first', ?, 1)",
               id, run_id);
        tx.run("INSERT INTO helping (person_id, at_ms) VALUES (?, 1)", id);
        tx.run(
            "INSERT INTO hands (device_id, organisation_id, person_id, raised_ms, question)"
            " VALUES (?, 1, ?, 1, 'Zebulon asks')",
            device_id, id);
        tx.run("UPDATE seats SET person_id = ?", id);
        tx.run(
            "INSERT INTO class_seats (class_id, seat_id, person_id) SELECT c.id, s.id, ? FROM classes c, "
            "seats s",
            id);
        tx.run("INSERT INTO password_requests (person_id, at_ms) VALUES (?, 1)", id);
        tx.run(
            "INSERT INTO pairing_requests (organisation_id, serial_number, person_id, token_hash, created_ms)"
            " VALUES (1, 'DPVR-2', ?, x'00', 1)",
            id);
        tx.run(
            "INSERT INTO known_browsers (token_hash, organisation_id, person_id, used_ms)"
            " VALUES (x'01', 1, ?, 1)",
            id);
    }
};

// "table.column" of everything that still knows the person: by id for references to people, otherwise by
// name.
std::vector<std::string> who_knows(store::Read& read, PersonId id) {
    std::vector<std::pair<std::string, std::string>> texts, references;
    auto tables = read.query(
        "SELECT s.name, c.name, c.type, EXISTS (SELECT 1 FROM pragma_foreign_key_list(s.name) f"
        " WHERE f.\"table\" = 'persons' AND f.\"from\" = c.name) FROM sqlite_schema s, "
        "pragma_table_info(s.name) c"
        " WHERE s.type = 'table'");
    while (tables.step()) {
        const auto [table, column, type, refers] =
            tables.values<std::string, std::string, std::string, bool>();
        if (type == "TEXT") texts.emplace_back(table, column);
        if (refers) references.emplace_back(table, column);
    }
    REQUIRE(references.size() > 15);
    std::vector<std::string> found;
    const auto look = [&](const std::vector<std::pair<std::string, std::string>>& columns,
                          const std::string& for_it) {
        for (const auto& [table, column] : columns) {
            std::string sql = "SELECT 1 FROM \"";
            sql.append(table)
                .append("\" WHERE \"")
                .append(column)
                .append("\" ")
                .append(for_it)
                .append(" LIMIT 1");
            if (read.query_text(sql).step()) found.emplace_back(table).append(".").append(column);
        }
    };
    look(texts, "LIKE '%zebulon%'");
    look(references, "= " + to_string(id));
    return found;
}

} // namespace

TEST_CASE("an erased person is in no table any more", "[stories][people]") {
    for (const char* runs : {"anonymise", "remove"}) {
        Known known;
        auto& box = known.box;
        const auto knowing = [&] {
            return box.services().store.read([&](store::Read& read) { return who_knows(read, known.id); });
        };
        CHECK(knowing().size() > 15); // the test itself sees something
        box.expect(204, "POST", "/v1/people/" + to_string(known.id) + "/erase", {{"runs", runs}}, known.head);
        TestAppliance::wait_for([&] { return knowing().empty(); });
        const auto left = knowing();
        CAPTURE(left);
        CHECK(left.empty());
        const bool kept = std::string_view(runs) == "anonymise";
        CHECK(box.call("GET", "/v1/runs/" + to_string(known.run_id), nullptr, known.head).status ==
              (kept ? 200 : 404));
        CHECK(box.services().store.read([](store::Read& read) {
            return read.integer("SELECT count(*) FROM trainings WHERE metrics = '{\"errors\":2}'");
        }) == (kept ? 1 : 0));
    }
}

TEST_CASE("an export holds everything known of a student", "[stories][people]") {
    Known known;
    const auto zip = known.box.call_raw("GET", "/v1/people/" + to_string(known.id) + "/export", "",
                                        {{"Authorization", "Bearer " + known.head.token}});
    std::map<std::string, std::string> files;
    for (const auto& file : platform::read_zip(zip.body, "file"))
        files[file.name] = file.content;
    CHECK(Json::parse(files.at("person.json")).at("profile").at("preferences").at("call_me") == "Zebulon");
    CHECK(files.at("conversations.json").find("Hello Zebulon") != std::string::npos);
    const Json progress = Json::parse(files.at("progress.json"));
    CHECK(progress.at("experience").at(0).at("xp") == 70);
    CHECK(progress.at("achievements").at(0).at("achievement") == "first");
    CHECK(progress.at("helped").size() == 1);
    const Json training = Json::parse(files.at("trainings.json")).at(0);
    CHECK(training.at("metrics") == Json{{"errors", 2}});
    CHECK(training.at("resolution") == "Zebulon did it");
    CHECK(training.at("reckoned_score").is_null());
    CHECK(training.at("notes") == Json::array({"Zebulon hesitates"}));
    CHECK(files.at("events.csv").find(",-10.5,5,") != std::string::npos); // numbers stay numbers
}

TEST_CASE("old gaze waits until the lesson is over, but not for one that was forgotten", "[stories][runs]") {
    TestAppliance box;
    const Credential head = box.set_up();
    const auto headset = box.pair(head, "DPVR-1");
    const Json lesson = box.expect(
        201, "POST", "/v1/lessons",
        {{"title", "Reef"}, {"kind", "video"}, {"content", "reef.mp4"}, {"duration_ms", nullptr}}, head);
    const Json session =
        box.expect(201, "POST", "/v1/sessions",
                   {{"title", "Reef"}, {"lesson_ids", Json::array({lesson.at("id")})}}, head);
    const std::string path = "/v1/sessions/" + session.at("id").dump();
    box.expect(200, "POST", path + "/start", Json::object(), head);
    const Json gaze = {{"kind", "gaze"}, {"at_ms", box.clock.now_ms()}, {"yaw_deg", 10}, {"pitch_deg", 5}};
    box.expect(202, "POST", "/v1/events", {{"batch_id", "b1"}, {"events", Json::array({gaze})}},
               headset.credential);
    box.services().store.write("long ago", [](store::Tx& tx) {
        tx.run("UPDATE event_batches SET received_ms = received_ms - 400 * 86400000");
    });
    const auto batches_after_work = [&] {
        box.services().store.write("a night", [&](store::Tx& tx) { box.services().retention.work(tx); });
        return box.services().store.read([](store::Read& read) {
            return read.integer("SELECT count(*) FROM event_batches").value_or(-1);
        });
    };
    CHECK(batches_after_work() == 1);
    box.expect(200, "POST", path + "/pause", Json::object(), head);
    CHECK(batches_after_work() == 1); // a paused lesson counts, too
    // A lesson that nobody has touched for half a day is forgotten, so that erasing does not wait for it for
    // ever.
    box.clock.advance(13h);
    CHECK(batches_after_work() == 0);
}
