// Rosters: what is in a file, what becomes of each row, and ten thousand rows at once.
#include "people/rosters/roster.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "people/rosters/import.h"
#include "people/rosters/roster_export.h"
#include "platform/csv.h"
#include "platform/text.h"
#include "platform/zip.h"
#include "support/school.h"

using people::Fate;
using people::ImportState;
using people::Roster;
using platform::Role;
using support::error_of;
using support::School;

namespace {

std::string zip_of(const std::vector<platform::ZipEntry>& files) {
    platform::ZipWriter zip(1'790'000'000'000);
    for (const auto& file : files)
        zip.add(file.name, file.content);
    return zip.finish();
}

// Two students, a teacher, a guardian and four faulty ones.
std::string oneroster_1_1() {
    return zip_of(
        {{"manifest.csv", "propertyName,value\noneroster.version,1.1\n"},
         {"users.csv",
          "sourcedId,status,enabledUser,role,username,givenName,familyName,email\n"
          "u1,,true,student,anna,Anna,Berg,\nu2,,true,student,,Ben,Ode,\n"
          "t1,,true,teacher,rossi,Carla,Rossi,rossi@school.example\ng1,,true,guardian,,Dad,Berg,\n"
          "u3,tobedeleted,true,student,gone,Gone,Boy,\n"
          "f1,,true,student,,,,\nf2,,true,,nobody,No,Role,\nf3,,true,student,odd,Odd,Mail,not a mail\n"
          "f4,,true,wizard,max,Max,Stone,\n"},
         {"classes.csv", "sourcedId,status,title,classCode\nc1,,6B,\nc2,,Choir,A\nc3,,Choir,B\n"},
         {"enrollments.csv",
          "sourcedId,status,classSourcedId,userSourcedId,role,primary\n"
          "e1,,c1,u1,student,\ne2,,c1,u2,student,\ne3,,c1,t1,teacher,true\ne4,,c2,u1,student,\n"}});
}

struct Importing {
    School school;
    people::Person head = school.add_person(Role::administrator, "head");

    people::Import stage(const Roster& roster, bool update = false) {
        return school.imports.stage(school.organisation, head.id, roster, update);
    }
    people::Import run(const people::Import& staged, bool draw_pins = false) {
        school.write([&](store::Tx& tx) {
            school.imports.commit(tx, school.organisation, staged.id, draw_pins, false);
        });
        school.imports.run(staged.id, [] { return false; });
        return look(staged);
    }
    people::Import look(const people::Import& import) {
        return school.read(
            [&](store::Read& read) { return school.imports.get(read, school.organisation, import.id); });
    }
    std::vector<people::ImportRow> rows(const people::Import& import, std::optional<people::Fate> fate = {}) {
        return school.read([&](store::Read& read) {
            return school.imports.rows(read, school.organisation, import.id, fate, {1000, {}}).items;
        });
    }
    std::int64_t count(const char* role) {
        return school.read([&](store::Read& read) {
            return read
                .integer("SELECT count(*) FROM persons WHERE organisation_id = ? AND role = ? AND active = 1",
                         school.organisation, role)
                .value_or(0);
        });
    }
};

std::string csv(const std::string& lines) {
    return "nickname,first_name,last_name,role,class,pin,username,email,external_id\n" + lines;
}

} // namespace

