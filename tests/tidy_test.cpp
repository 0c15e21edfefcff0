// House rules, checked on the source text itself. Each rule is a function from a tree to its faults, and is
// first tried on a small bad sample, so that it cannot pass because it looks at nothing.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/source_tree.h"

namespace {

using support::sample;
using support::SourceFile;
using support::SourceTree;
using Faults = std::vector<std::string>;
using Names = std::set<std::string>;

const SourceTree& tree() {
    static const SourceTree whole = support::read_source_tree(LECTERN_SOURCE_ROOT);
    return whole;
}

void report(const Faults& faults) {
    for (const std::string& fault : faults) {
        UNSCOPED_INFO(fault);
    }
    CHECK(faults.empty());
}

std::string place(const SourceFile& file, std::size_t line) {
    return file.path + ":" + std::to_string(line) + ": ";
}

// --- who may include whom ---

// The table of the design. A module may also include whatever those that it names may.
const std::map<std::string, Names>& include_table() {
    static const std::map<std::string, Names> table = {
        {"platform", {}},
        {"store", {"platform"}},
        {"http", {"platform"}},
        {"live", {"platform"}},
        {"simulation", {"live"}},
        {"audit", {"store"}},
        {"people", {"store", "audit"}},
        {"devices", {"store", "people"}},
        {"courses", {"store", "people"}},
        {"scenarios", {"store", "people"}},
        {"rooms", {"devices"}},
        {"runs", {"devices", "courses", "scenarios"}},
        {"sessions", {"rooms", "runs", "live"}},
        {"insights", {"runs", "sessions"}},
        {"progress", {"runs", "sessions"}},
        {"chat", {"runs", "sessions"}},
        {"admin", {"people", "audit", "store"}},
    };
    return table;
}

void add_reachable(const std::string& module, Names& reached) {
    if (!reached.insert(module).second) return;
    if (const auto row = include_table().find(module); row != include_table().end()) {
        for (const std::string& next : row->second) {
            add_reachable(next, reached);
        }
    }
}

std::string first_folder(const std::string& path) {
    return path.substr(0, path.find('/'));
}

bool is_routes(const std::string& path) {
    return path.ends_with("_routes.cpp") || path.ends_with("_routes.h");
}

// The modules that a file of lib/ may include.
Names allowed_for(const SourceFile& file, const std::string& module) {
    Names allowed;
    add_reachable(module, allowed);
    if (module == "dialects") {
        for (const auto& row : include_table()) {
            allowed.insert(row.first);
        }
    }
    if (is_routes(file.path)) {
        add_reachable("http", allowed);
        add_reachable("live", allowed);
    }
    return allowed;
}

Faults include_faults(const SourceTree& files) {
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || !file.in("lib/")) continue;
        const std::string module = first_folder(file.path.substr(4));
        if (module != "dialects" && !include_table().contains(module)) {
            faults.push_back(place(file, 1) + "module '" + module + "' has no row in the include table");
            continue;
        }
        const Names allowed = allowed_for(file, module);
        for (const auto& [line, path] : support::own_includes(file)) {
            const std::string other = first_folder(path);
            if (!allowed.contains(other)) {
                faults.push_back(place(file, line) + module + " may not include " + path);
            } else if (is_routes(path) && other != module && !is_routes(file.path) && module != "dialects") {
                faults.push_back(place(file, line) + "only routes include routes, not " + path);
            }
        }
    }
    return faults;
}

// Dialect tests compare literal bytes; sharing code with what they test would hide a wrong shape.
Faults dialect_test_faults(const SourceTree& files) {
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.in("tests/dialects/")) continue;
        for (const auto& [line, path] : support::own_includes(file)) {
            if (path.starts_with("dialects/"))
                faults.push_back(place(file, line) + "a dialect's test shares no code with it");
        }
    }
    return faults;
}

