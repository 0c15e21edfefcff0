// The fields of a JSON object are read by platform::JsonFields. Read by hand, a field that doesn't fit ends
// in the JSON library's own exception, whose message names no field; body["x"] even inserts a field that is
// missing.
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

// What works on JSON schemas that the program has made, takes a message's data out of it, and reads the header
// fields of a request.
constexpr std::string_view other_readers[] = {"lib/http/serving/shape.cpp", "lib/http/serving/messages.cpp",
                                              "lib/http/wire/connection.h"};

bool is_read_elsewhere(const SourceFile& file) {
    return !file.is_cpp() || !(file.in("lib/") || file.in("app/")) ||
           std::ranges::any_of(other_readers, [&](std::string_view path) { return file.path == path; });
}

Faults reading_faults(const SourceTree& files) {
    static const std::regex readings[] = {
        // item.at("x"), item.value("x", 0)
        std::regex(R"((\.|->)(at|value)\("\w+")"),
        // body["x"].get<int>(), body["x"].is_null()
        std::regex(R"(\["\w+"\]\.(get\b|get_\w+|is_\w+|dump|contains|items|value|at)\b)"),
        // name = body["x"], f(body["x"]), body["x"] == "y", but not body["x"] = y
        std::regex(R"(\b(body|message|data|item|arguments|asked|answer|object|reply|json)\["\w+"\])"
                   R"(\s*([;,)\[]|==|!=))"),
        // body.contains("x"), body.find("x")
        std::regex(
            R"(\b(body|message|data|item|arguments|asked|answer|object|reply)\.(contains|find)\("\w+"\))"),
    };
    Faults faults;
    for (const SourceFile& file : files) {
        if (is_read_elsewhere(file)) continue;
        for (std::size_t i = 0; i < file.lines.size(); ++i) {
            const std::string& line = file.lines[i];
            if (line.find_first_not_of(' ') == line.find("//")) continue; // blank, or a comment
            if (std::ranges::any_of(readings, [&](const auto& by) { return std::regex_search(line, by); }))
                faults.push_back(place(file, i + 1) + "read it by platform/json_fields.h");
        }
    }
    return faults;
}

} // namespace

TEST_CASE("tidy: the fields of JSON are read by the one reader", "[tidy]") {
    for (const char* reading :
         {R"(name = call.body.at("name");)", R"(seats = given.value("seats", 1);)",
          R"(title = call.body["title"];)", R"(id = call.body["id"].get<RoomId>();)",
          R"(if (data["person"].is_null()) return;)", R"(if (body.contains("x")) y = 1;)",
          R"(f(message["eid"], 2);)", R"(const auto found = data.find("gaze");)"}) {
        INFO(reading);
        expect(reading_faults({sample("lib/rooms/a.cpp", std::string("// body.at(\"x\")\n") + reading + "\n"),
                               sample("tests/a.cpp", std::string(reading) + "\n")}),
               "lib/rooms/a.cpp:2: ");
    }
    const char* const others =
        "body[\"status\"] = 200;\nbody[\"seats\"].push_back(seat);\nfield = fields.get<int>(\"x\");\n"
        "wanted.title = metadata[\"title\"];\nvalue = headers.value(name);\n";
    CHECK(reading_faults({sample("app/a.cpp", others)}).empty());
    report(reading_faults(tree()));
}

} // namespace tidy
