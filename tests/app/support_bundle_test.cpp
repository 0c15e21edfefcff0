// lectern support-bundle: it says what somebody who helps has to know, and nothing about anybody.
#include <sqlite3.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/checkup/cleaner.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;
using support::Program;
using support::run;
using support::TemporaryFolder;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A school whose every name is unlike any word of Lectern's.
struct NamedSchool {
    TemporaryFolder folder;
    std::string site_key;

    fs::path data() const { return folder.path() / "data"; }

    std::string does(std::vector<std::string> line, const std::string& input = "") const {
        line.insert(line.end(), {"--data", data().string()});
        const support::Ran ran = run(line, input);
        INFO(ran.error);
        REQUIRE(ran.code == 0);
        return ran.out;
    }

    NamedSchool() {
        does({"setup", "--organisation", "Quellental School", "--admin", "hildegard"}, "Zaunkoenig 77\n");
        does({"person", "add", "--role", "teacher", "--nickname", "brunhilda", "--pin", "8362"});
        does({"person", "add", "--role", "student", "--nickname", "xaver", "--first-name", "Xaver",
              "--last-name", "Oberhuber-Zapf", "--pin", "5937"});
        does({"room", "add", "--name", "Mozartsaal 3", "--rows", "1", "--places", "1"});
        does({"class", "add", "--name", "Falken 9c", "--teacher", "brunhilda"});
        const std::string said = does({"site-key", "add", "--name", "Kinosaal panel"});
        site_key = said.substr(said.find_first_not_of(" \n"), said.find('\n'));
        site_key = site_key.substr(site_key.rfind(' ') + 1);
        run_sql("UPDATE persons SET email = 'xaver@quellental.example' WHERE nickname = 'xaver'");
    }

    void run_sql(const std::string& sql) const {
        sqlite3* database = nullptr;
        REQUIRE(sqlite3_open((data() / "lectern.db").c_str(), &database) == SQLITE_OK);
        REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
        REQUIRE(sqlite3_close(database) == SQLITE_OK);
    }

    // Lines that a journal should not hold, in the form that journalctl prints.
    void write_journal() const {
        const std::vector<std::string> messages = {
            "sign-in refused from 192.168.178.23",
            "sign-in refused from fe80::1ff:fe23:4567:890a for Xaver (PIN 5937)",
            "no row in the audit log for 'person add': There is a person called 'xaver' already.",
            "room \"Mozartsaal 3\" of Quellental School: name=brunhilda,from=[2001:db8::7]:51034",
            "mail to xaver@quellental.example; key " + site_key + ", class Falken 9c",
            "people reach this box at http://vr.quellental.example:8080",
            "Oberhuber-Zapf: /home/hildegard/backup.tar is not there",
            "the disk is full: nothing can be saved until there is room",
        };
        std::string lines;
        for (const std::string& message : messages)
            lines +=
                json{{"__REALTIME_TIMESTAMP", "1790000000000000"}, {"PRIORITY", "4"}, {"MESSAGE", message}}
                    .dump() +
                "\n";
        fs::create_directories(folder.path() / "bin");
        std::ofstream(folder.path() / "lines") << lines;
        const fs::path script = folder.path() / "bin" / "journalctl";
        std::ofstream(script) << "#!/bin/sh\ncat '" << (folder.path() / "lines").string() << "'\n";
        fs::permissions(script, fs::perms::owner_all);
    }

    void write_config() const {
        std::ofstream(folder.path() / "lectern.toml")
            << "allowed_origins = [\"https://lms.quellental.example\"]\nlisten = \"192.168.178.40:8080\"\n"
               "wifi_mbit = 250\nlog_level = \"debug\"\n[chat]\nendpoint = \"http://192.168.178.9:11434/v1\"\n"
               "model = \"hildegard-model\"\n";
    }

    json bundle(const std::string& name) const {
        const fs::path out = folder.path() / name;
        Program program({"support-bundle", "--data", data().string(), "--config",
                         (folder.path() / "lectern.toml").string(), "--out", out.string()},
                        {.environment = {"PATH=" + (folder.path() / "bin").string() + ":/usr/bin:/bin"}});
        const int code = program.wait();
        INFO(program.error());
        REQUIRE(code == 0);
        CHECK((fs::status(out).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
              fs::perms::none);
        return json::parse(bytes_of(out));
    }

    std::vector<std::string> secrets() const {
        return {"hildegard",  "brunhilda",  "xaver",      "Xaver",      "Oberhuber", "Zapf",
                "Quellental", "quellental", "Mozartsaal", "Falken",     "Kinosaal",  "192.168.178",
                "fe80::",     "2001:db8",   "@",          "Zaunkoenig", site_key};
    }
};

// Figures of the machine may have the digits of a PIN by chance: those are not looked at.
void check_nothing_personal(const NamedSchool& school, const json& bundle) {
    for (const std::string& secret : school.secrets()) {
        INFO(secret);
        CHECK_THAT(bundle.dump(), !ContainsSubstring(secret));
    }
    for (const char* part : {"journal", "configuration"})
        for (const char* pin : {"8362", "5937"})
            CHECK_THAT(bundle[part].dump(), !ContainsSubstring(pin));
}

json finding(const json& bundle, const std::string& check) {
    for (const json& one : bundle.at("doctor"))
        if (one.at("check") == check) return one;
    return nullptr;
}

} // namespace

