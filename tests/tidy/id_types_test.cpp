// A house rule of lib/ and app/: whatever names a row has the type of its table (platform/ids.h), never a
// plain integer, so that the order of arguments cannot put one table's row where another's belongs. The rule
// goes by the names of declarations.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;

// A plain integer that nevertheless has an id's name.
struct Exception {
    std::string_view folder; // or file
    std::string_view name;
    std::string_view reason;

    bool operator==(const Exception&) const = default;
};

constexpr Exception exceptions[] = {
    {"lib/http/serving/", "socket_id", "live's number of a connection: it names no row"},
    {"lib/http/serving/messages.h", "socket_id_", "live's number of a connection: it names no row"},
    {"lib/live/hub.h", "ClientId", "the hub's number of a connection: it names no row"},
    {"lib/audit/", "id",
     "rows of the audit log are a numbered chain: their numbers are reckoned with and hashed"},
    {"lib/admin/audit_query.h", "id", "a row of the audit log"},
    {"lib/audit/verify.h", "first_bad_id", "a row of the audit log"},
    {"lib/people/rosters/import.h", "id", "a place in the imported table, which is its cursor"},
    {"lib/scenarios/scenario.h", "id", "a scenario's version by its number, which is its cursor"},
    {"lib/store/page.h", "id", "the cursor of such a list"},
    {"lib/store/connection", "last_insert_id", "where SQLite's number enters; Tx::insert gives it its type"},
    {"lib/store/migrate.cpp", "application_id", "SQLite's name for the kind of a file"},
    {"lib/dialects/trainer/wire.cpp", "id", "the number that becomes a UUID's last part"},
};

struct Token {
    std::string text; // a word, or one character
    std::size_t line; // from 1
};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// The code's words and signs. `std::` says nothing here and is left out.
std::vector<Token> tokens_of(const SourceFile& file) {
    std::vector<Token> tokens;
    const std::vector<std::string> lines = support::code_only(file);
    for (std::size_t number = 0; number < lines.size(); ++number) {
        const std::string& line = lines[number];
        for (std::size_t at = 0; at < line.size();) {
            std::size_t end = at + 1;
            if (line.compare(at, 5, "std::") == 0) {
                end = at + 5;
            } else if (is_word(line[at])) {
                while (end < line.size() && is_word(line[end]))
                    ++end;
                tokens.push_back({line.substr(at, end - at), number + 1});
            } else if (!std::isspace(static_cast<unsigned char>(line[at]))) {
                tokens.push_back({line.substr(at, 1), number + 1});
            }
            at = end;
        }
    }
    tokens.push_back({";", lines.size()});
    return tokens;
}

bool is_integer(const std::string& word) {
    static const std::set<std::string> integers = {"int64_t", "uint64_t", "int32_t", "uint32_t",
                                                   "int",     "long",     "unsigned"};
    return integers.contains(word);
}

bool names_rows(std::string name) {
    if (name.ends_with('_')) name.pop_back();
    return name == "id" || name == "ids" || name.ends_with("_id") || name.ends_with("_ids");
}

class Reader {
public:
    explicit Reader(const SourceFile& file) : tokens_(tokens_of(file)) {}

    // Where a plain integer, a list of them or an alias for one is declared under an id's name.
    std::vector<Token> faults() {
        for (at_ = 0; at_ < tokens_.size(); ++at_) {
            if (is_integer(text())) {
                pass_rest_of_type();
                read_names();
            } else if (text() == "using") {
                read_alias();
            }
        }
        return std::move(faults_);
    }

private:
    const std::string& text(std::size_t further = 0) const {
        return tokens_[std::min(at_ + further, tokens_.size() - 1)].text;
    }

    void pass_rest_of_type() {
        static const std::set<std::string> rest = {">", "&", "*", "const", "constexpr"};
        while (rest.contains(text(1)) || is_integer(text(1)))
            ++at_;
        ++at_;
    }

    // `id`, and those that follow it in `id = 0, other_id = 0`. Stays on the last token that it has
    // understood.
    void read_names() {
        while (is_word(text().front())) {
            if (names_rows(text())) faults_.push_back(tokens_[std::min(at_, tokens_.size() - 1)]);
            if (text(1) == "=" || text(1) == "{") pass_initialiser();
            if (text(1) != ",") return;
            static const std::set<std::string> after_name = {"=", "{", ",", ";"};
            if (!after_name.contains(text(3))) return; // the next parameter, which has a type of its own
            at_ += 2;
        }
        --at_; // it may begin the next type
    }

