#include "people/rosters/roster.h"

#include <algorithm>
#include <regex>
#include <set>
#include <unordered_map>

#include "people/people.h"
#include "people/rosters/roster_headers.h"
#include "platform/csv.h"
#include "platform/error.h"
#include "platform/plain_name.h"
#include "platform/text.h"

namespace people {

namespace {

using platform::Role;

constexpr std::size_t longest_name = 80, most_classes = 100;

std::optional<std::string> or_nothing(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

} // namespace

std::string class_cell(const std::vector<std::string>& classes) {
    std::string cell;
    for (const std::string& name : classes) {
        if (!cell.empty()) cell += '|';
        for (const char c : name) {
            if (c == '|' || c == '\\') cell += '\\';
            cell += c;
        }
    }
    return cell;
}

std::string derived_nickname(std::string_view first_name, std::string_view last_name) {
    const auto words = [](std::string_view name) {
        std::string text = platform::name_key(name);
        std::erase_if(text, [](char c) { return c == ' ' || c == '@'; });
        return text;
    };
    const std::string first = platform::first_characters(words(first_name), 30), last = words(last_name);
    if (first.empty()) return platform::first_characters(last, 30);
    return last.empty() ? first : first + "." + platform::first_characters(last, 1);
}

namespace {

// "6B | Choir": several classes in one cell. A backslash before a bar or a backslash makes it part of a name.
std::vector<std::string> split_classes(std::string_view cell) {
    std::vector<std::string> classes;
    std::string name;
    const auto take = [&] {
        if (const auto text = platform::trimmed(name); !text.empty()) classes.emplace_back(text);
        name.clear();
    };
    for (std::size_t at = 0; at < cell.size(); ++at) {
        if (cell[at] == '|') {
            take();
            continue;
        }
        const char next = at + 1 < cell.size() ? cell[at + 1] : '\0';
        if (cell[at] == '\\' && (next == '|' || next == '\\')) ++at;
        name += cell[at];
    }
    take();
    return classes;
}

// What is wrong with a text of at most so many characters; "" when nothing is.
std::string text_fault(const char* what, std::string_view text, std::size_t most) {
    if (text.find_first_of("\r\n") != text.npos) return std::string(what) + " must not contain a line break";
    if (has_control(text)) return std::string(what) + " must not contain control characters";
    if (platform::utf8_length(text) > most)
        return std::string(what) + " must be at most " + std::to_string(most) + " characters";
    return "";
}

// The fault of a row by itself; "" when it has none.
std::string fault_of(const RosterRow& row) {
    static const std::regex username("[A-Za-z0-9_.-]{3,32}"), pin("[0-9]{4}"),
        email("[^@\\s]{1,64}@[^@\\s]{1,180}");
    if (row.nickname.empty()) return "has neither a nickname nor a name";
    if (auto fault = text_fault("nickname", row.nickname, longest_nickname); !fault.empty()) return fault;
    if (row.nickname.find('@') != std::string::npos) return "nickname must not contain @";
    for (const auto& [what, text] :
         {std::pair("first_name", &row.first_name), std::pair("last_name", &row.last_name)})
        if (auto fault = text_fault(what, *text, longest_name); !fault.empty()) return fault;
    if (!row.pin.empty() && !std::regex_match(row.pin, pin)) return "pin must be 4 digits";
    if (row.username && !std::regex_match(*row.username, username))
        return "username must be 3 to 32 letters, digits, '_', '.' or '-'";
    if (row.email && (row.email->size() > 250 || !std::regex_match(*row.email, email)))
        return "email must be an e-mail address";
    if (row.external_id && row.external_id->size() > 200) return "external_id must be at most 200 characters";
    if (row.external_id)
        if (auto fault = text_fault("external_id", *row.external_id, 200); !fault.empty()) return fault;
    for (const std::string& name : row.classes)
        if (auto fault = text_fault("class", name, longest_name); !fault.empty()) return fault;
    if (row.classes.size() > most_classes)
        return "is in more than " + std::to_string(most_classes) + " classes";
    return "";
}

struct Seen {
    std::set<std::string> nicknames, usernames, emails, external_ids;

