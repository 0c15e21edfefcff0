// Which module may include which.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/modules.h"
#include "tidy/rule.h"

namespace tidy {
namespace {

using support::add_reachable;
using support::first_folder;
using support::include_table;
using support::sample;
using support::SourceFile;
using support::SourceTree;

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

// Dialect tests compare literal bytes; code shared with the dialect would hide a wrong shape.
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

// Includes are written from an include root, and the file exists.
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

} // namespace

TEST_CASE("tidy: the source tree is the real one", "[tidy]") {
    CHECK(tree().size() > 30);
    for (const char* path : {"lib/platform/version.h", "tests/tidy/rule.cpp", "dev"}) {
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

} // namespace tidy
