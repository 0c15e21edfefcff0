#include "runs/rollup.h"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <string>
#include <vector>

#include "runs/event_text.h"

using runs::Event;
using runs::Rollup;

namespace {

Event event(std::string_view kind, std::int64_t at_ms) {
    Event event;
    event.kind = kind;
    event.at_ms = at_ms;
    return event;
}

Event in_zone(std::string_view kind, std::int64_t at_ms, std::string_view zone,
              std::optional<std::int64_t> dwell_ms = {}) {
    Event made = event(kind, at_ms);
    made.zone = zone;
    made.dwell_ms = dwell_ms;
    return made;
}

} // namespace

TEST_CASE("a gaze falls into its cell", "[runs]") {
    struct Case {
        double yaw_deg, pitch_deg;
        std::size_t column, row;
    };
    const std::vector<Case> cases = {
        {0, 0, 18, 9},        {-180, 90, 0, 0},   {179.99, -90, 35, 17},  {180, 0, 0, 9},
        {-0.01, 0.01, 17, 8}, {190, 0, 1, 9},     {-190, 0, 35, 9},       {360, 0, 18, 9},
        {9.99, 80, 18, 1},    {10, 80.01, 19, 0}, {-360, -89.99, 18, 17}, {540, 1000, 0, 0},
    };
    for (const Case& each : cases) {
        INFO(each.yaw_deg << " " << each.pitch_deg);
        const std::size_t cell = each.row * runs::gaze_columns + each.column;
        CHECK(runs::gaze_cell(each.yaw_deg, each.pitch_deg) == cell);
        const runs::Direction middle = runs::gaze_middle(cell);
        CHECK(runs::gaze_cell(middle.yaw_deg, middle.pitch_deg) == cell);
    }
    const runs::Direction middle = runs::gaze_middle(runs::gaze_cell(0, 0));
    CHECK(middle.yaw_deg == 5);
    CHECK(middle.pitch_deg == -5);
}

TEST_CASE("events add up by kind, gaze, zone and target", "[runs]") {
    Rollup rollup;
    Event gaze = event("gaze", 2'000);
    gaze.yaw_deg = 5;
    gaze.pitch_deg = 5;
    gaze.target = "turtle";
    gaze.dwell_ms = 300;
    rollup.add(gaze);
    gaze.at_ms = 1'000; // out of order
    rollup.add(gaze);
    Event blind = event("gaze", 3'000); // a gaze without a direction
    rollup.add(blind);
    Event click = event("click", 4'000);
    click.yaw_deg = 5;
    click.pitch_deg = 5;
    rollup.add(click);

    CHECK(rollup.events == 4);
    CHECK(rollup.first_ms == 1'000);
    CHECK(rollup.last_ms == 4'000);
    CHECK(rollup.kinds == runs::Totals{{"click", 1}, {"gaze", 3}});
    CHECK(rollup.gaze_total == 2);
    CHECK(rollup.gaze[runs::gaze_cell(5, 5)] == 2);
    CHECK(rollup.targets == runs::Totals{{"turtle", 600}});
    CHECK(rollup.zones.empty());
}

TEST_CASE("a zone's dwell is the one sent, or the time from entering to leaving", "[runs]") {
    Rollup rollup;
    rollup.add(in_zone("zone_enter", 1'000, "reef"));
    rollup.add(in_zone("zone_exit", 5'000, "reef"));
    CHECK(rollup.zones == runs::Totals{{"reef", 4'000}});
    CHECK(rollup.open_zones.empty());

    rollup.add(in_zone("zone_enter", 6'000, "reef"));
    rollup.add(in_zone("zone_exit", 9'000, "reef", 2'500)); // the headset knows better
    CHECK(rollup.zones == runs::Totals{{"reef", 6'500}});

    rollup.add(in_zone("zone_exit", 9'500, "wreck")); // never entered
    CHECK(rollup.zones == runs::Totals{{"reef", 6'500}});

    rollup.add(in_zone("zone_enter", 10'000, "wreck"));
    rollup.add(in_zone("zone_exit", 9'000, "wreck")); // clocks
    CHECK(rollup.zones.at("wreck") == 0);
}

TEST_CASE("names are bounded, and the rest are counted together", "[runs]") {
    Rollup rollup;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < runs::names_limit + 50; ++i)
        names.push_back("kind " + std::to_string(i));
    for (const std::string& name : names)
        rollup.add(event(name, 1));
    CHECK(rollup.kinds.size() == runs::names_limit + 1);
    CHECK(rollup.kinds.at("(others)") == 50);
}

TEST_CASE("rollups of several runs add up to the class's", "[runs]") {
    Rollup one, other;
    one.add(in_zone("zone_exit", 1'000, "reef", 10));
    other.add(in_zone("zone_exit", 500, "reef", 5));
    one.add(other);
    CHECK(one.events == 2);
    CHECK(one.first_ms == 500);
    CHECK(one.last_ms == 1'000);
    CHECK(one.zones.at("reef") == 15);
}

TEST_CASE("a rollup's texts are JSON and read back as they were", "[runs]") {
    runs::GazeGrid grid{};
    grid[0] = 7;
    grid.back() = std::numeric_limits<std::uint32_t>::max();
    std::string text;
    runs::append_grid(text, grid);
    CHECK(runs::grid_from(text) == grid);

    const runs::Totals totals = {{"", 0}, {"a \"quoted\" \\ name\n\x01", -5}, {"Küste 🐢", 1'000'000'000'000}};
    text.clear();
    runs::append_totals(text, totals);
    CHECK(runs::totals_from(text) == totals);
}

TEST_CASE("events are written as arrays without trailing nulls", "[runs]") {
    Event full = in_zone("gaze", 1'250, "left \"wing\"", 30);
    full.yaw_deg = -12.5;
    full.pitch_deg = 0.1;
    full.target = "turtle";
    full.position_ms = 99;
    full.sent_ms = 7;
    full.data = R"({"a":[1,2]})";
    const std::vector<Event> events = {event("click", 1'000), full, in_zone("zone_exit", 900, "", 4)};
    std::string text;
    append_events(text, events, 1'000);
    CHECK(text == R"([["click",0],)"
                  R"(["gaze",250,-12.5,0.1,"left \"wing\"","turtle",30,99,7,{"a":[1,2]}],)"
                  R"(["zone_exit",-100,null,null,null,null,4]])");
}
