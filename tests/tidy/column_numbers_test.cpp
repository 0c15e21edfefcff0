// Nobody counts columns: a row is read by Statement::read and values (store/columns.h), which check that
// there are as many variables as columns. Read by its number, a column means another one as soon as somebody
// adds one before it.
#include <catch2/catch_test_macros.hpp>
#include <regex>
#include <string>

#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;

bool may_count(const SourceFile& file) {
    return file.in("lib/store/") || file.in("tests/store/");
}

Faults number_faults(const SourceTree& files) {
    static const std::regex call(
        R"((\.|->)(integer|real|text|string|boolean|is_null|optional_(integer|real|text)|(optional_)?id\s*<[^()]*>))"
        R"(\(\s*(\d+|column)\s*\))");
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || may_count(file)) continue;
        const std::vector<std::string> code = support::code_only(file);
        for (std::size_t i = 0; i < code.size(); ++i)
            if (std::regex_search(code[i], call))
                faults.push_back(place(file, i + 1) + "read the row by read or values (store/columns.h)");
    }
    return faults;
}

} // namespace

TEST_CASE("tidy: no column is read by its number", "[tidy]") {
    for (const char* call :
         {"rows.integer(3)", "rows->text( 0 )", "rows.id<RoomId>(12)", "row.optional_real(1)",
          "rows.optional_id<platform::Id<Tag>>(2)", "rows.is_null(0)", "rows.string(column)"}) {
        INFO(call);
        const std::string line = "    name = " + std::string(call) + ";\n";
        expect(number_faults({sample("lib/people/a.cpp", "// rows.integer(3)\n" + line),
                              sample("lib/store/a.cpp", line)}),
               "lib/people/a.cpp:2: ");
    }
    const char* const others =
        "read.integer(\"SELECT 1\"); http::integer(0); shape.text(0, 80); xml.text();\n";
    CHECK(number_faults({sample("app/a.cpp", others)}).empty());
    report(number_faults(tree()));
}

} // namespace tidy
