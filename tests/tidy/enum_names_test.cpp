// A word of the domain, such as a run's state, is an enum with one table of names (platform/names.h). Compared
// as text, a misspelt word compiles and never matches. A name_of written by hand is a second table, which
// forgets the value that somebody adds to the first.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <regex>
#include <string_view>

#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;

// They read what other programs write: protocols, files, SQLite.
constexpr std::string_view parsers[] = {
    "lib/dialects/",   "lib/http/",  "lib/platform/",
    "lib/simulation/", "lib/store/", "lib/people/rosters/roster_oneroster.cpp",
};

template <class Rule>
Faults line_faults(const SourceTree& files, Rule is_broken, const std::string& rule) {
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || !file.in("lib/")) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            if (line.find_first_not_of(' ') == line.find("//")) continue; // blank, or a comment
            if (is_broken(file, line)) faults.push_back(place(file, i + 1) + rule);
        }
    }
    return faults;
}

// Names of fields are compared where JSON is parsed; there the variable is called key. "ok" is SQLite's word.
Faults comparison_faults(const SourceTree& files) {
    static const std::regex comparison(R"re([\w\])] [!=]= "[a-z][a-z_]*"|"[a-z_]+" [!=]= \w)re"),
        harmless(R"re(\bkey [!=]= "|[!=]= "(true|false|null|ok)")re");
    return line_faults(
        files,
        [](const SourceFile& file, const std::string& line) {
            const auto reads = [&](std::string_view path) { return file.in(path); };
            return std::ranges::none_of(parsers, reads) && std::regex_search(line, comparison) &&
                   !std::regex_search(line, harmless);
        },
        "compare it as an enum that has names (platform/names.h)");
}

Faults name_of_faults(const SourceTree& files) {
    static const std::regex definition(R"(\bname_of\((?!const |std::)[\w:]+ \w+\)( \{|;))");
    return line_faults(
        files,
        [](const SourceFile& file, const std::string& line) {
            return file.path != "lib/platform/names.h" && std::regex_search(line, definition);
        },
        "give the enum its names_of (platform/names.h)");
}

} // namespace

TEST_CASE("tidy: words of the domain are enums", "[tidy]") {
    for (const char* comparison :
         {R"(if (run.origin != "events") return;)", R"(filter.live = state == "live";)",
          R"(const bool update = call.query("mode") == "update";)", R"(return "gaze" == event.kind;)",
          R"(return kind == "interaction" || kind == "click";)"}) {
        INFO(comparison);
        const std::string line = std::string(comparison) + "\n";
        expect(comparison_faults({sample("lib/runs/a.cpp", "// state == \"live\"\n" + line),
                                  sample("lib/dialects/seats/a.cpp", line), sample("tests/a.cpp", line)}),
               "lib/runs/a.cpp:2: ");
    }
    const char* const others =
        "if (key == \"zone\") take();\nactive = *given == \"true\";\n"
        "if (text == \"\" || text == \"{}\") return;\nkind = \"zone\";\n";
    CHECK(comparison_faults({sample("lib/runs/a.cpp", others)}).empty());
    report(comparison_faults(tree()));
}

TEST_CASE("tidy: an enum has one table of names", "[tidy]") {
    for (const char* definition :
         {"std::string_view name_of(RunState state);", "std::string_view name_of(rooms::Status status) {"}) {
        INFO(definition);
        expect(name_of_faults({sample("lib/runs/a.h", std::string(definition) + "\n")}), "lib/runs/a.h:1: ");
    }
    const char* const others =
        "std::string_view name_of(const StudentReport& student) {\n"
        "std::string_view name_of(std::string_view path) {\nname = platform::name_of(state);\n";
    CHECK(name_of_faults({sample("lib/runs/a.cpp", others)}).empty());
    report(name_of_faults(tree()));
}

} // namespace tidy
