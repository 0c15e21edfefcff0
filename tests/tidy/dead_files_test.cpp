// Every file is used by something.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tidy/rule.h"

namespace tidy {
namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;

Faults dead_header_faults(const SourceTree& files) {
    Names included;
    for (const SourceFile& file : files) {
        for (const auto& [line, path] : support::own_includes(file)) {
            const std::string own = file.path.substr(0, file.path.rfind('.')) + ".h";
            // A header that only its own implementation includes serves nobody.
            for (const char* root : {"lib/", "tests/", ""}) {
                if (root + path != own) included.insert(root + path);
            }
        }
    }
    Faults faults;
    for (const SourceFile& file : files) {
        if (file.is(".h") && !included.contains(file.path))
            faults.push_back(place(file, 1) + "nobody includes this header");
    }
    return faults;
}

// The files of web/ that a quoted path in one of them may mean. Vite's aliases are matched by the end of the
// path.
bool is_meant(const std::string& path, const SourceFile& from, std::string quoted) {
    quoted = quoted.substr(0, quoted.find('?'));
    if (const std::size_t star = quoted.find('*'); star != std::string::npos) {
        const std::string ending = quoted.substr(quoted.rfind('*') + 1);
        return path.starts_with(from.folder()) && path.ends_with(ending);
    }
    std::string wanted = quoted;
    std::string folder = from.folder();
    while (wanted.starts_with("./") || wanted.starts_with("../")) {
        if (wanted[1] == '.') folder = folder.substr(0, folder.find_last_of('/', folder.size() - 2) + 1);
        wanted = wanted.substr(wanted.find('/') + 1);
    }
    const bool relative = wanted != quoted;
    wanted = relative ? folder + wanted : wanted.substr(wanted.find('/'));
    if (wanted.ends_with(".js")) wanted.resize(wanted.size() - 3);
    for (const char* ending : {"", ".ts", ".js", ".svelte", ".svelte.ts", "/index.ts"}) {
        if (relative ? path == wanted + ending : path.ends_with(wanted + ending)) return true;
    }
    return false;
}

Faults dead_web_faults(const SourceTree& files) {
    static const std::regex quoted(R"re(["'`]((\./|\.\./|/|@/|\$\w+/)[^"'`\s]+)["'`])re");
    std::vector<std::pair<const SourceFile*, std::string>> mentions;
    for (const SourceFile& file : files) {
        if (!file.in("web/") || file.is("package-lock.json")) continue;
        for (const std::string& line : file.lines) {
            for (auto match = std::sregex_iterator(line.begin(), line.end(), quoted);
                 match != std::sregex_iterator(); ++match) {
                mentions.emplace_back(&file, (*match)[1]);
            }
        }
    }
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.in("web/src/") || file.is(".d.ts") || file.path.find(".test.") != std::string::npos)
            continue;
        const bool meant = std::ranges::any_of(mentions, [&](const auto& mention) {
            return mention.first != &file && is_meant(file.path, *mention.first, mention.second);
        });
        if (!meant) faults.push_back(place(file, 1) + "nobody imports this file");
    }
    return faults;
}

Faults dead_script_faults(const SourceTree& files) {
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.in("packaging/") || (!file.is(".sh") && !file.is(".cmake"))) continue;
        const std::string stem = file.name().substr(0, file.name().rfind('.'));
        const std::string name = file.is(".cmake") ? "include(" + stem + ")" : file.name();
        const bool named = std::ranges::any_of(files, [&](const SourceFile& other) {
            // A preset names a toolchain by its file.
            const std::string word = other.name() == "CMakePresets.json" ? file.name() : name;
            return other.path != file.path && std::ranges::any_of(other.lines, [&](const std::string& line) {
                       return line.find(word) != std::string::npos;
                   });
        });
        if (!named) faults.push_back(place(file, 1) + "nobody runs this script");
    }
    return faults;
}

} // namespace

TEST_CASE("tidy: no header is dead", "[tidy]") {
    expect(dead_header_faults({sample("lib/a/b.h", ""), sample("lib/a/b.cpp", "#include \"a/b.h\"\n")}),
           "lib/a/b.h:1: ");
    expect(dead_header_faults({sample("tests/support/b.h", "")}), "tests/support/b.h:1: ");
    report(dead_header_faults({sample("lib/a/b.h", ""), sample("lib/a/c.cpp", "#include \"a/b.h\"\n")}));
    report(dead_header_faults(tree()));
}

TEST_CASE("tidy: no file of the page is dead", "[tidy]") {
    const SourceTree page = {
        sample("web/index.html", "<script type=\"module\" src=\"/src/main.ts\"></script>\n"),
        sample("web/src/main.ts",
               "import App from \"./ui/App.svelte\";\nimport.meta.glob(\"./i18n/*.json\");\n"),
        sample("web/src/ui/App.svelte",
               "import { x } from '../features/rooms/rooms';\nimport y from \"@/clock\";\n"),
        sample("web/src/features/rooms/rooms.ts", ""),
        sample("web/src/clock.ts", ""),
        sample("web/src/i18n/en.json", "{}"),
        sample("web/src/ui/Old.svelte", ""),
    };
    expect(dead_web_faults(page), "web/src/ui/Old.svelte:1: ");
    report(dead_web_faults(tree()));
}

TEST_CASE("tidy: no script of packaging is dead", "[tidy]") {
    expect(dead_script_faults(
               {sample("packaging/a.sh", "a.sh\n"), sample("packaging/b.sh", ""), sample("dev", "b.sh\n")}),
           "packaging/a.sh:1: ");
    report(dead_script_faults(tree()));
}

} // namespace tidy
