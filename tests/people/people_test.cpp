#include "people/people.h"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "support/school.h"

using platform::Role;
using support::error_of;
using support::School;

namespace {

std::vector<std::string> nicknames(School& school, const people::PeopleFilter& filter,
                                   std::int64_t limit = 50) {
    std::vector<std::string> names;
    store::PageRequest page{limit, std::nullopt};
    do {
        auto found = school.read(
            [&](store::Read& read) { return school.people.list(read, school.organisation, filter, page); });
        for (const auto& person : found.items)
            names.push_back(person.nickname);
        page.after = found.next;
    } while (page.after);
    return names;
}

std::string add(School& school, const people::NewPerson& person) {
    return error_of(
        [&] { school.write([&](store::Tx& tx) { school.people.add(tx, school.organisation, person); }); });
}

} // namespace

TEST_CASE("nicknames are unique in the organisation, user names on the box", "[people]") {
    School school;
    auto hillside = school.add_organisation("Hillside");
    school.add_student("Ada");
    school.add_person(Role::teacher, "Rossi");
    people::NewPerson person;
    person.nickname = "ADA";
    CHECK(add(school, person) == "conflict");
    school.add_student("Zo\u00eb");
    person.nickname = "ZOE\u0308"; // capitals, and the mark by itself
    CHECK(add(school, person) == "conflict");
    CHECK(school.read([&](store::Read& read) {
        return school.people.by_nickname(read, school.organisation, "zO\u00cb").has_value();
    }));
    person.nickname = "Ada2";
    person.username = "rossi";
    CHECK(add(school, person) == "conflict");
    person.username = "ada";
    CHECK(add(school, person) == "none");
    // Another organisation may have its own Ada, but not her user name.
    people::NewPerson other;
    other.nickname = "Ada";
    school.write([&](store::Tx& tx) { school.people.add(tx, hillside, other); });
    other.nickname = "Bea";
    other.username = "ADA";
    CHECK(error_of([&] { school.write([&](store::Tx& tx) { school.people.add(tx, hillside, other); }); }) ==
          "conflict");
}

TEST_CASE("nobody of another organisation is found", "[people]") {
    School school;
    auto hillside = school.add_organisation("Hillside");
    auto ada = school.add_student("Ada");
    CHECK(error_of([&] {
              school.write([&](store::Tx& tx) { school.people.change(tx, hillside, ada.id, {}); });
          }) == "not found");
    CHECK(error_of([&] {
              school.write([&](store::Tx& tx) { school.people.deactivate(tx, hillside, ada.id); });
          }) == "not found");
    CHECK(error_of([&] {
              school.write([&](store::Tx& tx) { school.people.set_pin(tx, hillside, ada.id, "x"); });
          }) == "not found");
    school.read([&](store::Read& read) {
        CHECK_FALSE(school.people.find(read, hillside, ada.id));
        CHECK_FALSE(school.people.by_nickname(read, hillside, "Ada"));
        CHECK(school.people.by_nickname(read, school.organisation, "ada")->id == ada.id);
    });
}

TEST_CASE("lists are filtered and read page by page in the order of the nicknames", "[people]") {
    School school;
    for (const char* name : {"dora", "Ada", "Ben_2", "cleo", "Ben"})
        school.add_student(name);
    school.add_person(Role::teacher, "Rossi");
    auto gone = school.add_student("Gone");
    school.write([&](store::Tx& tx) { school.people.deactivate(tx, school.organisation, gone.id); });

    people::PeopleFilter filter;
    filter.role = Role::student;
    const std::vector<std::string> all{"Ada", "Ben", "Ben_2", "cleo", "dora"};
    for (std::int64_t limit : {1, 2, 3, 5, 50})
        CHECK(nicknames(school, filter, limit) == all);
    filter.text = "BEN";
    CHECK(nicknames(school, filter) == std::vector<std::string>{"Ben", "Ben_2"});
    filter.text = "_";
    CHECK(nicknames(school, filter) == std::vector<std::string>{"Ben_2"});
    people::PeopleFilter inactive;
    inactive.inactive = true;
    CHECK(nicknames(school, inactive) == std::vector<std::string>{"Gone"});
}