TEST_CASE("tables may use commas, semicolons or tabs, and formulas do no harm", "[people][platform]") {
    for (const char delimiter : {',', ';', '\t'}) {
        std::string text =
            "\xEF\xBB\xBF"
            "First name|LAST-NAME\r\n\"Anna \"\"A\"\"|\"|Berg\r\n\r\n Ben |O'Neil";
        std::ranges::replace(text, '|', delimiter);
        const auto table = platform::read_csv(text, "file", 10);
        CHECK(table.columns == std::vector<std::string>{"first_name", "last_name"});
        REQUIRE(table.rows.size() == 2);
        CHECK(table.cell(table.rows[1], table.column("last_name")) == "O'Neil");
        CHECK(table.cell(table.rows[1], table.column("first_name")) == "Ben");
    }
    CHECK(error_of([] { platform::read_csv("a\n\"open", "file", 10); }) == "invalid");
    CHECK(error_of([] { platform::read_csv("name\nM\xFCller", "file", 10); }) == "invalid");
    CHECK(error_of([] { platform::read_csv("a\n1\n2\n3\n", "file", 2); }) == "invalid");
    const std::vector<std::string> cells{"=1+1", "a \"b\"", "c,d", "-", "", "two\nlines"};
    platform::CsvWriter table({"a", "b", "c", "d", "e", "f"});
    for (const std::string& text : cells)
        table.cell(text);
    table.end();
    CHECK(platform::read_csv(table.text(), "file", 10).rows.at(0).cells == cells);
    CHECK(table.text().find("\n'=1+1,") != std::string::npos);
}

