#include "app/commands/command_line.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/admin_socket.h"
#include "app/commands/commands.h"
#include "support/temporary_folder.h"
#include "support/test_appliance.h"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Matches;
using Catch::Matchers::StartsWith;

namespace {

struct Ran {
    int code = 0;
    std::string out, error;
};

// Types a command; `input` is the text on standard input.
Ran run(std::vector<std::string> arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out, error;
    Ran ran;
    ran.code = app::run_command_line(arguments, {in, out, error});
    ran.out = out.str();
    ran.error = error.str();
    return ran;
}

// The same on one data folder, where every command must succeed.
class Box {
public:
    explicit Box(std::filesystem::path folder) : folder_(std::move(folder)) {}
    Ran tries(std::vector<std::string> arguments, const std::string& input = "") const {
        arguments.insert(arguments.end(), {"--data", folder_.string()});
        return run(arguments, input);
    }
    std::string says(const std::vector<std::string>& arguments, const std::string& input = "") const {
        const Ran ran = tries(arguments, input);
        INFO(ran.error);
        REQUIRE(ran.code == 0);
        CHECK(ran.error.empty());
        return ran.out;
    }
    nlohmann::json lists(std::vector<std::string> arguments) const {
        arguments.push_back("--json");
        return nlohmann::json::parse(says(arguments));
    }

private:
    std::filesystem::path folder_;
};

const std::vector<std::vector<std::string>> all_commands = {
    {"serve"},
    {"setup"},
    {"organisation"},
    {"organisation", "add"},
    {"organisation", "list"},
    {"licence"},
    {"licence", "set"},
    {"person"},
    {"person", "add"},
    {"person", "list"},
    {"person", "reset-pin"},
    {"person", "reset-password"},
    {"person", "reset-totp"},
    {"person", "import"},
    {"person", "export"},
    {"class"},
    {"class", "add"},
    {"class", "list"},
    {"room"},
    {"room", "add"},
    {"room", "list"},
    {"site-key"},
    {"site-key", "add"},
    {"site-key", "list"},
    {"site-key", "revoke"},
    {"pair"},
    {"backup"},
    {"restore"},
    {"doctor"},
    {"import"},
    {"import", "pocketbase"},
    {"import", "django"},
    {"import", "nexero"},
    {"import", "seatssync"},
    {"import", "trainer"},
    {"begin-anew"},
    {"simulate"},
    {"openapi"},
    {"asyncapi"},
    {"certificate"},
    {"support-bundle"},
    {"version"},
};

} // namespace

TEST_CASE("every command explains itself with an example", "[app]") {
    const Ran root = run({"--help"});
    CHECK(root.code == 0);
    for (auto command : all_commands) {
        std::string words = "lectern";
        for (const auto& word : command)
            words += " " + word;
        INFO(words);
        CHECK_THAT(root.out, ContainsSubstring(command.front()));
        command.push_back("--help");
        const Ran help = run(command);
        CHECK(help.code == 0);
        CHECK_THAT(help.out, ContainsSubstring("Example:\n"));
        CHECK_THAT(help.out, ContainsSubstring(words.substr(0, words.rfind(' '))));
    }
}

TEST_CASE("a wrongly called command says so and exits with 2", "[app]") {
    const std::vector<std::vector<std::string>> wrong = {
        {},
        {"teach"},
        {"person"},
        {"serve", "--lisen", "127.0.0.1:0"},
        {"serve", "--listen", "localhost:8080"},
        {"serve", "--listen", "8080"},
        {"serve", "--demo-session"},
        {"setup"},
        {"setup", "--organisation", "North School"},
        {"setup", "--organisation", "North School", "--admin", "ellis", "--seats", "many"},
        {"person", "add", "--role", "student"},
        {"room", "add", "--name", "Room 2", "--rows", "5", "--places", "six"},
        {"room", "add", "--name", "Room 2", "--rows", "5"},
        {"pair", "surplus"},
        {"site-key", "revoke"},
        {"version", "--data", "/tmp"},
        // A script whose variable is empty must not end up in the default folder, on all addresses.
        {"serve", "--data", ""},
        {"serve", "--data="},
        {"serve", "--config", ""},
        {"serve", "--tls-cert", "", "--tls-key", ""},
        {"doctor", "--data", ""},
        {"room", "list", "--data", ""},
        {"restore", "--from", "", "--data", "/tmp/x"},
        {"backup", "verify", ""},
        {"certificate", "--out", ""},
        {"support-bundle", "--out", ""},
        {"import"},
        {"import", "trainer"},
        {"import", "trainer", ""},
        {"import", "trainer", "x.sql", "--yes", "--preview"},
        {"import", "nexero", "x.csv", "--only", "y"},
    };
    for (const auto& arguments : wrong) {
        std::string words;
        for (const auto& word : arguments)
            words += word + " ";
        INFO(words);
        const Ran ran = run(arguments);
        CHECK(ran.code == 2);
        CHECK(ran.out.empty());
        CHECK_FALSE(ran.error.empty());
    }
}

