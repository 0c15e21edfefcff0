// A school moves in from each of the five systems whose clients Lectern serves. The files in tests/fixtures have what
// comes along and what doesn't; each is looked at first, brought in, and brought in again, which changes nothing.
#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "app/admin_socket.h"
#include "app/checkup/holdings.h"
#include "app/commands/command_line.h"
#include "app/commands/commands.h"
#include "platform/text.h"
#include "support/test_appliance.h"

using namespace support;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

fs::path fixture(const std::string& name) {
    return fs::path(LECTERN_SOURCE_ROOT) / "tests/fixtures" / name;
}

std::int64_t ms(const std::string& iso) {
    return platform::parse_iso8601(iso).value();
}

// A box with a school that has nobody but its administrator, and the command line beside it.
struct NewSchool {
    TestAppliance box;
    Credential head = box.set_up();
    app::AdminServer admin{box.folder(), [this](const std::string& command, const app::Json& arguments) {
                               return app::run_command(command, arguments, box.services());
                           }};

    struct Said {
        int code = 0;
        std::string out, error;
    };
    Said import(std::vector<std::string> words) {
        words.insert(words.begin(), "import");
        words.insert(words.end(), {"--data", box.folder().string()});
        std::istringstream in;
        std::ostringstream out, error;
        const int code = app::run_command_line(words, {in, out, error});
        return {code, out.str(), error.str()};
    }
    std::string says(const std::vector<std::string>& words) {
        const Said said = import(words);
        INFO(said.error);
        REQUIRE(said.code == 0);
        return said.out;
    }

    // How many rows each table has, but for the traces of the command itself and the settings that a log keeps.
    Json rows() {
        Json counts =
            box.services().store.read([](store::Read& read) { return app::holdings(read); })["rows"];
        for (const char* own : {"audit_log", "imports", "import_rows", "settings"})
            counts.erase(own);
        return counts;
    }

    // Looks, which writes nothing; brings in, as the look said; and once more, which changes nothing.
    std::string moves_in(std::vector<std::string> words) {
        const Json before = rows();
        const std::string preview = says(words);
        CHECK_THAT(preview, ContainsSubstring("nothing is written"));
        CHECK(rows() == before);
        words.push_back("--yes");
        std::string done = says(words);
        CHECK(done.substr(done.find('\n')) == preview.substr(preview.find('\n')));
        const Json after = rows();
        CHECK(after != before);
        CHECK_THAT(says(words), !ContainsSubstring(": 1 new") && !ContainsSubstring(": 2 new"));
        CHECK(rows() == after);
        return done;
    }

    template <class Look>
    auto reads(Look look) {
        return box.services().store.read(look);
    }
    OrganisationId organisation() {
        return reads(
            [this](store::Read& read) { return box.services().organisations.list(read).front().id; });
    }
    std::optional<people::Person> person(const std::string& nickname) {
        return reads([&](store::Read& read) {
            return box.services().people.by_nickname(read, box.services().organisations.list(read).front().id,
                                                     nickname);
        });
    }
    std::vector<trainings::Training> trainings_of(const std::string& nickname) {
        const auto who = person(nickname);
        REQUIRE(who);
        return reads([&](store::Read& read) {
            return box.services().trainings.of_person(read, who->organisation_id, who->id);
        });
    }
    std::vector<runs::Run> runs() {
        const OrganisationId organisation_id = organisation();
        return reads([&](store::Read& read) {
            return box.services().runs.list(read, organisation_id, {}, {100, {}}).items;
        });
    }
};

// PocketBase keeps an SQLite file: the fixture is its text.
fs::path sqlite_of(const fs::path& sql, const fs::path& into) {
    std::ifstream in(sql, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(into.c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(database) == SQLITE_OK);
    return into;
}

} // namespace

