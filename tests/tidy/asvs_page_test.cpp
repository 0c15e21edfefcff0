// What docs/asvs.md names exists: the titles of tests, and the programs that check. Its sums are right, and
// no requirement stands there twice.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "platform/text.h"
#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;

const std::string page = "docs/asvs.md";
const Names states = {"tested", "untested", "not held", "n/a"};
constexpr std::size_t requirements = 253; // of levels 1 and 2, in version 5.0.0

// Titles stand behind TEST_CASE( in C++, behind step( or it( in the page's tests, or on the line below.
Names titles_in(const SourceTree& files) {
    Names titles;
    for (const SourceFile& file : files) {
        if (!file.in("tests/") && !file.in("web/tests/")) continue;
        bool begun = false;
        for (const std::string& line : file.lines) {
            std::string_view rest = platform::trimmed(line);
            for (const std::string_view call : {"TEST_CASE(", "step(", "it("}) {
                if (!rest.starts_with(call)) continue;
                rest.remove_prefix(call.size());
                begun = true;
            }
            if (!begun || rest.empty()) continue;
            begun = false;
            if (rest.front() == '"' || rest.front() == '\'')
                titles.emplace(rest.substr(1, rest.find(rest.front(), 1) - 1));
        }
    }
    return titles;
}

std::vector<std::string> all_of(const std::string& text, const std::regex& what) {
    std::vector<std::string> found;
    for (auto match = std::sregex_iterator(text.begin(), text.end(), what); match != std::sregex_iterator();
         ++match)
        found.push_back((*match)[1]);
    return found;
}

// "| a | b |" has the cells "a" and "b"; a line that is no row has none.
std::vector<std::string> cells_of(std::string_view line) {
    std::vector<std::string> cells;
    if (!line.starts_with("| ")) return cells;
    for (line.remove_prefix(1); !line.empty();) {
        const std::size_t end = std::min(line.find('|'), line.size());
        cells.emplace_back(platform::trimmed(line.substr(0, end)));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return cells;
}

std::vector<std::string> numbers_in(const std::vector<std::string>& cells) {
    static const std::regex number("([0-9]+[.][0-9]+[.][0-9]+)");
    return cells.size() < 2 ? std::vector<std::string>() : all_of(cells.front(), number);
}

// A row "| 1.2.3, 1.2.4 | what it asks | state | how | "title"; `path` |".
Faults row_faults(const std::vector<std::string>& cells, const Names& titles) {
    static const std::regex quoted("\"([^\"]+)\""), path("`([^`]+)`");
    if (cells.size() != 5) return {"a requirement has five cells"};
    const std::string &state = cells[2], &shown_by = cells[4];
    Faults faults;
    if (!states.contains(state)) faults.push_back("\"" + state + "\" is no state");
    if ((state == "tested") == shown_by.empty())
        faults.emplace_back("what is tested names a test, and nothing else does");
    for (const std::string& text : {cells[3], shown_by})
        for (const std::string& title : all_of(text, quoted))
            if (!titles.contains(title)) faults.push_back("there is no test \"" + title + "\"");
    for (const std::string& file : all_of(shown_by, path))
        if (!is_on_disk(file)) faults.push_back("there is no " + file);
    return faults;
}

Faults faults_of(const SourceFile& document, const Names& titles) {
    Faults faults;
    Names seen;
    std::map<std::string, std::size_t> sums;
    for (std::size_t i = 0; i < document.lines.size(); ++i) {
        const auto fault = [&](const std::string& text) { faults.push_back(place(document, i + 1) + text); };
        const std::vector<std::string> cells = cells_of(document.lines[i]), numbers = numbers_in(cells);
        if (!numbers.empty()) {
            for (const std::string& text : row_faults(cells, titles))
                fault(text);
            for (const std::string& number : numbers)
                if (!seen.insert(number).second) fault(number + " stands here twice");
            if (cells.size() == 5) sums[cells[2]] += numbers.size();
        } else if (cells.size() == 2 && states.contains(cells[0])) {
            const auto sum = platform::parse_integer(cells[1]); // the table of what states mean has words
            if (sum && *sum != static_cast<std::int64_t>(sums[cells[0]]))
                fault("\"" + cells[0] + "\" stands in " + std::to_string(sums[cells[0]]));
        }
    }
    return faults;
}

std::size_t requirements_in(const SourceFile& document) {
    std::size_t count = 0;
    for (const std::string& line : document.lines)
        count += numbers_in(cells_of(line)).size();
    return count;
}

} // namespace

TEST_CASE("tidy: the tests that docs/asvs.md names exist, and its sums are right", "[tidy]") {
    const Names titles =
        titles_in({sample("tests/a_test.cpp", "TEST_CASE(\"one\", \"[x]\") {\nTEST_CASE(\n    \"two\",\n"),
                   sample("tests/browser/a.test.mjs", "    step('three', async () => {\n"),
                   sample("web/tests/a.test.ts", "    it(\n        'four',\n        \"no title\",\n"),
                   sample("lib/a.cpp", "TEST_CASE(\"elsewhere\") {\n")});
    CHECK(titles == Names{"one", "two", "three", "four"});
    const auto with = [&](const std::string& rows) { return faults_of(sample(page, rows), titles); };
    const std::string good =
        "| tested | means |\n| 1.1.1, 1.1.2 | x | tested | \"four\" | \"one\"; \"two\" |\n"
        "| 1.1.3 | x | tested | | `tests/tidy/rule.h` |\n| 1.1.4 | x | n/a | none | |\n";
    report(with(good + "| tested | 3 |\n| not held | 0 |\n| n/a | 1 |\n"));
    expect(with(good + "| tested | 2 |\n"), page + ":5: \"tested\" stands in 3");
    expect(with(good + "| 1.1.4 | x | not held | y | |\n"), page + ":5: 1.1.4 stands here twice");
    expect(with("| 1.1.1 | x | tested | y | \"on\" |\n"), page + ":1: there is no test \"on\"");
    expect(with("| 1.1.1 | x | not held | but \"five\" | |\n"), page + ":1: there is no test \"five\"");
    expect(with("| 1.1.1 | x | tested | y | `tests/none.py` |\n"), page + ":1: there is no tests/none.py");
    expect(with("| 1.1.1 | x | tested | y | |\n"), page + ":1: what is tested names a test");
    expect(with("| 1.1.1 | x | untested | y | \"one\" |\n"), page + ":1: what is tested names a test");
    expect(with("| 1.1.1 | x | held | y | |\n"), page + ":1: \"held\" is no state");
    expect(with("| 1.1.1 | x | tested | \"one\" |\n"), page + ":1: a requirement has five cells");

    const auto document = std::ranges::find(tree(), page, &SourceFile::path);
    REQUIRE(document != tree().end());
    report(faults_of(*document, titles_in(tree())));
    CHECK(requirements_in(*document) == requirements);
}

} // namespace tidy