TEST_CASE("version prints the version", "[app]") {
    CHECK_THAT(run({"version"}).out, StartsWith("lectern "));
    CHECK(run({"--version"}).out == run({"version"}).out);
}

TEST_CASE("the documents are printed without a data folder", "[app]") {
    const auto openapi = nlohmann::json::parse(run({"openapi"}).out);
    CHECK_THAT(openapi.at("openapi").get<std::string>(), StartsWith("3.1"));
    CHECK(openapi.at("paths").contains("/v1/people"));
    const auto asyncapi = nlohmann::json::parse(run({"asyncapi"}).out);
    CHECK_THAT(asyncapi.at("asyncapi").get<std::string>(), StartsWith("3."));
}

TEST_CASE("a school is set up from the command line", "[app]") {
    const support::TemporaryFolder folder;
    const Box box(folder.path() / "data");

    CHECK(box.tries({"pair"}).code == 1);
    CHECK_THAT(box.tries({"pair"}).error, ContainsSubstring("lectern setup"));

    CHECK_THAT(box.says({"setup", "--organisation", "North School", "--admin", "ellis", "--seats", "2"},
                        "correct horse\n"),
               ContainsSubstring("North School"));
    box.says({"person", "add", "--role", "teacher", "--nickname", "rossi", "--pin", "2468"});
    box.says({"class", "add", "--name", "6B", "--teacher", "rossi"});
    box.says({"person", "add", "--role", "student", "--nickname", "anna", "--pin", "1234", "--class", "6B"});
    CHECK_THAT(box.says({"room", "add", "--name", "Room 2", "--rows", "5", "--places", "6"}),
               ContainsSubstring("30 seats"));

    const auto people = box.lists({"person", "list"});
    REQUIRE(people.size() == 3);
    CHECK(box.lists({"person", "list", "--role", "admin"})[0]["username"] == "ellis");
    CHECK(box.lists({"person", "list", "--class", "6B"})[0]["nickname"] == "anna");
    CHECK_THAT(box.says({"person", "list", "--role", "student"}), ContainsSubstring("anna"));
    CHECK(box.lists({"class", "list"})[0]["students"] == 1);
    CHECK(box.lists({"room", "list"})[0]["places"] == 6);
    CHECK_THAT(box.says({"pair"}), Matches("[0-9]{6}\n"));

    const auto key = box.says({"site-key", "add", "--name", "Unreal build 7"});
    CHECK_THAT(key, Matches("[A-Za-z0-9_-]{43}\n"));
    box.says({"site-key", "add", "--name", "panel", "--client"});
    const auto keys = box.lists({"site-key", "list"});
    REQUIRE(keys.size() == 2);
    CHECK(keys.dump().find(key.substr(0, 43)) == std::string::npos);
    box.says({"site-key", "revoke", "--name", "panel"});
    CHECK(box.lists({"site-key", "list"}).size() == 1);
}