    // The first value of this row that an earlier row has too; "" when there is none.
    std::string repeated(const RosterRow& row) {
        const auto taken = [](std::set<std::string>& all, const std::string& text) {
            return !all.insert(platform::lower_ascii(text)).second; // as the database compares them
        };
        if (row.external_id && !external_ids.insert(*row.external_id).second)
            return "external_id is in the file twice";
        if (!nicknames.insert(platform::name_key(row.nickname)).second)
            return "nickname is in the file twice";
        if (row.username && taken(usernames, *row.username)) return "username is in the file twice";
        if (row.email && taken(emails, *row.email)) return "email is in the file twice";
        return "";
    }
};

// OneRoster names a class's teacher by external id.
void name_teachers(Roster& roster) {
    std::map<std::string, std::string> nicknames;
    for (const RosterRow& row : roster.rows)
        if (row.external_id) nicknames.emplace(*row.external_id, row.nickname);
    for (auto& [name, teacher] : roster.teachers)
        teacher = nicknames[teacher];
}

std::optional<Role> role_of(const std::string& text) {
    if (text.empty()) return Role::student;
    return platform::named<platform::Role>(platform::lower_ascii(text));
}

Roster read_csv_roster(std::string_view text) {
    const platform::CsvTable table = platform::read_csv(text, "file", most_roster_rows);
    const std::vector<std::string_view> fields = roster_fields(table.columns);
    Roster roster;
    roster.format = RosterFormat::csv;
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (fields[i].empty() && !table.columns[i].empty())
            roster.ignored.push_back(platform::first_characters(table.columns[i], 80));
    const auto at = [&fields](std::string_view name) {
        const auto found = std::ranges::find(fields, name);
        return found == fields.end() ? std::string::npos : static_cast<std::size_t>(found - fields.begin());
    };
    const std::size_t nickname = at("nickname"), first = at("first_name"), last = at("last_name"),
                      role = at("role"), a_class = at("class"), teacher = at("teacher"), pin = at("pin"),
                      username = at("username"), email = at("email"), external_id = at("external_id");
    if (nickname == std::string::npos && first == std::string::npos && last == std::string::npos)
        platform::throw_invalid("file",
                                "needs a first line with the columns: nickname, or first_name and last_name;"
                                " and perhaps role, class, teacher, pin, username, email, external_id");
    for (const auto& line : table.rows) {
        RosterRow row;
        row.number = static_cast<std::int64_t>(line.line);
        row.nickname = platform::plain_name(table.cell(line, nickname));
        row.first_name = table.cell(line, first);
        row.last_name = table.cell(line, last);
        row.pin = table.cell(line, pin);
        row.username = or_nothing(table.cell(line, username));
        row.email = or_nothing(table.cell(line, email));
        row.external_id = or_nothing(table.cell(line, external_id));
        row.classes = split_classes(table.cell(line, a_class));
        const auto named = role_of(table.cell(line, role));
        if (!named) row.reason = "role must be student, teacher, viewer or administrator";
        row.role = named.value_or(Role::student);
        const std::string its_teacher = platform::plain_name(table.cell(line, teacher));
        for (const std::string& name : row.classes)
            if (!its_teacher.empty()) roster.teachers.emplace(name, its_teacher);
        roster.rows.push_back(std::move(row));
    }
    return roster;
}

void check(Roster& roster) {
    std::set<std::string> explicit_ones;
    for (RosterRow& row : roster.rows) {
        row.nickname_derived = row.nickname_derived || row.nickname.empty();
        if (!row.nickname_derived) explicit_ones.insert(platform::name_key(row.nickname));
    }
    Seen seen;
    std::unordered_map<std::string, int> numbers; // of nicknames that several people would have
    for (RosterRow& row : roster.rows) {
        if (!row.reason.empty()) continue;
        if (row.role == Role::administrator) {
            row.left_out = true;
            row.reason = "administrators are invited, not imported";
            continue;
        }
        if (row.nickname_derived) {
            const std::string wanted =
                row.nickname.empty() ? derived_nickname(row.first_name, row.last_name) : row.nickname;
            if (!wanted.empty())
                row.nickname = free_nickname(
                    wanted,
                    [&](const std::string& one) {
                        const std::string key = platform::name_key(one);
                        return explicit_ones.contains(key) || seen.nicknames.contains(key);
                    },
                    numbers.try_emplace(wanted, 1).first->second);
        }
        row.reason = fault_of(row);
        if (row.reason.empty()) row.reason = seen.repeated(row);
    }
}

} // namespace

Roster read_roster(std::string_view bytes) {
    if (platform::trimmed(bytes).empty()) platform::throw_invalid("file", "is empty");
    Roster roster = bytes.starts_with("PK") ? read_oneroster(bytes) : read_csv_roster(bytes);
    if (roster.rows.empty()) platform::throw_invalid("file", "has nobody in it");
    if (roster.rows.size() > most_roster_rows)
        platform::throw_invalid("file", "has more than " + std::to_string(most_roster_rows) + " people");
    check(roster);
    if (roster.format == RosterFormat::oneroster) name_teachers(roster);
    // In a table a teacher's row may name the classes they teach.
    for (const RosterRow& row : roster.rows)
        if (row.role == Role::teacher && row.reason.empty())
            for (const std::string& name : row.classes)
                roster.teachers.emplace(name, row.nickname);
    return roster;
}

} // namespace people
