// The limits on the length of files and functions.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;

constexpr std::size_t longest_file = 500;
constexpr int longest_function = 60;

// Catalogs and lockfiles are data; the schema is one page on purpose; openapi-typescript's output is not ours
// to split.
bool counts_as_written(const SourceFile& file) {
    return !file.is(".json") && !file.is(".svg") && !file.is(".csv") && !file.is(".d.ts") &&
           file.path != "schema.sql" && file.name() != "CHANGELOG.md";
}

Faults file_length_faults(const SourceTree& files) {
    Faults faults;
    for (const SourceFile& file : files) {
        if (!counts_as_written(file) || file.lines.size() <= longest_file) continue;
        faults.push_back(place(file, longest_file + 1) + "a file has at most 500 lines, this one has " +
                         std::to_string(file.lines.size()));
    }
    return faults;
}

Faults function_length_faults(const SourceTree& files) {
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.is_cpp()) continue;
        for (const support::Function& function : support::functions(file)) {
            if (function.lines() <= longest_function) continue;
            faults.push_back(place(file, static_cast<std::size_t>(function.first_line)) +
                             "a function has at most 60 lines, this one has " +
                             std::to_string(function.lines()));
        }
    }
    return faults;
}

} // namespace

TEST_CASE("tidy: files are at most 500 lines", "[tidy]") {
    std::string text;
    for (int i = 0; i < 501; ++i) {
        text += "line\n";
    }
    expect(file_length_faults({sample("lib/a.cpp", text), sample("schema.sql", text)}), "lib/a.cpp:501: ");
    report(file_length_faults(tree()));
}

TEST_CASE("tidy: functions are at most 60 lines", "[tidy]") {
    const auto body = [](int lines) {
        std::string text;
        for (int i = 0; i < lines; ++i) {
            text += "    if (x) { call('{'); } // }\n";
        }
        return text;
    };
    const std::string classes =
        "namespace a {\ntemplate <class T>\nclass B : public C {\n    int f() const override {\n";
    expect(function_length_faults({sample("lib/a.cpp", "int f(int x,\n      int y) {\n" + body(58) + "}\n")}),
           "lib/a.cpp:1: ");
    expect(function_length_faults({sample("lib/a.h", classes + body(59) + "    }\n};\n}\n")}), "lib/a.h:4: ");
    report(function_length_faults(
        {sample("lib/b.cpp", "int f() {\n" + body(58) + "}\n\nint g() {\n" + body(58) + "}\n"),
         sample("lib/c.cpp", "const char* text = R\"(\n" + body(90) + ")\";\n"),
         sample("lib/d.cpp", "const Row table[] = {\n" + body(90) + "};\n")}));
    report(function_length_faults(tree()));
}

} // namespace tidy