// Written from an include root, and there.
Faults include_path_faults(const SourceTree& files) {
    Names paths;
    for (const SourceFile& file : files) {
        paths.insert(file.path);
    }
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.is_cpp()) continue;
        for (const auto& [line, path] : support::own_includes(file)) {
            const bool there = paths.contains("lib/" + path) ||
                               (path.starts_with("app/") && paths.contains(path)) ||
                               (file.in("tests/") && paths.contains("tests/" + path));
            if (!there)
                faults.push_back(place(file, line) + "no file of ours is " + path +
                                 " from lib/, app/ or tests/");
        }
    }
    return faults;
}

// --- lengths ---

constexpr std::size_t longest_file = 500;
constexpr int longest_function = 60;

// Catalogs and lockfiles are data; the schema is one page on purpose; what openapi-typescript writes is not
// ours to cut.
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

// --- dead files ---

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
            return other.path != file.path && std::ranges::any_of(other.lines, [&](const std::string& line) {
                       return line.find(name) != std::string::npos;
                   });
        });
        if (!named) faults.push_back(place(file, 1) + "nobody runs this script");
    }
    return faults;
}

// --- words ---

// `lines_of` gives the lines to look at, so that a rule on code is not upset by a comment on it.
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
    // Debian's rules file is a makefile, which wants tabs.
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

using Catch::Matchers::StartsWith;

// The one fault that a sample was made to have.
void expect(const Faults& faults, const std::string& start) {
    REQUIRE(faults.size() == 1);
    CHECK_THAT(faults.front(), StartsWith(start));
}

} // namespace

TEST_CASE("tidy: the source tree is the real one", "[tidy]") {
    CHECK(tree().size() > 30);
    for (const char* path : {"lib/platform/version.h", "tests/tidy_test.cpp", "dev"}) {
        CHECK(std::ranges::find(tree(), path, &SourceFile::path) != tree().end());
    }
}

TEST_CASE("tidy: a module includes only what the table allows", "[tidy]") {
    expect(include_faults({sample("lib/platform/a.h", "\n#include \"store/store.h\"\n")}),
           "lib/platform/a.h:2: platform may");
    expect(include_faults({sample("lib/store/a.h", "#include \"http/call.h\"\n")}), "lib/store/a.h:1: ");
    expect(include_faults({sample("lib/rooms/room.cpp", "#include \"http/call.h\"\n")}),
           "lib/rooms/room.cpp:1: ");
    expect(include_faults({sample("lib/rooms/room_routes.cpp", "#include \"runs/run.h\"\n")}),
           "lib/rooms/room_routes.cpp:1: ");
    expect(include_faults({sample("lib/admin/a.cpp", "#include \"dialects/lms/a.h\"\n")}),
           "lib/admin/a.cpp:1: ");
    expect(include_faults({sample("lib/runs/a.cpp", "#include \"app/config.h\"\n")}), "lib/runs/a.cpp:1: ");
    expect(include_faults({sample("lib/runs/a.cpp", "#include \"devices/device_routes.h\"\n")}),
           "lib/runs/a.cpp:1: only routes");
    expect(include_faults({sample("lib/misc/a.cpp", "")}), "lib/misc/a.cpp:1: module 'misc' has no row");
    const std::string allowed =
        "#include \"rooms/room.h\"\n#include \"people/person.h\"\n#include \"platform/error.h\"\n";
    report(include_faults(
        {sample("lib/rooms/room_routes.cpp", allowed + "#include \"http/call.h\"\n#include \"live/hub.h\"\n"),
         sample("lib/sessions/session.cpp", allowed + "#include \"live/hub.h\"\n"),
         sample("lib/dialects/lms/login.cpp", allowed + "#include \"http/call.h\"\n")}));
    report(include_faults(tree()));
}

TEST_CASE("tidy: a dialect's tests share no code with it", "[tidy]") {
    expect(dialect_test_faults({sample("tests/dialects/a_test.cpp", "#include \"dialects/lms/login.h\"\n")}),
           "tests/dialects/a_test.cpp:1: ");
    report(dialect_test_faults(tree()));
}

TEST_CASE("tidy: includes are written from an include root", "[tidy]") {
    expect(include_path_faults(
               {sample("lib/rooms/room.h", ""), sample("lib/rooms/room.cpp", "#include \"room.h\"\n")}),
           "lib/rooms/room.cpp:1: ");
    report(include_path_faults(tree()));
}

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