TEST_CASE("a school moves in from the training platform's PocketBase", "[stories]") {
    NewSchool school;
    const TemporaryFolder folder;
    const fs::path file = sqlite_of(fixture("pocketbase.sql"), folder.path() / "data.db");
    const std::string said = school.moves_in({"pocketbase", file.string()});
    INFO(said);
    CHECK_THAT(said, ContainsSubstring("people: 2 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("headsets: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("scenarios: 2 new, 0 here already, 0 not taken"));
    CHECK_THAT(said, ContainsSubstring("results: 2 new, 0 here already, 0 not taken"));
    CHECK_THAT(said, ContainsSubstring("users usr000000000003: nickname must be at most 40 characters"));
    CHECK_THAT(said, ContainsSubstring("devices dev000000000002: its serial number must have"));
    CHECK_THAT(said, ContainsSubstring("playing_records rec000000000003: its scenario is not in the file"));
    CHECK_THAT(said, ContainsSubstring("scenarios sce000000000002 is called \"Fire drill (2)\" here."));
    CHECK_THAT(said, ContainsSubstring("12 seats until 2026-12-31"));
    CHECK_THAT(said, ContainsSubstring("Passwords of clients cannot come along"));
    CHECK_THAT(said, ContainsSubstring("school_menu: 1 rows stay behind"));
    CHECK_THAT(said, !ContainsSubstring("_admins"));

    const auto ada = school.person("ada");
    REQUIRE(ada);
    CHECK(ada->first_name == "Ada");
    CHECK(ada->last_name == "Lovelace");
    const auto done = school.trainings_of("ada");
    REQUIRE(done.size() == 1);
    CHECK(done[0].phase == trainings::Phase::recorded);
    CHECK(done[0].scenario.title == "Fire drill");
    CHECK(done[0].run.started_ms == ms("2025-03-04T09:00:00Z"));
    CHECK(done[0].run.ended_ms == ms("2025-03-04T09:12:30Z"));
    CHECK(done[0].recorded_ms == ms("2025-03-04T09:12:30Z"));
    CHECK(Json::parse(done[0].metrics) == Json({{"seconds", 750.0}, {"errors", 1.5}}));
    CHECK(Json::parse(done[0].checklist) == Json({{"alarm", true}, {"doors", false}}));
    CHECK(Json::parse(done[0].additional_info) == Json({{"route", "east stairs"}}));
    CHECK(done[0].run.score == 50); // one of its two items
    REQUIRE(done[0].run.device_id);
    const auto device = school.reads([&](store::Read& read) {
        return school.box.services().devices.get(read, ada->organisation_id, *done[0].run.device_id);
    });
    CHECK(device.serial_number == "PA7L10MGF5120033G");
    CHECK_FALSE(device.paired);
    // It takes no seat until it pairs, and then it is the same headset.
    const auto headset = school.box.pair(school.head, "PA7L10MGF5120033G");
    CHECK(headset.id == device.id);
    for (const runs::Run& run : school.runs())
        if (!run.person) CHECK(Json::parse(run.data)["user_id"] == "visitor 7");
}

TEST_CASE("a school moves in from the VR LMS's Django", "[stories]") {
    NewSchool school;
    const std::string said = school.moves_in({"django", fixture("django.json").string()});
    INFO(said);
    CHECK_THAT(said, ContainsSubstring("people: 2 new, 0 here already, 2 not taken"));
    CHECK_THAT(said, ContainsSubstring("classes: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("class members: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("lessons: 1 new, 0 here already, 0 not taken"));
    CHECK_THAT(said, ContainsSubstring("results: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("lms_user 1: administrators are invited, not imported"));
    CHECK_THAT(said, ContainsSubstring("lms_user 4: pin must be 4 digits"));
    CHECK_THAT(said, ContainsSubstring("lms_user 5: is not active"));
    CHECK_THAT(said, ContainsSubstring("lms_class 2: its teacher was not taken"));
    CHECK_THAT(said, ContainsSubstring("lms_progress 2: its student was not taken"));
    CHECK_THAT(said, ContainsSubstring("lms_progress 3: its lesson is not in the file"));
    CHECK_THAT(said, ContainsSubstring("1 passwords cannot come along"));
    CHECK_THAT(said, ContainsSubstring("PINs come along"));

    school.box.log_in("ada", "1357");
    const Credential rossi = school.box.log_in("rossi", "2468");
    const Json classes = school.box.expect(200, "GET", "/v1/classes", nullptr, rossi);
    REQUIRE(classes["items"].size() == 1);
    CHECK(classes["items"][0]["name"] == "6B");
    CHECK(classes["items"][0]["teacher"]["nickname"] == "rossi");
    CHECK(classes["items"][0]["student_count"] == 1);
    const auto runs = school.runs();
    REQUIRE(runs.size() == 1);
    CHECK(runs[0].person->nickname == "ada");
    CHECK(runs[0].score == 85);
    CHECK(runs[0].completed);
    CHECK(runs[0].started_ms == ms("2024-11-04T09:00:00Z"));
    CHECK(runs[0].ended_ms == ms("2024-11-04T09:40:00Z"));
    CHECK(Json::parse(runs[0].data) == Json({{"slide", 12}}));
    const auto lesson = school.reads([&](store::Read& read) {
        return school.box.services().lessons.get(read, runs[0].organisation_id, runs[0].lesson_id.value());
    });
    CHECK(lesson.title == "Coral reef");
    CHECK(lesson.kind == courses::LessonKind::video);
}

TEST_CASE("what was tracked in Unreal apps moves in from Nexero", "[stories]") {
    NewSchool school;
    school.box.add_person(school.head, "student", "ada");
    const std::string said = school.moves_in(
        {"nexero", fixture("vr_sessions.csv").string(), fixture("tracking_events_rows.csv").string()});
    INFO(said);
    CHECK_THAT(said, ContainsSubstring("results: 3 new, 0 here already, 0 not taken"));
    CHECK_THAT(said, ContainsSubstring("events: 3 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("vr_sessions: a row has no id"));
    CHECK_THAT(said, ContainsSubstring("tracking_events 5: names no session"));
    CHECK_THAT(said, ContainsSubstring("vr_sessions 550e8400-e29b-41d4-a716-446655440000, event 3: "));

    const OrganisationId organisation_id = school.organisation();
    const auto run_of = [&](const std::string& id) {
        return school.reads([&](store::Read& read) {
            return school.box.services().runs.find_public(read, organisation_id, id).value();
        });
    };
    const auto tour = run_of("550e8400-e29b-41d4-a716-446655440000");
    CHECK(tour.person->nickname == "ada");
    CHECK(tour.origin == runs::Origin::unreal);
    CHECK(tour.started_ms == ms("2025-10-03T08:21:25Z"));
    CHECK(tour.ended_ms == ms("2025-10-03T08:26:25Z"));
    CHECK(Json::parse(tour.data)["property_id"] == "prop_67890");
    const auto rollup =
        school.reads([&](store::Read& read) { return runs::Ingest::rollup(read, organisation_id, tour.id); });
    CHECK(rollup.events == 2);
    CHECK(rollup.targets.at("countertop") == 2500);
    const auto unended = run_of("550e8400-e29b-41d4-a716-446655440001");
    CHECK_FALSE(unended.person);
    CHECK(unended.state == runs::RunState::finished);
    CHECK(unended.started_ms == 1759480000500);
    CHECK(run_of("550e8400-e29b-41d4-a716-44665544ffff").started_ms == ms("2025-10-04T08:00:00Z"));
}

TEST_CASE("rooms and staff move in from the seat monitor", "[stories]") {
    NewSchool school;
    const std::string file = fixture("seatssync.json").string();
    const NewSchool::Said unsure = school.import({"seatssync", file});
    CHECK(unsure.code == 1);
    CHECK_THAT(unsure.error, ContainsSubstring("Northwood, Elsewhere"));
    const std::string said = school.moves_in({"seatssync", file, "--only", "northwood"});
    INFO(said);
    CHECK_THAT(said, ContainsSubstring("people: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("rooms: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("User 2: username must be 3 to 32"));
    CHECK_THAT(said, ContainsSubstring("Hall 2: seats[1].place is the row and place of seats[0]"));
    CHECK_THAT(said, ContainsSubstring("Seat 6: its hall is not in the file"));
    CHECK_THAT(said, ContainsSubstring("second factors"));

    const auto monitor = school.person("monitor_1");
    REQUIRE(monitor);
    CHECK(monitor->role == platform::Role::teacher);
    const auto rooms = school.reads(
        [&](store::Read& read) { return school.box.services().rooms.list(read, monitor->organisation_id); });
    REQUIRE(rooms.size() == 1);
    CHECK(rooms[0].name == "VR room");
    CHECK(rooms[0].places == 3);
    const auto seats = school.reads([&](store::Read& read) {
        return school.box.services().rooms.seats(read, monitor->organisation_id, rooms[0].id);
    });
    REQUIRE(seats.size() == 3);
    CHECK(seats[1].status == rooms::SeatStatus::maintenance);
    CHECK(seats[1].rotation == 12);
    CHECK(seats[2].width == 60);
    CHECK(seats[2].seat_type.name == "Sofa");
    CHECK(seats[0].seat_type.name == "Standard");
}

TEST_CASE("learners and their work move in from the scenario trainer", "[stories]") {
    NewSchool school;
    const std::string said = school.moves_in({"trainer", fixture("trainer.sql").string()});
    INFO(said);
    CHECK_THAT(said, ContainsSubstring("people: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("scenarios: 2 new, 0 here already, 0 not taken"));
    CHECK_THAT(said, ContainsSubstring("results: 1 new, 0 here already, 1 not taken"));
    CHECK_THAT(said, ContainsSubstring("email must be an e-mail address"));
    CHECK_THAT(said, ContainsSubstring("0000000000c2: has not ended: it cannot go on here"));
    CHECK_THAT(said, ContainsSubstring("0000000000c3: its student was not taken"));
    CHECK_THAT(said, ContainsSubstring("chat_messages: 1 rows stay behind"));
    CHECK_THAT(said, ContainsSubstring("2 passwords cannot come along"));

    const auto ada = school.person("ada.l");
    REQUIRE(ada);
    CHECK(ada->email == "ada@trainer.example");
    const auto done = school.trainings_of("ada.l");
    REQUIRE(done.size() == 1);
    CHECK(done[0].run.public_id == "0b7e1d8e-0000-4000-8000-0000000000c1");
    CHECK(done[0].run.started_ms == ms("2025-05-05T08:00:00Z"));
    CHECK(done[0].run.ended_ms == ms("2025-05-05T08:04:00Z"));
    CHECK(done[0].resolution == "It's reset; sent (link)");
    CHECK(std::llround(done[0].run.score.value()) == 70); // a quarter of 100 and three quarters of 60
    const auto xp = school.reads([&](store::Read& read) {
        return school.box.services().progress.total_xp(read, ada->organisation_id, ada->id);
    });
    CHECK(xp == 70);
    const auto printer = school.reads([&](store::Read& read) {
        return school.box.services()
            .scenarios.find_title(read, ada->organisation_id, "Printer on fire")
            .value();
    });
    CHECK(printer.content.estimated_minutes == 20);
    REQUIRE(printer.prerequisites.size() == 1);
    CHECK(printer.prerequisites[0] == done[0].scenario.id);
    const auto reset = school.reads([&](store::Read& read) {
        return school.box.services().scenarios.get(read, ada->organisation_id, done[0].scenario.id);
    });
    CHECK(reset.content.difficulty == scenarios::Difficulty::starter);
    CHECK(reset.content.persona->communication_style == "friendly");
    CHECK(reset.content.knowledge_base.at(0).keywords == std::vector<std::string>{"auth"});
}

TEST_CASE("a file that is no store of another system is refused in words, and nothing is written",
          "[stories]") {
    NewSchool school;
    const TemporaryFolder folder;
    const Json before = school.rows();
    const auto refused = [&](const std::string& bytes, const std::string& words) {
        INFO(words);
        std::ofstream(folder.path() / "file", std::ios::binary) << bytes;
        const NewSchool::Said said = school.import({"trainer", (folder.path() / "file").string(), "--yes"});
        CHECK(said.code == 1);
        CHECK_THAT(said.error, ContainsSubstring(words));
    };
    refused(std::string("SQLite format 3\0", 16) + std::string(4096, 'x'), "cannot be read");
    refused("{\"users\": 7}", "must be a list of rows");
    refused("[1, 2]", "must be a list of objects");
    refused("{\"users\": [", "is no JSON");
    refused("INSERT INTO users (id, email) VALUES (1);", "with 1 values for 2 columns");
    refused("COPY users (id) FROM stdin;\n1\n", "ends inside the rows of users");
    refused("INSERT INTO users (id) VALUES ('1", "ends inside a text in quotes");
    refused(std::string("\xff\xfe\x00x", 4), "is neither SQLite nor text");
    CHECK(school.import({"trainer", "/no/such/file"}).code == 1);
    CHECK(school.rows() == before);
}
