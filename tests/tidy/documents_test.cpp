// Everything that lib/ARCHITECTURE.md names exists, and every module of lib/ is in it.
#include <algorithm>
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

const std::string page = "lib/ARCHITECTURE.md";

std::vector<std::string> words(const std::string& line, const std::regex& word) {
    std::vector<std::string> found;
    for (auto match = std::sregex_iterator(line.begin(), line.end(), word); match != std::sregex_iterator();
         ++match) {
        found.push_back((*match)[1]);
    }
    return found;
}

// Seen from lib/ or, with "lib/" or "../", from the root. A name without a folder may be anywhere, and
// "*_routes.cpp" means any that end so. Fixtures and the like are on the disk alone.
bool exists(const SourceTree& files, const std::string& path) {
    const bool from_root = path.starts_with("../") || path.starts_with("lib/");
    const std::string whole = path.starts_with("../") ? path.substr(3) : from_root ? path : "lib/" + path;
    const bool anywhere = path.find('/') == std::string::npos;
    const std::size_t star = path.rfind('*');
    const std::string ending = star == std::string::npos ? "/" + path : path.substr(star + 1);
    return is_on_disk(whole) || std::ranges::any_of(files, [&](const SourceFile& file) {
               if (anywhere) return file.is(ending);
               return file.path == whole || file.path.starts_with(whole.ends_with('/') ? whole : whole + "/");
           });
}

// Text in backquotes that looks like a file or folder of ours; "/docs" is a path of the server.
Faults missing_file_faults(const SourceTree& files) {
    static const std::regex quoted("`([^`/ ][^` ]*(?:/[^` ]*|[.](?:cpp|h|md|sql|txt)))`");
    Faults faults;
    for (const SourceFile& file : files) {
        if (file.path != page) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            for (const std::string& path : words(file.lines[i], quoted)) {
                if (!exists(files, path)) faults.push_back(place(file, i + 1) + "there is no " + path);
            }
        }
    }
    return faults;
}

// Rows "| what | `name`, `name` | `file` |" of the table of numbers: each name stands in the file.
Faults number_faults(const SourceTree& files) {
    static const std::regex quoted("`([^`]+)`");
    const auto document = std::ranges::find(files, page, &SourceFile::path);
    if (document == files.end()) return {page + ":1: is not there"};
    Faults faults;
    bool in_table = false;
    for (std::size_t i = 0; i < document->lines.size(); ++i) {
        const std::string& line = document->lines[i];
        if (line.starts_with("| how long, how many ")) in_table = true;
        if (!line.starts_with("| ")) in_table = in_table && line.starts_with("|-");
        if (!in_table || line.find('`') == std::string::npos) continue;
        std::vector<std::string> names = words(line, quoted);
        const std::string path =
            names.back().starts_with("../") ? names.back().substr(3) : "lib/" + names.back();
        names.pop_back();
        const auto file = std::ranges::find(files, path, &SourceFile::path);
        if (names.empty() || file == files.end())
            faults.push_back(place(*document, i + 1) + "names no number and its file");
        for (const std::string& name : names) {
            const auto has_it = [&](const std::string& text) { return text.find(name) != std::string::npos; };
            if (file != files.end() && std::ranges::none_of(file->lines, has_it))
                faults.push_back(place(*document, i + 1).append(path).append(" has no ").append(name));
        }
    }
    return faults;
}

Names modules_of(const SourceTree& files) {
    Names modules;
    for (const SourceFile& file : files) {
        if (file.in("lib/") && file.is_cpp()) modules.insert(file.path.substr(4, file.path.find('/', 4) - 4));
    }
    return modules;
}

// The first column of the table of modules, which ends at the first line that is not a row.
Faults module_faults(const SourceTree& files) {
    static const std::regex name("([a-z_]+)");
    const auto document = std::ranges::find(files, page, &SourceFile::path);
    if (document == files.end()) return {page + ":1: is not there"};
    const Names modules = modules_of(files);
    Names named;
    Faults faults;
    bool in_table = false;
    for (std::size_t i = 0; i < document->lines.size(); ++i) {
        const std::string& line = document->lines[i];
        if (line.starts_with("| folder ")) in_table = true;
        if (!in_table || line.starts_with("| folder ") || line.starts_with("|-")) continue;
        if (!line.starts_with("| ")) break;
        for (const std::string& module : words(line.substr(0, line.find('|', 1)), name)) {
            named.insert(module);
            if (!modules.contains(module))
                faults.push_back(place(*document, i + 1) + "there is no lib/" + module);
        }
    }
    for (const std::string& module : modules) {
        if (!named.contains(module))
            faults.push_back(std::string(page).append(":1: has no row for lib/").append(module));
    }
    return faults;
}

} // namespace

TEST_CASE("tidy: every file that the architecture page names exists", "[tidy]") {
    const SourceTree there = {sample("lib/rooms/room.h", ""), sample("lib/rooms/room_routes.cpp", ""),
                              sample("app/routes.cpp", "")};
    const auto with = [&](const std::string& text) {
        SourceTree files = there;
        files.push_back(sample(page, text));
        return missing_file_faults(files);
    };
    expect(with("\n| rooms | `rooms/rom.h` |\n"), page + ":2: there is no rooms/rom.h");
    expect(with("`../app/route.cpp`"), page + ":1: there is no ../app/route.cpp");
    expect(with("`../web/sauce`"), page + ":1: ");
    expect(with("`shelves/`"), page + ":1: ");
    expect(with("`om.h` of rooms"), page + ":1: ");
    expect(with("`*_rows.cpp`"), page + ":1: ");
    report(
        with("`rooms/room.h`, `room.h`, `rooms/`, `../app/routes.cpp`, `../app`, `*_routes.cpp`, `/docs`, "
             "`store::Tx&`, `/openapi.json`"));
    report(missing_file_faults(tree()));
}

TEST_CASE("tidy: the architecture page has every module and no other", "[tidy]") {
    const std::string table = "| folder | is |\n|---|---|\n| rooms, runs | x |\n\n| other | y |\n";
    expect(module_faults({sample(page, table), sample("lib/rooms/a.h", "")}),
           page + ":3: there is no lib/runs");
    expect(module_faults({sample(page, table), sample("lib/rooms/a.h", ""), sample("lib/runs/a.h", ""),
                          sample("lib/misc/a.h", "")}),
           page + ":1: has no row for lib/misc");
    expect(module_faults({}), page + ":1: ");
    report(module_faults(tree()));
}

TEST_CASE("tidy: the numbers of the architecture page stand where it says", "[tidy]") {
    const auto with = [](const std::string& row) {
        return number_faults(
            {sample(page, "| how long, how many | name | stands in |\n|---|---|---|\n" + row),
             sample("lib/rooms/a.h", "int most_seats = 4;\n"), sample("web/a.ts", "low = 1\n")});
    };
    expect(with("| seats | `most_chairs` | `rooms/a.h` |\n"), page + ":3: lib/rooms/a.h has no most_chairs");
    expect(with("| seats | `most_seats` | `rooms/b.h` |\n"), page + ":3: names no number and its file");
    expect(with("| seats | many | `rooms/a.h` |\n"), page + ":3: names no number and its file");
    report(with(
        "| seats | `most_seats` | `rooms/a.h` |\n| light | `low` | `../web/a.ts` |\n\n| x | `y` | `z.h` |\n"));
    report(number_faults(tree()));
}

} // namespace tidy
