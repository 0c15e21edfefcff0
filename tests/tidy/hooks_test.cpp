// Modules tell one another by hooks (store/hook.h), and only the wiring connects them.
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

Faults hook_faults(const SourceTree& files) {
    static const std::regex connecting(R"(\.connect\(\s*(\[|$))");
    static const std::regex callback(R"(std::function<.*> on_\w+(;| =|\{))");
    Faults faults;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || !(file.in("lib/") || file.in("app/"))) continue;
        const std::vector<std::string> lines = support::code_only(file);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (file.path != "app/wiring.cpp" && std::regex_search(lines[i], connecting))
                faults.push_back(place(file, i + 1) + "only app/wiring.cpp connects hooks");
            // The store is below hooks: it is told by its options whom to tell that the disk is full.
            if (!file.in("lib/store/") && std::regex_search(lines[i], callback))
                faults.push_back(place(file, i + 1) + "a module tells others by a hook, see store/hook.h");
        }
    }
    return faults;
}

} // namespace

TEST_CASE("tidy: modules tell others by hooks, which only the wiring connects", "[tidy]") {
    const std::string connects = "s.rooms.room_changed.connect([&s](const rooms::Room& room) {\n";
    expect(hook_faults({sample("app/routes.cpp", connects), sample("app/wiring.cpp", connects)}),
           "app/routes.cpp:1: only app/wiring.cpp");
    expect(hook_faults({sample("lib/rooms/room.h", "\nstd::function<void(const Room&)> on_changed;\n"),
                        sample("lib/store/store.h", "std::function<void(bool)> on_storage_full;\n")}),
           "lib/rooms/room.h:2: a module tells");
    report(hook_faults(tree()));
}

} // namespace tidy
