// A roster as schools keep it: a table of people, or a OneRoster 1.1 or 1.2 bulk file. This reads the file
// row by row, and finds what is wrong with it by itself; import.h decides what becomes of it here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/caller.h"
#include "platform/names.h"

namespace people {

struct RosterRow {
    std::int64_t number = 0; // the row in its file, as a spreadsheet counts
    platform::Role role = platform::Role::student;
    std::string nickname, first_name, last_name, pin;
    std::optional<std::string> username, email, external_id;
    std::vector<std::string> classes; // names of a student's classes
    // Made from the name, because the file has none, or shared by user names of several domains: numbered
    // when taken.
    bool nickname_derived = false;
    bool left_out = false; // no fault, but not for us: a guardian, or marked as deleted
    std::string reason;    // why it is left out or faulty; "": it is good
};

enum class RosterFormat { csv, oneroster };
constexpr auto names_of(RosterFormat) {
    return platform::names<RosterFormat>(
        {{RosterFormat::csv, "csv"}, {RosterFormat::oneroster, "oneroster"}});
}

struct Roster {
    RosterFormat format = RosterFormat::csv;
    std::vector<RosterRow> rows;
    std::map<std::string, std::string> teachers; // by a class's name: its teacher's nickname
    std::vector<std::string> ignored;            // columns that mean nothing here
};

inline constexpr std::size_t most_roster_rows = 50'000;

// Recognises the format by itself. Error invalid when it is neither, or lacks what it cannot do without.
Roster read_roster(std::string_view bytes);

// The first half of read_roster: OneRoster's teachers are still by external id, nothing is checked, and
// nobody has a derived nickname yet.
Roster read_oneroster(std::string_view zip);

// A student's classes as a cell that read_roster takes apart again: "6B|Choir", and "6B \\| Choir" for one
// class whose name has a bar.
std::string class_cell(const std::vector<std::string>& classes);
// "anna.b" from "Anna Berg"; "" when there is no name.
std::string derived_nickname(std::string_view first_name, std::string_view last_name);
// The wanted nickname, or the first of "anna.b2", "anna.b3" ... that is not taken. `number` is where the last
// row that wanted the same got to, from 1, so that a thousand equal names do not take a million look-ups.
template <class IsTaken>
std::string free_nickname(const std::string& wanted, IsTaken is_taken, int& number) {
    std::string nickname = number < 2 ? wanted : wanted + std::to_string(number);
    while (is_taken(nickname))
        nickname = wanted + std::to_string(++number);
    return nickname;
}

} // namespace people