TEST_CASE("a support bundle of a running server has what helps and nothing personal", "[app]") {
    const NamedSchool school;
    school.write_journal();
    school.write_config();
    const std::string journal = bytes_of(school.folder.path() / "lines");
    for (const char* in_journal : {"Xaver", "5937", "192.168.178.23", "2001:db8", "Falken"})
        REQUIRE_THAT(journal, ContainsSubstring(in_journal)); // or the test would prove nothing
    REQUIRE_THAT(journal, ContainsSubstring(school.site_key));
    json bundle;
    {
        Program server({"serve", "--data", school.data().string(), "--listen", "127.0.0.1:0"});
        server.wait_for_out("listening on ");
        bundle = school.bundle("running.json");
        server.signal(15);
        CHECK(server.wait() == 0);
    }
    check_nothing_personal(school, bundle);
    CHECK(bundle["database"]["rows"]["persons"] == 3);
    CHECK(bundle["database"]["schema"] == bundle["version"]["schema"]);
    CHECK(bundle["server"]["runs"] == true);
    CHECK_THAT(bundle["server"]["metrics"].get<std::string>(),
               ContainsSubstring("lectern_store_commits_total"));
    CHECK(finding(bundle, "database")["health"] == "good");
    const json& keys = bundle["configuration"]["keys"];
    CHECK(keys["wifi_mbit"] == 250);
    CHECK(keys["log_level"] == "debug");
    CHECK(keys["listen"] == "[one]:8080");
    CHECK(keys["chat.endpoint"] == "[set]");
    CHECK(bundle["machine"]["disk_free_bytes"].get<std::int64_t>() > 0);
    const json& lines = bundle["journal"]["lines"];
    REQUIRE(lines.size() == 8);
    CHECK(lines[0]["message"] == "sign-in refused from [address]");
    CHECK(lines[7]["message"] == "the disk is full: nothing can be saved until there is room");
}

TEST_CASE("a support bundle of a stopped server is as clean, and leaves out what it cannot clean", "[app]") {
    const NamedSchool school;
    school.write_journal();
    school.write_config();
    const json well = school.bundle("stopped.json");
    CHECK(well["server"]["runs"] == false);
    CHECK(well["journal"]["lines"].size() == 8);
    CHECK(well["database"]["rows"]["rooms"] == 1);
    std::ofstream(school.data() / "lectern.db", std::ios::binary) << std::string(8192, 'x');
    const json sick = school.bundle("sick.json");
    CHECK(sick["journal"]["lines"].empty());
    CHECK_THAT(sick["journal"]["left_out"].get<std::string>(), ContainsSubstring("names"));
    CHECK(finding(sick, "database")["health"] == "bad");
    check_nothing_personal(school, well);
    check_nothing_personal(school, sick);
    std::ofstream(school.folder.path() / "taken.json") << "mine";
    CHECK(run({"support-bundle", "--data", school.data().string(), "--out",
               (school.folder.path() / "taken.json").string()})
              .code == 1);
    CHECK(bytes_of(school.folder.path() / "taken.json") == "mine");
}

TEST_CASE("what is personal is cut from a line by its form or because it is a name of the school", "[app]") {
    app::Cleaner cleaner;
    cleaner.add_person("Anna-Lena O'Neill");
    cleaner.add_person("ada07");
    cleaner.add_thing("Room Picasso");
    cleaner.add_thing("PA7L10MGF5120033G");
    struct Line {
        const char *before, *after;
    };
    const Line lines[] = {
        {"anna-lena failed", "[name] failed"},
        {"for Anna, LENA and o'neill", "for [name], [name] and [name]"},
        {"user=ada07;", "user=[name];"},
        {"ada stays", "[name] stays"},
        {"in the room Picasso", "in the room [name]"},
        {"(pa7l10mgf5120033g)", "([name])"},
        {"from 10.0.0.7:443, ::1 and [fe80::1%eth0]:80", "from [address], [address] and [[address]"},
        {"a4:5e:60:c2:33:1f left", "[address] left"},
        {"pin 123456", "pin [number]"},
        {"after 12 s, 250 ms", "after 12 s, 250 ms"},
        {"key lk_7Gh29sKq0PzLw81mNn", "key [secret]"},
        {"run 6f1c2d3e-0000-4000-8000-00aa00bb00cc", "run [secret]"},
        {"a@b.example wrote", "[e-mail] wrote"},
        {"see https://box.example/x", "see [address]"},
        {"open /home/x/y: gone", "open [path]: gone"},
        {"store: the disk failed; nothing is written", "store: the disk failed; nothing is written"},
    };
    for (const Line& line : lines)
        CHECK(cleaner.clean(line.before, app::Cleaner::Numbers::cut) == line.after);
    CHECK(cleaner.clean("123456 rows", app::Cleaner::Numbers::kept) == "123456 rows");
}