TEST_CASE("a failing command names the field and exits with 1", "[app]") {
    const support::TemporaryFolder folder;
    const Box box(folder.path());
    box.says({"setup", "--organisation", "North School", "--admin", "ellis"}, "correct horse\n");
    box.says({"person", "add", "--role", "teacher", "--nickname", "rossi", "--pin", "2468"});

    struct {
        std::vector<std::string> arguments;
        std::string input, complaint;
    } const table[] = {
        {{"setup", "--organisation", "South School", "--admin", "kim"}, "short\n", "password"},
        {{"setup", "--organisation", "North School", "--admin", "kim"}, "correct horse\n", "North School"},
        {{"person", "add", "--role", "pupil", "--nickname", "anna", "--pin", "1234"}, "", "role"},
        {{"person", "add", "--role", "student", "--nickname", "anna", "--pin", "12a4"}, "", "pin"},
        {{"person", "add", "--role", "student", "--nickname", "", "--pin", "1234"}, "", "nickname"},
        {{"person", "add", "--role", "student", "--nickname", "rossi", "--pin", "1234"}, "", "rossi"},
        {{"person", "add", "--role", "student", "--nickname", "anna", "--pin", "1234", "--class", "9Z"},
         "",
         "9Z"},
        {{"person", "reset-pin", "--nickname", "nobody"}, "", "nobody"},
        {{"person", "reset-password", "--nickname", "ellis"}, "short\n", "password"},
        {{"class", "add", "--name", "6B", "--teacher", "nobody"}, "", "nobody"},
        {{"room", "add", "--name", "Room 2", "--rows", "0", "--places", "6"}, "", "rows"},
        {{"site-key", "revoke", "--name", "nothing"}, "", "nothing"},
        {{"pair", "--organisation", "West School"}, "", "West School"},
    };
    for (const auto& [arguments, input, complaint] : table) {
        const Ran ran = box.tries(arguments, input);
        INFO(complaint << ": " << ran.error);
        CHECK(ran.code == 1);
        CHECK(ran.out.empty());
        CHECK_THAT(ran.error, ContainsSubstring(complaint));
    }
    CHECK(box.lists({"person", "list", "--role", "student"}).empty()); // nothing of it was kept
}

TEST_CASE("where several organisations exist, a command says which", "[app]") {
    const support::TemporaryFolder folder;
    const Box box(folder.path());
    box.says({"setup", "--organisation", "North School", "--admin", "ellis"}, "correct horse\n");
    box.says({"setup", "--organisation", "South School", "--admin", "kim"}, "battery staple\n");
    CHECK(box.tries({"pair"}).code == 1);
    CHECK_THAT(box.tries({"pair"}).error, ContainsSubstring("North School, South School"));
    box.says({"person", "add", "--role", "student", "--nickname", "anna", "--pin", "1234", "--organisation",
              "south school"});
    CHECK(box.lists({"person", "list", "--organisation", "North School", "--role", "student"}).empty());
    CHECK(box.lists({"person", "list", "--organisation", "South School", "--role", "student"}).size() == 1);
}

TEST_CASE("schools and their licences are managed from the command line", "[app]") {
    const support::TemporaryFolder folder;
    const Box box(folder.path());
    box.says({"setup", "--organisation", "North School", "--admin", "ellis"}, "correct horse\n");
    CHECK_THAT(box.says({"organisation", "add", "--name", "Hillside", "--seats", "3"}),
               Matches("Added Hillside; its administrator comes in by the code [0-9A-Z-]{14}\n"));
    CHECK_THAT(box.says({"licence", "set", "--organisation", "hillside", "--seats", "5", "--last-day",
                         "2027-07-31"}),
               ContainsSubstring("0 of 5 seats taken, licence \"school\" until 2027-07-31"));
    CHECK(box.tries({"licence", "set", "--organisation", "Hillside", "--last-day", "soon"}).code == 1);
    const auto schools = box.lists({"organisation", "list"});
    REQUIRE(schools.size() == 2);
    CHECK(schools[0]["seats"] == 5);
    CHECK(schools[1]["last_day"].is_null());
    box.says({"organisation", "add", "--name", "Lakeside", "--last-day", "none"});
    CHECK(box.lists({"organisation", "list"})[1]["last_day"].is_null());
    box.says({"organisation", "add", "--name", "Riverside", "--last-day", "2027-07-31"});
    CHECK(box.lists({"organisation", "list"})[3]["last_day"] == "2027-07-31");
}

TEST_CASE("the command line imports and exports a roster", "[app]") {
    const support::TemporaryFolder folder;
    const Box box(folder.path() / "data");
    box.says({"setup", "--organisation", "North School", "--admin", "ellis"}, "correct horse\n");
    const std::string file = folder.path() / "roster.csv";
    std::ofstream(file) << "nickname,first_name,class\nanna,Anna,6B\na@b,,\n";
    const auto preview = box.says({"person", "import", "--file", file, "--preview"});
    CHECK_THAT(preview, StartsWith("Preview: 1 new"));
    CHECK_THAT(preview, ContainsSubstring("row 3: a@b: nickname must not contain @"));
    CHECK(box.lists({"person", "list", "--role", "student"}).empty());
    CHECK_THAT(box.says({"person", "import", "--file", file, "--draw-pins"}),
               Matches("Brought in: 1 new(.|\n)*anna\t[0-9]{4}\n"));
    CHECK_THAT(box.says({"person", "export"}), ContainsSubstring("anna,Anna,,student,6B,,,\r\n"));
    CHECK(box.says({"person", "export", "--format", "oneroster"}).starts_with("PK"));
    CHECK(box.tries({"person", "import", "--file", "/nowhere/at/all.csv"}).code == 2);
}