TEST_CASE("a zip unfolds within its limits or not at all", "[people][platform]") {
    const auto files =
        platform::read_zip(zip_of({{"a.csv", "x"}, {"folder/b.csv", std::string(100'000, 'y')}}), "file");
    REQUIRE(files.size() == 2);
    CHECK(files[1].name == "folder/b.csv");
    CHECK(files[1].content.size() == 100'000);
    const std::string bomb = zip_of({{"users.csv", std::string(10'000'000, '0')}});
    CHECK(bomb.size() < 20'000);
    const auto refused = [](const std::string& bytes, const platform::ZipLimits& limits) {
        return error_of([&] { platform::read_zip(bytes, "file", limits); });
    };
    CHECK(refused(bomb, {.entry_bytes = 9'999'999}) == "invalid");
    CHECK(refused(zip_of({{"a", "1234"}, {"b", "1234"}}), {.total_bytes = 7}) == "invalid");
    CHECK(refused(zip_of({{"a", ""}, {"b", ""}}), {.entries = 1}) == "invalid");
    CHECK(refused("PK no zip at all", {}) == "invalid");
    std::string damaged = zip_of({{"a.csv", "some text that is long enough to be damaged"}});
    damaged[45] = static_cast<char>(damaged[45] ^ 0x55);
    CHECK(refused(damaged, {}) == "invalid");
}

TEST_CASE("the rules of a row", "[people]") {
    struct {
        const char* line;
        const char* reason;
    } const rows[] = {
        {"anna,Anna,Berg,,6B,,,,", ""},
        {",Ben,Ode,student,,,,,", ""},
        {",,,student,,,,,", "has neither a nickname nor a name"},
        {"a@b,,,,,,,,", "nickname must not contain @"},
        {"carla,,,pilot,,,,,", "role must be student, teacher, viewer or administrator"},
        {"dora,,,,,12345,,,", "pin must be 4 digits"},
        {"emil,,,teacher,,,x,,", "username must be 3 to 32 letters, digits, '_', '.' or '-'"},
        {"fay,,,,,,,not a mail,", "email must be an e-mail address"},
        {"ANNA,,,,,,,,", "nickname is in the file twice"},
        {"head,,,administrator,,,,,", "administrators are invited, not imported"},
        {"gus,,,,,,,,7", ""},
        {"hal,,,,,,,,7", "external_id is in the file twice"},
    };
    std::string text;
    for (const auto& row : rows)
        text += std::string(row.line) + "\n";
    const Roster roster = people::read_roster(csv(text));
    REQUIRE(roster.rows.size() == std::size(rows));
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        CAPTURE(rows[i].line);
        CHECK(roster.rows[i].reason == rows[i].reason);
        CHECK(roster.rows[i].number == static_cast<std::int64_t>(i + 2));
    }
    CHECK(roster.rows[1].nickname == "ben.o");
    const Roster twins = people::read_roster("first name,last name\nAnna,Berg\nAnna,Bell\nAnna,\n");
    CHECK(twins.rows[1].nickname == "anna.b2");
    CHECK(twins.rows[2].nickname == "anna");
    CHECK(people::read_roster("nickname,role,class\nrossi,teacher,6B | 6C\n").teachers.at("6C") == "rossi");
    CHECK(error_of([] { people::read_roster("colour,shape\nred,round\n"); }) == "invalid");
    CHECK(error_of([] { people::read_roster("  \n"); }) == "invalid");
    CHECK(people::read_roster("nickname,shoe size\nanna,38\n").ignored ==
          std::vector<std::string>{"shoe_size"});
}

TEST_CASE("a OneRoster file brings people, classes and teachers; three faulty rows are named", "[people]") {
    Importing at;
    const Roster roster = people::read_roster(oneroster_1_1());
    const auto staged = at.stage(roster);
    CHECK(staged.state == ImportState::staged);
    CHECK(staged.fates == std::map<Fate, std::int64_t>{{Fate::add, 3}, {Fate::skip, 2}, {Fate::error, 4}});
    CHECK(at.count("student") == 0); // a preview changes nothing
    std::vector<std::string> reasons;
    for (const auto& row : at.rows(staged, Fate::error))
        reasons.push_back(row.reason);
    CHECK(reasons == std::vector<std::string>{"has no name", "has no role", "email must be an e-mail address",
                                              "has a role that OneRoster does not know"});

    const auto done = at.run(staged);
    CHECK(done.state == ImportState::done);
    CHECK(done.done == 3);
    CHECK(at.count("student") == 2);
    at.school.read([&](store::Read& read) {
        const auto& school = at.school;
        const auto classes = school.classes.list(read, school.organisation, {}).items;
        REQUIRE(classes.size() == 2);
        CHECK(classes[0].name == "6B");
        CHECK(classes[0].teacher.nickname == "rossi");
        CHECK(classes[0].student_count == 2);
        CHECK(classes[1].name == "Choir (A)");
        CHECK(classes[1].teacher.nickname == "head"); // the importing person, where the file names nobody
        CHECK(school.people.by_nickname(read, school.organisation, "ben.o")->external_id == "u2");
    });
    CHECK(error_of([&] { at.run(staged); }) == "conflict");
}

TEST_CASE("OneRoster 1.2 has its roles in a file of their own", "[people]") {
    const Roster roster = people::read_roster(
        zip_of({{"district/users.csv",
                 "sourcedId,enabledUser,username,givenName,familyName\nu1,true,anna,Anna,Berg\n"
                 "t1,true,rossi,Carla,Rossi\nx1,true,boss,Big,Boss\n"},
                {"district/roles.csv",
                 "sourcedId,userSourcedId,roleType,role\nr1,u1,primary,student\n"
                 "r2,t1,secondary,aide\nr3,t1,primary,teacher\nr4,x1,primary,districtAdministrator\n"}}));
    REQUIRE(roster.rows.size() == 3);
    CHECK(roster.rows[0].role == Role::student);
    CHECK(roster.rows[1].role == Role::teacher);
    CHECK(roster.rows[1].reason.empty());
    CHECK(roster.rows[2].left_out);
    CHECK(error_of([] { people::read_roster(zip_of({{"pictures/cat.jpg", "x"}})); }) == "invalid");
}

TEST_CASE("an import leaves existing people alone, or updates them", "[people]") {
    Importing at;
    at.school.add_student("anna");
    at.school.add_person(Role::teacher, "rossi");
    const Roster roster = people::read_roster(
        csv("anna,Anna,Berg,,6B,9999,,,a1\nben,Ben,Ode,,6B,,,,\nrossi,Carla,Rossi,student,,,,,\n"
            "head,The,Head,teacher,,,,,\nemil,,,,,,rossi,,\n"));
    const std::vector<Fate> add{Fate::skip, Fate::add, Fate::error, Fate::skip, Fate::error};
    const std::vector<Fate> update{Fate::update, Fate::add, Fate::error, Fate::skip, Fate::error};
    for (const bool updating : {false, true}) {
        const auto staged = at.stage(roster, updating);
        std::vector<Fate> fates;
        for (const auto& row : at.rows(staged))
            fates.push_back(row.fate);
        CHECK(fates == (updating ? update : add));
    }
    const auto staged = at.stage(roster, true);
    CHECK(at.rows(staged)[0].reason == "first_name, last_name, external_id, class");
    at.run(staged);
    at.school.read([&](store::Read& read) {
        const auto anna = at.school.people.by_nickname(read, at.school.organisation, "anna");
        CHECK(anna->last_name == "Berg");
        CHECK(anna->has_pin);
        CHECK(at.school.classes.of_student(read, at.school.organisation, anna->id).size() == 1);
    });
    CHECK(at.stage(roster, true).fates.at(Fate::unchanged) == 2);
    // A name taken between the preview and the commit is left out, and the others go on.
    const auto late = at.stage(people::read_roster("nickname\nzoe\nyan\n"));
    at.school.add_student("zoe");
    CHECK(at.run(late).fates == std::map<Fate, std::int64_t>{{Fate::add, 1}, {Fate::error, 1}});
}

TEST_CASE("an interrupted import goes on where it stopped, and shows nobody before all are there",
          "[people]") {
    Importing at;
    std::string text = "nickname,class\n";
    for (int i = 0; i < 1200; ++i)
        text += "s" + std::to_string(i) + ",6" + std::to_string(i % 40) + "\n";
    const auto staged = at.stage(people::read_roster(text));
    at.school.write([&](store::Tx& tx) {
        at.school.imports.commit(tx, at.school.organisation, staged.id, false, false);
    });
    int asked = 0;
    at.school.imports.run(staged.id, [&] { return ++asked > 700; });
    CHECK(at.look(staged).state == ImportState::adding);
    CHECK(at.look(staged).done > 0);
    CHECK(at.count("student") == 0);
    at.school.read([&](store::Read& read) {
        people::PeopleFilter inactive;
        inactive.inactive = true;
        CHECK(at.school.people.list(read, at.school.organisation, inactive, {}).items.empty());
        CHECK(at.school.imports.under_way(read) == staged.id);
    });
    CHECK(error_of([&] { at.school.imports.remove(at.school.organisation, staged.id); }) == "conflict");
    CHECK(error_of([&] { at.stage(people::read_roster(text)); }) == "conflict");
    at.school.imports.run(staged.id, [] { return false; });
    CHECK(at.look(staged).state == ImportState::done);
    CHECK(at.count("student") == 1200);
}

TEST_CASE("PINs are drawn for new students, and handed out once", "[people]") {
    Importing at;
    const auto staged =
        at.stage(people::read_roster(csv("anna,,,,6B,4711,,,\nben,,,,6B,,,,\nrossi,,,teacher,,,,,\n")));
    CHECK(at.run(staged, true).has_pins);
    const auto pins = at.school.imports.take_pins(staged.id);
    REQUIRE(pins.size() == 1);
    CHECK(pins[0].nickname == "ben");
    CHECK(error_of([&] { at.school.imports.take_pins(staged.id); }) == "not found");
    for (const auto& [name, pin] :
         {std::pair<std::string, std::string>("anna", "4711"), {"ben", pins[0].pin}}) {
        people::Claim claim;
        claim.name = name;
        claim.secret = pin;
        CHECK(error_of([&] { at.school.sign_in.sign_in(claim, "a test"); }) == "none");
    }
}

TEST_CASE("ten thousand students are imported, exported, and imported elsewhere", "[people]") {
    Importing at;
    std::string text = "external_id,first_name,last_name,class\n";
    for (int i = 0; i < 10'000; ++i)
        text += "id" + std::to_string(i) + ",Student" + std::to_string(i / 7) + ",Of " + std::to_string(i) +
                ",Class " + std::to_string(i % 300) + "\n";
    const auto done = at.run(at.stage(people::read_roster(text)));
    CHECK(done.fates == std::map<Fate, std::int64_t>{{Fate::add, 10'000}});
    CHECK(at.count("student") == 10'000);
    const auto exported = at.school.read([&](store::Read& read) {
        return std::pair(people::export_csv(read, at.school.organisation),
                         people::export_oneroster(read, at.school.organisation));
    });
    Importing elsewhere;
    const Roster by_zip = people::read_roster(exported.second);
    CHECK(by_zip.rows.size() == 10'000);
    CHECK(elsewhere.stage(by_zip).fates == std::map<Fate, std::int64_t>{{Fate::add, 10'000}});
    const auto there = elsewhere.run(elsewhere.stage(people::read_roster(exported.first)));
    CHECK(there.fates == std::map<Fate, std::int64_t>{{Fate::add, 10'000}, {Fate::skip, 1}}); // its head
    CHECK(elsewhere.stage(by_zip, true).fates.at(Fate::unchanged) == 10'000);
}

TEST_CASE("a hostile file takes neither much memory nor much time", "[people][platform]") {
    // Columns, cells and rows.
    CHECK(error_of([] { people::read_roster("nickname" + std::string(1'000'000, ',')); }) == "invalid");
    const auto wide = platform::read_csv("a,b\n1,2" + std::string(100'000, ','), "file", 10);
    CHECK(wide.rows.at(0).cells == std::vector<std::string>{"1", "2"});
    // A column that means nothing here, cut in the middle of a letter.
    const Roster odd = people::read_roster("nickname," + std::string(79, 'x') + "\xc3\xa9\nanna,\n");
    CHECK(platform::is_utf8(odd.ignored.at(0)));
    // A name of a megabyte, and twenty thousand of the same name.
    const Roster long_name = people::read_roster("first_name\n" + std::string(1'000'000, 'a') + "\n");
    CHECK(long_name.rows.at(0).reason == "first_name must be at most 80 characters");
    std::string same = "first_name\n";
    for (int i = 0; i < 20'000; ++i)
        same += "Student\n";
    const Roster many = people::read_roster(same);
    CHECK(many.rows.back().nickname == "student20000");
    // A class with a name of a megabyte and ten thousand students in it would be ten gigabytes.
    std::string users = "sourcedId,role,username\n", enrollments = "classSourcedId,userSourcedId,role\n";
    for (int i = 0; i < 10'000; ++i) {
        users += "u" + std::to_string(i) + ",student,user" + std::to_string(i) + "\n";
        enrollments += "c,u" + std::to_string(i) + ",student\n";
    }
    const Roster bomb = people::read_roster(
        zip_of({{"users.csv", users},
                {"classes.csv", "sourcedId,title\nc," + std::string(1'000'000, 'x') + "\n"},
                {"enrollments.csv", enrollments}}));
    CHECK(bomb.rows.at(0).classes.at(0).size() <= 400);
    CHECK(bomb.rows.at(0).reason == "class must be at most 80 characters");
    // The same by the code that tells two classes of one title apart.
    const Roster codes =
        people::read_roster(zip_of({{"users.csv", users},
                                    {"classes.csv", "sourcedId,title,classCode\nc,Choir," +
                                                        std::string(1'000'000, 'x') + "\nd,Choir,2\n"},
                                    {"enrollments.csv", enrollments}}));
    CHECK(codes.rows.at(0).classes.at(0).size() <= 400);
}

TEST_CASE("a student in very many classes is a fault of the file", "[people]") {
    std::string classes;
    for (int i = 0; i < 101; ++i)
        classes += "Class " + std::to_string(i) + "|";
    CHECK(people::read_roster(csv("anna,,,,\"" + classes + "\",,,,\n")).rows.at(0).reason ==
          "is in more than 100 classes");
}

TEST_CASE("a faulty row has the number that a spreadsheet shows, and a line break is called one",
          "[people]") {
    const Roster roster = people::read_roster(
        "nickname,first_name,last_name,class\nbea,Bea,M,6B\n\n\ncas,Cas,N,6B\nbad@x,Q,R,6B\n");
    REQUIRE(roster.rows.size() == 3);
    CHECK(roster.rows[2].number == 6);
    const Roster broken =
        people::read_roster("nickname,first_name,last_name,class\nbea,\"Bea\nMaria\",Muller,6B\n");
    CHECK(broken.rows.at(0).reason == "first_name must not contain a line break");
    CHECK(people::read_roster("nickname\n\"a\nb\"\n").rows.at(0).reason ==
          "nickname must not contain a line break");
    CHECK(people::read_roster("nickname,class\nbea,\"6\rB\"\n").rows.at(0).reason ==
          "class must not contain a line break");
}

TEST_CASE("what goes out as a table comes in again unchanged", "[people]") {
    Importing at;
    const std::vector<std::string> names{"6B | Choir", "|", "back\\slash", "\\\\", "end\\", "plain"};
    const std::string cell = people::class_cell(names);
    at.run(at.stage(people::read_roster("nickname,class\n\"''=x\",\"" + cell + "\"\nbea,6B|Choir\n")));
    CHECK(at.count("student") == 2);
    const std::string text =
        at.school.read([&](store::Read& read) { return people::export_csv(read, at.school.organisation); });
    CHECK(text.starts_with("\xEF\xBB\xBFnickname,"));
    const Roster again = people::read_roster(text);
    const auto row = std::ranges::find(again.rows, std::string("'=x"), &people::RosterRow::nickname);
    REQUIRE(row != again.rows.end());
    auto classes = row->classes, expected = names;
    std::ranges::sort(classes);
    std::ranges::sort(expected);
    CHECK(classes == expected);
    CHECK(at.stage(again, true).fates == std::map<Fate, std::int64_t>{{Fate::unchanged, 2}, {Fate::skip, 1}});
}

TEST_CASE("OneRoster users with one local part on two domains are two people", "[people]") {
    Importing at;
    const std::string head =
                          "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,"
                          "givenName,familyName\r\n",
                      north = "s2,,,true,o1,student,cas@north.example,,Cas,N\r\n",
                      south = "s3,,,true,o1,student,cas@south.example,,Cas,S\r\n";
    const auto file = [](const std::string& users) {
        return people::read_roster(zip_of({{"users.csv", users}}));
    };
    const auto done = at.run(at.stage(file(head + north + south)));
    CHECK(done.fates == std::map<Fate, std::int64_t>{{Fate::add, 2}});
    for (const std::string& rows : {north + south, south + north})
        CHECK(at.stage(file(head + rows), true).fates == std::map<Fate, std::int64_t>{{Fate::unchanged, 2}});
    CHECK(file(head + north + north).rows.at(1).reason == "external_id is in the file twice");
}

TEST_CASE("a roster may name its columns in each of the page's languages", "[people]") {
    const char* const heads[] = {"First name;Surname;Class", "Vorname;Nachname;Klasse",
                                 "PR\xc3\xa9nom;Nom;Classe", "Nombre;Apellidos;Clase",
                                 "Nome;Cognome;Classe",      "名字;姓氏;班级"};
    for (const char* head : heads) {
        CAPTURE(head);
        const people::Roster roster = people::read_roster(std::string(head) + "\nAnna;Berg;6B\n");
        REQUIRE(roster.rows.size() == 1);
        CHECK(roster.rows[0].first_name == "Anna");
        CHECK(roster.rows[0].last_name == "Berg");
        CHECK(roster.rows[0].classes == std::vector<std::string>{"6B"});
        CHECK(roster.rows[0].reason.empty());
        CHECK(roster.ignored.empty());
    }
    // Two columns for one field: the first counts, and the page says that the other is left out.
    const people::Roster twice = people::read_roster("nome,first name\nAnna,Berta\n");
    CHECK(twice.rows.at(0).first_name == "Anna");
    CHECK(twice.ignored == std::vector<std::string>{"first_name"});
}