TEST_CASE("an organisation never loses its last administrator", "[people]") {
    School school;
    auto boss = school.add_person(Role::administrator, "Boss");
    auto deactivate = [&](PersonId id) {
        return error_of([&] {
            school.write([&](store::Tx& tx) { school.people.deactivate(tx, school.organisation, id); });
        });
    };
    people::PersonChange demoted;
    demoted.role = Role::teacher;
    CHECK(deactivate(boss.id) == "conflict");
    CHECK(error_of([&] {
              school.write(
                  [&](store::Tx& tx) { school.people.change(tx, school.organisation, boss.id, demoted); });
          }) == "conflict");
    school.add_person(Role::administrator, "Deputy");
    CHECK(deactivate(boss.id) == "none");
    CHECK(deactivate(boss.id) == "none"); // twice is once
}

TEST_CASE("a class has a teacher and students", "[people]") {
    School school;
    auto rossi = school.add_person(Role::teacher, "Rossi");
    auto ada = school.add_student("Ada"), ben = school.add_student("Ben");
    auto a_class = school.write(
        [&](store::Tx& tx) { return school.classes.add(tx, school.organisation, "7b", rossi.id); });
    auto change = [&](auto work) {
        return error_of([&] { school.write([&](store::Tx& tx) { work(tx); }); });
    };

    CHECK(change([&](store::Tx& tx) { school.classes.add(tx, school.organisation, "7B", rossi.id); }) ==
          "conflict");
    CHECK(change([&](store::Tx& tx) { school.classes.add(tx, school.organisation, "8a", ada.id); }) ==
          "invalid");
    for (auto id : {ada.id, ben.id, ada.id})
        CHECK(change([&](store::Tx& tx) {
                  school.classes.add_student(tx, school.organisation, a_class.id, id);
              }) == "none");
    CHECK(change([&](store::Tx& tx) {
              school.classes.add_student(tx, school.organisation, a_class.id, rossi.id);
          }) == "conflict");

    school.read([&](store::Read& read) {
        CHECK(school.classes.get(read, school.organisation, a_class.id).student_count == 2);
        CHECK(school.classes.students(read, school.organisation, a_class.id).size() == 2);
        CHECK(school.classes.of_student(read, school.organisation, ada.id).size() == 1);
        CHECK(school.classes.of_teacher(read, school.organisation, rossi.id).size() == 1);
    });
    // A deactivated student is no longer in the class; another organisation sees nothing.
    school.write([&](store::Tx& tx) { school.people.deactivate(tx, school.organisation, ben.id); });
    auto hillside = school.add_organisation("Hillside");
    school.read([&](store::Read& read) {
        CHECK(school.classes.get(read, school.organisation, a_class.id).student_count == 1);
        CHECK_FALSE(school.classes.find(read, hillside, a_class.id));
        CHECK(school.classes.students(read, hillside, a_class.id).empty());
    });
    CHECK(change([&](store::Tx& tx) { school.classes.remove(tx, hillside, a_class.id); }) == "not found");
    CHECK(change([&](store::Tx& tx) { school.classes.remove(tx, school.organisation, a_class.id); }) ==
          "none");
}

TEST_CASE("erasing a person empties every column of theirs but those that tell nobody", "[people]") {
    // A column added to persons is erased, or stands here with its reason.
    // clang-format off
    const std::set<std::string> kept = {
        "id", "organisation_id", "role", "created_ms", "import_id", // other rows refer to them, or count them
        "nickname", "name_key",                                     // "erased 7"
        "active", "erased_ms",                                      // that they are gone, and since when
        "totp_last_step", "totp_offered_ms",                        // mean nothing without the secret
    };
    // clang-format on
    School school;
    const auto person = school.add_person(Role::student, "Ada");
    std::vector<std::string> columns;
    school.write([&](store::Tx& tx) {
        auto rows = tx.query("SELECT name, type FROM pragma_table_info('persons')");
        while (rows.step()) {
            const auto [name, type] = rows.values<std::string, std::string>();
            if (kept.contains(name)) continue;
            columns.push_back(name);
            std::string sql = "UPDATE persons SET ";
            sql.append(name).append(type == "TEXT" ? " = 'told'" : " = 1").append(" WHERE nickname = 'Ada'");
            tx.query_text(sql).step();
        }
    });
    CHECK(columns.size() >= 9); // the list of columns was read
    school.write([&](store::Tx& tx) { school.people.erase(tx, school.organisation, person.id); });
    school.read([&](store::Read& read) {
        for (const std::string& name : columns) {
            INFO(name);
            std::string sql = "SELECT coalesce(";
            sql.append(name).append(", '') IN ('', 0) FROM persons WHERE erased_ms IS NOT NULL");
            auto rows = read.query_text(sql);
            REQUIRE(rows.step());
            CHECK(rows.values<bool>());
        }
    });
}