TEST_CASE("secrets come from standard input or are generated, and are shown once", "[app]") {
    const support::TemporaryFolder folder;
    const Box box(folder.path());
    box.says({"setup", "--organisation", "North School", "--admin", "ellis"}, "correct horse\r\n");
    const auto added = box.says({"person", "add", "--role", "student", "--nickname", "anna"});
    CHECK_THAT(added, Matches("Added student anna, PIN [0-9]{4}\n"));
    CHECK_THAT(box.says({"person", "reset-pin", "--nickname", "anna"}), Matches("[0-9]{4}\n"));
    CHECK(box.says({"person", "reset-pin", "--nickname", "anna", "--pin", "4321"}) == "4321\n");
    const auto said = box.says({"person", "reset-password", "--nickname", "ellis"}, "battery staple\n");
    CHECK(said.find("battery") == std::string::npos);
    box.says({"person", "add", "--role", "teacher", "--nickname", "rossi", "--password"}, "another secret\n");
    CHECK(box.lists({"person", "list", "--role", "teacher"})[0]["has_password"] == true);
    box.says({"person", "reset-totp", "--nickname", "ellis"});
}

TEST_CASE("a running server does what the command line says, and sees it at once", "[app]") {
    support::TestAppliance appliance;
    appliance.set_up();
    const Box box(appliance.folder());
    const app::AdminServer admin(appliance.folder(),
                                 [&](const std::string& command, const app::Json& arguments) {
                                     return app::run_command(command, arguments, appliance.services());
                                 });
    box.says({"person", "add", "--role", "teacher", "--nickname", "rossi", "--pin", "2468"});
    const auto rossi = appliance.log_in("rossi", "2468");
    appliance.expect(200, "GET", "/v1/classes", nullptr, rossi);
    box.says({"person", "reset-pin", "--nickname", "rossi", "--pin", "1357"});
    appliance.expect(401, "GET", "/v1/classes", nullptr, rossi); // the old PIN's logins have ended
    appliance.log_in("rossi", "1357");
    const auto code = box.says({"pair"}).substr(0, 6);
    appliance.expect(201, "POST", "/v1/pairings", {{"code", code}, {"serial_number", "DPVR-07"}});
    CHECK(box.tries({"room", "add", "--name", "Room 2", "--rows", "0", "--places", "6"}).code == 1);
}

TEST_CASE("the command line leaves rows in the audit log, without names or secrets", "[app]") {
    support::TestAppliance appliance;
    appliance.set_up();
    app::run_command("person add", {{"role", "student"}, {"nickname", "anna"}, {"pin", "9753"}},
                     appliance.services());
    CHECK_THROWS(app::run_command("person add", {{"role", "student"}, {"nickname", "anna"}, {"pin", "9753"}},
                                  appliance.services()));
    CHECK_THROWS(app::run_command("person abduct", app::Json::object(), appliance.services()));
    const auto rows = appliance.services().store.read([](store::Read& read) {
        std::vector<std::string> found;
        auto statement = read.query(
            "SELECT action, status, organisation_id IS NOT NULL, target, error FROM audit_log"
            " WHERE action LIKE 'command line%' ORDER BY id");
        while (statement.step()) {
            const auto [action, status, of_organisation, target, error] =
                statement.values<std::string, int, int, std::string, std::string>();
            std::string& row = found.emplace_back(action);
            row.append(" ")
                .append(std::to_string(status))
                .append(" ")
                .append(std::to_string(of_organisation));
            row.append(target).append(error);
        }
        return found;
    });
    REQUIRE(rows.size() == 2);
    CHECK_THAT(rows[0], StartsWith("command line: person add 200 1"));
    CHECK_THAT(rows[1], StartsWith("command line: person add 409 1"));
    for (const auto& row : rows) {
        CHECK(row.find("9753") == std::string::npos);
        CHECK(row.find("anna") == std::string::npos);
    }
}
