// The part of BringIn that is about people and their classes. People come in by the machinery of rosters.
#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "app/moving_in/bring_in.h"
#include "people/rosters/roster.h"
#include "platform/csv.h"
#include "platform/error.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

using people::Fate;

constexpr const char *person_kind = "people", *class_kind = "classes", *member_kind = "class members";

// Line breaks have no place in a name, and one would break the rows of the roster apart.
std::string on_one_line(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

// The people as a roster, which the roster's own reader checks: a row each, in order.
std::string roster_text(const std::vector<JsonFields>& items) {
    constexpr const char* columns[] = {"role",     "nickname", "first_name",  "last_name",
                                       "username", "email",    "external_id", "pin"};
    platform::CsvWriter table(
        {"role", "nickname", "first_name", "last_name", "username", "email", "external_id", "pin"});
    for (const JsonFields& item : items) {
        for (const char* column : columns)
            table.cell(on_one_line(item.get_or(column, std::string())));
        table.end();
    }
    return table.take();
}

bool differs(const std::string& one, const std::string& other) {
    return !one.empty() && !other.empty() && platform::lower_ascii(one) != platform::lower_ascii(other);
}

} // namespace

void BringIn::take_person(store::Read& read, const JsonFields& item, people::RosterRow& row,
                          people::Roster& roster) {
    const auto key = item.get<std::string>("key"), from = item.get<std::string>("from");
    if (row.reason.empty() && row.email) {
        const auto known = read.id<PersonId>("SELECT id FROM persons WHERE organisation_id = ? AND email = ?",
                                             organisation_id_, *row.email);
        if (known) {
            people_[key] = *known;
            return report_.here(person_kind);
        }
    }
    const people::RowFate fate = fate_of(read, services_.people, organisation_id_, row, false);
    if (fate.person_id) {
        const auto person = services_.people.get(read, organisation_id_, *fate.person_id);
        if (differs(person.first_name, row.first_name) || differs(person.last_name, row.last_name))
            return report_.refuse(person_kind, from, "somebody else here is called \"" + row.nickname + "\"");
        if (fate.fate == Fate::error) return report_.refuse(person_kind, from, fate.reason);
        people_[key] = *fate.person_id;
        return report_.here(person_kind);
    }
    if (fate.fate != Fate::add) return report_.refuse(person_kind, from, fate.reason);
    people_[key] = std::nullopt;
    nicknames_[key] = row.nickname;
    roster.rows.push_back(row);
}

void BringIn::people(const std::vector<JsonFields>& items) {
    if (items.empty()) return;
    constexpr std::int64_t first_line = 2; // below the names of the columns
    people::Roster all = people::read_roster(roster_text(items)), wanted;
    std::map<std::int64_t, std::string> from_by_row;
    services_.store.read([&](store::Read& read) {
        std::set<std::string> given; // nicknames made of names, unknown to the roster alone
        for (people::RosterRow& row : all.rows) {
            const JsonFields& item = items.at(static_cast<std::size_t>(row.number - first_line));
            from_by_row[row.number] = item.get<std::string>("from");
            const std::size_t before = wanted.rows.size();
            if (row.role != platform::Role::student) staff_.insert(item.get<std::string>("key"));
            take_person(read, item, row, wanted);
            if (wanted.rows.size() == before) continue;
            if (!given.insert(platform::lower_ascii(row.nickname)).second) {
                report_.refuse(person_kind, from_by_row[row.number], "nickname is in the file twice");
                people_.erase(item.get<std::string>("key"));
                wanted.rows.pop_back();
            } else if (!write_) {
                report_.add(person_kind);
            }
        }
    });
    if (write_ && !wanted.rows.empty()) add_people(wanted, from_by_row);
}

void BringIn::add_people(const people::Roster& roster,
                         const std::map<std::int64_t, std::string>& from_by_row) {
    const auto import = services_.imports.stage(organisation_id_, std::nullopt, roster, false);
    services_.store.write("commit import", [&](store::Tx& tx) {
        services_.imports.commit(tx, organisation_id_, import.id, false, false);
    });
    services_.imports.run(import.id, [] { return false; });
    services_.store.read([&](store::Read& read) {
        std::size_t failed = 0;
        store::PageRequest page{1000, {}};
        for (bool more = true; more;) {
            const auto found = services_.imports.rows(read, organisation_id_, import.id, Fate::error, page);
            for (const people::ImportRow& row : found.items) {
                report_.refuse(person_kind, from_by_row.at(row.number), row.reason);
                page.after = row.id;
                ++failed;
            }
            more = found.next.has_value();
        }
        report_.add(person_kind, roster.rows.size() - failed);
        for (const auto& [key, nickname] : nicknames_) {
            if (const auto person = services_.people.by_nickname(read, organisation_id_, nickname))
                people_[key] = person->id;
            else
                people_.erase(key);
        }
    });
}

void BringIn::class_members(store::Read& read, std::optional<ClassId> class_id, const JsonFields& item,
                            std::vector<Making>& makings) {
    const auto from = item.get<std::string>("from"), name = item.get<std::string>("name");
    std::set<PersonId> members;
    if (class_id)
        for (const auto& person : services_.classes.students(read, organisation_id_, *class_id))
            members.insert(person.id);
    for (const std::string& key : item.get<std::vector<std::string>>("students")) {
        const auto person = people_.find(key);
        if (person == people_.end() || staff_.contains(key)) {
            report_.refuse(
                member_kind, from,
                "its student " + key + (staff_.contains(key) ? " is no student" : " was not taken"));
        } else if (person->second && members.contains(*person->second)) {
            report_.here(member_kind);
        } else {
            std::string place = from;
            place.append(", student ").append(key);
            makings.push_back({member_kind, std::move(place), [this, name, key](store::Tx& tx) {
                                   const auto id = tx.id<ClassId>(
                                       "SELECT id FROM classes WHERE organisation_id = ? AND name = ?"
                                       " AND archived_ms IS NULL",
                                       organisation_id_, name);
                                   if (!id) platform::throw_not_found("class " + name);
                                   services_.classes.add_student(tx, organisation_id_, *id, *people_.at(key));
                               }});
        }
    }
}

void BringIn::classes(const std::vector<JsonFields>& items) {
    std::vector<Making> makings, members;
    services_.store.read([&](store::Read& read) {
        for (const JsonFields& item : items) {
            const auto from = item.get<std::string>("from"), name = item.get<std::string>("name"),
                       teacher = item.get<std::string>("teacher");
            const auto known = read.id<ClassId>(
                "SELECT id FROM classes WHERE organisation_id = ? AND name = ? AND archived_ms IS NULL",
                organisation_id_, name);
            if (!known && (name.empty() || platform::utf8_length(name) > 80)) {
                report_.refuse(class_kind, from, "name must be 1 to 80 characters");
                continue;
            }
            if (is_repeated(class_kind, from, name)) continue;
            if (!known && !(people_.contains(teacher) && staff_.contains(teacher))) {
                report_.refuse(
                    class_kind, from,
                    "its teacher was not taken: make the class here with another teacher, then run this "
                    "again for its students");
                continue;
            }
            if (known)
                report_.here(class_kind);
            else
                makings.push_back({class_kind, from, [this, name, teacher](store::Tx& tx) {
                                       services_.classes.add(tx, organisation_id_, name,
                                                             *people_.at(teacher));
                                   }});
            class_members(read, known, item, members);
        }
    });
    make_all(makings);
    make_all(members);
}

} // namespace app::moving_in
