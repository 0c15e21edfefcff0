// OneRoster 1.1 and 1.2, "bulk" files: a zip of CSV files that refer to each other by sourcedId. 1.1 has a
// role in each user, 1.2 a file of roles.
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "people/rosters/roster.h"
#include "platform/csv.h"
#include "platform/error.h"
#include "platform/plain_name.h"
#include "platform/text.h"
#include "platform/zip.h"

namespace people {

namespace {

using platform::CsvTable;
using platform::Role;

class Files {
public:
    explicit Files(std::string_view zip) : entries_(platform::read_zip(zip, "file")) {}

    // Finds the file anywhere in the zip: some programs put a folder around it. Empty when there is none.
    CsvTable table(const std::string& name) const {
        for (const auto& entry : entries_) {
            const std::string file = platform::lower_ascii(entry.name.substr(entry.name.rfind('/') + 1));
            if (file == platform::lower_ascii(name))
                return platform::read_csv(entry.content, name, 4 * most_roster_rows);
        }
        return {};
    }
    CsvTable needed(const std::string& name) const {
        CsvTable found = table(name);
        if (found.columns.empty())
            platform::throw_invalid("file", "has no " + name + ": it is no OneRoster bulk file");
        return found;
    }

private:
    std::vector<platform::ZipEntry> entries_;
};

// Cells of a row by the column's name. OneRoster's columns are camelCase; read_csv lowers them.
class Cells {
public:
    Cells(const CsvTable& table, const CsvTable::Row& row) : table_(table), row_(row) {}
    std::string operator[](std::string_view column) const {
        return table_.cell(row_, table_.column(platform::lower_ascii(column)));
    }
    bool is_gone() const { return platform::lower_ascii((*this)["status"]) == "tobedeleted"; }

private:
    const CsvTable& table_;
    const CsvTable::Row& row_;
};

// OneRoster's word as a role here; none for guardians, aides and the like.
Role role_of(std::string word) {
    word = platform::lower_ascii(word);
    if (word == "student") return Role::student;
    if (word == "teacher") return Role::teacher;
    if (word.ends_with("administrator")) return Role::administrator;
    return Role::none;
}

// People whom a school's register knows and who have no place in a lesson. OneRoster lets a register add
// words of its own.
bool is_of_no_matter(std::string word) {
    static const std::set<std::string> others = {"aide",     "guardian",  "parent",   "proctor",
                                                 "relative", "counselor", "principal"};
    word = platform::lower_ascii(word);
    return others.contains(word) || word.starts_with("ext:");
}

using Texts = std::unordered_map<std::string, std::string>;

// In 1.2 a user's roles are rows of their own, one of them the primary.
Texts roles_by_user(const CsvTable& roles) {
    Texts by_user;
    for (const auto& line : roles.rows) {
        const Cells cells(roles, line);
        if (cells.is_gone()) continue;
        if (platform::lower_ascii(cells["roleType"]) == "primary")
            by_user[cells["userSourcedId"]] = cells["role"];
        else
            by_user.emplace(cells["userSourcedId"], cells["role"]);
    }
    return by_user;
}

// The names of classes by their id: the title, with its code where two have the same.
Texts class_names(const CsvTable& classes) {
    std::set<std::string> titles, repeated;
    for (const auto& line : classes.rows) {
        const Cells cells(classes, line);
        if (!cells.is_gone() && !titles.insert(platform::lower_ascii(cells["title"])).second)
            repeated.insert(platform::lower_ascii(cells["title"]));
    }
    Texts names;
    for (const auto& line : classes.rows) {
        const Cells cells(classes, line);
        if (cells.is_gone()) continue;
        std::string name = cells["title"];
        const std::string code = cells["classCode"];
        if (name.empty()) name = code;
        if (repeated.contains(platform::lower_ascii(name)))
            name += " (" + (code.empty() ? cells["sourcedId"] : code) + ")";
        // Each of its students gets a copy, so cut it; a name that is far too long stays too long.
        name.resize(std::min<std::size_t>(name.size(), 400));
        while (!platform::is_utf8(name))
            name.pop_back();
        names.emplace(cells["sourcedId"], name);
    }
    return names;
}

std::optional<std::string> or_nothing(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

RosterRow user_of(const Cells& cells, std::int64_t number, const Texts& roles) {
    RosterRow row;
    row.number = number;
    row.external_id = or_nothing(cells["sourcedId"]);
    row.first_name = cells["preferredGivenName"];
    if (row.first_name.empty()) row.first_name = cells["givenName"];
    row.last_name = cells["preferredFamilyName"];
    if (row.last_name.empty()) row.last_name = cells["familyName"];
    row.email = or_nothing(cells["email"]);
    const std::string username = cells["username"];
    row.nickname = platform::plain_name(username.substr(0, username.find('@')));
    if (row.nickname.empty() && row.first_name.empty() && row.last_name.empty()) row.reason = "has no name";
    if (!row.external_id) row.reason = "has no sourcedId";
    std::string role = cells["role"];
    if (const auto listed = roles.find(cells["sourcedId"]); role.empty() && listed != roles.end())
        role = listed->second;
    row.role = role_of(role);
    const bool fits =
        username.size() >= 3 && username.size() <= 32 && username.find('@') == std::string::npos;
    if (row.role != Role::student && fits) row.username = username;
    if (cells.is_gone() || platform::lower_ascii(cells["enabledUser"]) == "false") {
        row.left_out = true;
        row.reason = "is marked as deleted or not enabled";
    } else if (role.empty()) {
        row.reason = "has no role";
    } else if (row.role == Role::none && !is_of_no_matter(role)) {
        row.reason = "has a role that OneRoster does not know";
    } else if (row.role == Role::none) {
        row.left_out = true;
        row.reason = "is neither a student nor a teacher";
    }
    if (row.role == Role::none) row.role = Role::student;
    return row;
}

// Nicknames are user names without their domain. Where two domains share one, all of its people are numbered,
// so that the order of the rows doesn't decide whose it is when the file comes again.
void number_shared_nicknames(Roster& roster, const std::vector<std::string>& usernames) {
    std::map<std::string, std::set<std::string>> by_nickname;
    for (std::size_t i = 0; i < roster.rows.size(); ++i)
        if (!roster.rows[i].left_out)
            by_nickname[platform::name_key(roster.rows[i].nickname)].insert(
                platform::lower_ascii(usernames[i]));
    for (RosterRow& row : roster.rows)
        row.nickname_derived = !row.left_out && by_nickname.at(platform::name_key(row.nickname)).size() > 1;
}

} // namespace

Roster read_oneroster(std::string_view zip) {
    const Files files(zip);
    const CsvTable users = files.needed("users.csv"), enrollments = files.table("enrollments.csv");
    const Texts roles = roles_by_user(files.table("roles.csv")),
                names = class_names(files.table("classes.csv"));
    Roster roster;
    roster.format = RosterFormat::oneroster;
    std::unordered_map<std::string, std::size_t> rows;
    std::vector<std::string> usernames;
    for (const auto& line : users.rows) {
        roster.rows.push_back(user_of(Cells(users, line), static_cast<std::int64_t>(line.line), roles));
        if (roster.rows.back().external_id)
            rows.emplace(*roster.rows.back().external_id, roster.rows.size() - 1);
        usernames.push_back(Cells(users, line)["username"]);
    }
    number_shared_nicknames(roster, usernames);
    Texts teachers; // by a class's name: the row's sourcedId; a primary one wins
    for (const auto& line : enrollments.rows) {
        const Cells cells(enrollments, line);
        const auto user = rows.find(cells["userSourcedId"]);
        const auto name = names.find(cells["classSourcedId"]);
        if (cells.is_gone() || user == rows.end() || name == names.end()) continue;
        if (role_of(cells["role"]) == Role::student)
            roster.rows[user->second].classes.push_back(name->second);
        else if (role_of(cells["role"]) == Role::teacher && platform::lower_ascii(cells["primary"]) == "true")
            teachers[name->second] = user->first;
        else if (role_of(cells["role"]) == Role::teacher)
            teachers.emplace(name->second, user->first);
    }
    roster.teachers = {teachers.begin(), teachers.end()};
    return roster;
}

} // namespace people