    void pass_initialiser() {
        int depth = 0;
        for (; at_ + 1 < tokens_.size(); ++at_) {
            const std::string& next = text(1);
            if (depth == 0 && (next == "," || next == ";" || next == ")")) return;
            if (next == "(" || next == "{" || next == "[") ++depth;
            if (next == ")" || next == "}" || next == "]") --depth;
            if (depth < 0) return;
        }
    }

    // `using RoomId = int64_t;`, also of a list or an optional one.
    void read_alias() {
        if (text(2) != "=") return;
        const Token name = tokens_[at_ + 1];
        bool only_integers = false;
        for (at_ += 3; at_ + 1 < tokens_.size() && text() != ";"; ++at_) {
            static const std::set<std::string> holders = {"<",        ">",   "const", "vector",
                                                          "optional", "set", "span"};
            if (!is_integer(text()) && !holders.contains(text())) return;
            only_integers = only_integers || is_integer(text());
        }
        if (only_integers && (name.text.ends_with("Id") || name.text.ends_with("Ids")))
            faults_.push_back(name);
    }

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::vector<Token> faults_;
};

struct Found {
    Faults faults;
    std::vector<Exception> used;
};

Found look_for_plain_ids(const SourceTree& files) {
    Found found;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || (!file.in("lib/") && !file.in("app/"))) continue;
        for (const Token& fault : Reader(file).faults()) {
            const auto* exception = std::ranges::find_if(exceptions, [&](const Exception& each) {
                return file.in(each.folder) && each.name == fault.text;
            });
            if (exception != std::end(exceptions))
                found.used.push_back(*exception);
            else
                found.faults.push_back(place(file, fault.line) + fault.text +
                                       " is a plain integer; an id has the type of its table");
        }
    }
    return found;
}

Faults faults_in(const std::string& path, std::string_view text) {
    return look_for_plain_ids({sample(path, text)}).faults;
}

} // namespace

TEST_CASE("tidy: nothing plain goes by an id's name", "[tidy]") {
    const char* const bad[] = {
        "std::int64_t id = 0;",
        "int64_t room_id;",
        "const std::int64_t& person_id_;",
        "unsigned long long seat_id = 1;",
        "void f(int x, std::int64_t device_id);",
        "void f(std::int64_t number,\n       std::optional<std::int64_t>\n           class_id = {});",
        "std::vector<std::optional<std::int64_t>> lesson_ids;",
        "std::int64_t at_ms = f(1, {2, 3}), run_id = 0;",
        "std::int64_t at_ms{0}, run_id{0};",
        "std::int64_t session_id() const { return 1; }",
        "std::function<void(std::int64_t organisation_id)> on_added;",
        "std::map<int, std::int64_t> ids;",
        "auto f = [](std::int64_t id) { return id; };",
        "for (const std::int64_t id : several) f(id);",
        "using RoomId = std::int64_t;",
        "using RoomIds = std::vector<std::int64_t>;",
    };
    for (const char* text : bad) {
        INFO(text);
        CHECK(faults_in("lib/rooms/room.h", text).size() == 1);
        CHECK(faults_in("app/routes.cpp", text).size() == 1);
        CHECK(faults_in("tests/rooms/room_test.cpp", text).empty());
    }
    CHECK(faults_in("lib/rooms/room.h", "\nstd::int64_t number,\n    room_id;")
              .front()
              .starts_with("lib/rooms/room.h:3: room_id "));
    const char* const good[] = {
        "RoomId id; // not std::int64_t id",
        "const char* text = \"std::int64_t id\";",
        "void f(std::int64_t number, RoomId room_id);",
        "void f(std::int64_t, RoomId room_id, int number = 1, RoomId = {});",
        "const auto id = RoomId(json.get<std::int64_t>());",
        "std::map<std::int64_t, RoomId> room_ids;",
        "std::int64_t number = f(room_id, 1), seats = 0;",
        "std::int64_t width, identity, paid;",
        "std::string session_id;",
        "using Work = std::function<void(std::int64_t)>;",
        "using RoomId = platform::Id<struct RoomTag>;",
    };
    for (const char* text : good) {
        INFO(text);
        CHECK(faults_in("lib/rooms/room.h", text).empty());
    }
    CHECK(faults_in("lib/live/hub.h", "using ClientId = std::int64_t;").empty());
    CHECK(faults_in("lib/live/other.h", "using ClientId = std::int64_t;").size() == 1);

    const Found found = look_for_plain_ids(tree());
    report(found.faults);
    for (const Exception& exception : exceptions) {
        INFO(exception.folder << " " << exception.name << ": nothing needs this exception any more");
        CHECK(std::ranges::find(found.used, exception) != found.used.end());
    }
}

} // namespace tidy
