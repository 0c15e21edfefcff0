// Words that do not belong in the tree.
#include <catch2/catch_test_macros.hpp>
#include <regex>
#include <string>
#include <vector>

#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;

// `lines_of` gives the lines to look at, so that a comment does not trip a rule on code.
template <class Applies, class LinesOf>
Faults word_faults(const SourceTree& files, const std::regex& word, const std::string& rule, Applies applies,
                   LinesOf lines_of) {
    Faults faults;
    for (const SourceFile& file : files) {
        if (!applies(file)) continue;
        const std::vector<std::string> lines = lines_of(file);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (std::regex_search(lines[i], word)) faults.push_back(place(file, i + 1) + rule);
        }
    }
    return faults;
}

std::vector<std::string> all_lines(const SourceFile& file) {
    return file.lines;
}

bool everywhere(const SourceFile&) {
    return true;
}

Faults sleep_faults(const SourceTree& files) {
    static const std::regex word(R"(\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\()");
    return word_faults(
        files, word, "a test waits for what it wants, or turns a manual clock; it does not sleep",
        [](const SourceFile& file) { return file.is_cpp() && file.in("tests/") && !file.in("tests/bench/"); },
        support::code_only);
}

Faults tab_faults(const SourceTree& files) {
    // Debian's rules file is a makefile, which needs tabs.
    return word_faults(
        files, std::regex("\t"), "indent by spaces",
        [](const SourceFile& file) { return file.name() != "rules"; }, all_lines);
}

// Written in two halves, so that this file does not break its own rule.
Faults host_faults(const SourceTree& files) {
    static const std::regex word(
        "npm"
        "js\\.(org|com)|deb\\."
        "debian\\.org|security\\."
        "debian\\.org|snapshot\\."
        "debian\\.org|yarn"
        "pkg\\.com|"
        "pypi\\."
        "org|crates\\."
        "io|proxy\\.golang\\."
        "org|unpkg\\."
        "com|jsdelivr\\."
        "net");
    return word_faults(files, word, "name no registry's host; its client knows it", everywhere, all_lines);
}

Faults leftover_faults(const SourceTree& files) {
    static const std::regex word(
        "\\b(TO"
        "DO|FIX"
        "ME|X"
        "XX)\\b");
    return word_faults(
        files, word, "do it, or open an issue",
        [](const SourceFile& file) { return !file.is("package-lock.json"); }, all_lines);
}

// No scope or type binds a macro, and the readers of C++ in these tests do not expand any.
Faults macro_faults(const SourceTree& files) {
    static const std::regex word(R"(^\s*#\s*define\b)");
    return word_faults(
        files, word, "define no macro: SQL that is shared is a store::SqlText (lib/store/sql.h)",
        [](const SourceFile& file) { return file.is_cpp(); }, all_lines);
}

} // namespace

TEST_CASE("tidy: tests do not sleep", "[tidy]") {
    const std::string sleeping = "// sleep_for(1s)\nvoid f() { std::this_thread::sleep_for(1s); }\n";
    expect(sleep_faults({sample("tests/a_test.cpp", sleeping), sample("tests/bench/a.cpp", sleeping)}),
           "tests/a_test.cpp:2: ");
    report(sleep_faults(tree()));
}

TEST_CASE("tidy: no tabs", "[tidy]") {
    expect(tab_faults({sample("lib/a.cpp", "x\n\ty\n"), sample("packaging/debian/rules", "\ty\n")}),
           "lib/a.cpp:2: ");
    report(tab_faults(tree()));
}

TEST_CASE("tidy: no macros", "[tidy]") {
    expect(macro_faults({sample("lib/a.cpp", "// #define A 1\n#define ROWS \"SELECT 1 FROM rooms \"\n")}),
           "lib/a.cpp:2: ");
    report(macro_faults(tree()));
}

TEST_CASE("tidy: no registry is named by its host", "[tidy]") {
    expect(host_faults({sample("web/package-lock.json",
                               "https://registry.npm"
                               "js.org/x\n")}),
           "web/package-lock.json:1: ");
    report(host_faults(tree()));
}

TEST_CASE("tidy: nothing is left for later in a comment", "[tidy]") {
    expect(leftover_faults({sample("lib/a.cpp",
                                   "// TO"
                                   "DO: x\n"),
                            sample("dev", "mktemp a.XXXXXX\n")}),
           "lib/a.cpp:1: ");
    report(leftover_faults(tree()));
}

} // namespace tidy
