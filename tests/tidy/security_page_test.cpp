// The limits of each standing are in the code once, and once in words.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "http/serving/standing.h"
#include "tidy/rule.h"

namespace {

using namespace http;

std::string size(std::size_t bytes) {
    return bytes >= 1_MiB ? std::to_string(bytes >> 20) + " MiB" : std::to_string(bytes >> 10) + " KiB";
}

std::string row_of(Standing standing) {
    const StandingLimits& limits = limits_of(standing);
    std::string row = "| " + std::string(platform::name_of(standing)) + " |";
    for (const auto& cell : {std::to_string(limits.places_percent) + " %",
                             limits.connections == no_limit ? "any" : std::to_string(limits.connections),
                             size(limits.message_bytes), size(limits.parsed_at_once),
                             std::to_string(limits.json_values), std::string(limits.deflate ? "yes" : "no"),
                             std::string(limits.gzip ? "yes" : "no"), size(limits.incomplete_bytes),
                             size(limits.incomplete_bytes_in_all), std::to_string(limits.unanswered)})
        row += " " + cell + " |";
    return row;
}

// Rows that the page lacks.
tidy::Faults missing_in(const support::SourceTree& tree) {
    tidy::Faults faults;
    for (const auto& file : tree) {
        if (file.path != "docs/security.md") continue;
        for (const auto& [standing, name] : names_of(Standing{}))
            if (std::ranges::find(file.lines, row_of(standing)) == file.lines.end())
                faults.push_back(tidy::place(file, 1) + "expected the row " + row_of(standing));
    }
    return faults;
}

} // namespace

TEST_CASE("docs/security.md has the table of standings that the code has", "[tidy]") {
    std::string page;
    for (const auto standing : {Standing::stranger, Standing::student, Standing::headset, Standing::staff})
        page += row_of(standing) + "\n";
    tidy::expect(missing_in({support::sample("docs/security.md", page)}),
                 "docs/security.md:1: expected the row | site key |");
    CHECK(tidy::is_on_disk("docs/security.md"));
    tidy::report(missing_in(tidy::tree()));
}

TEST_CASE("places of all standings are all the places, so nobody can take another's", "[tidy]") {
    std::size_t percent = 0;
    for (const auto& limits : http::standing_limits)
        percent += limits.places_percent;
    CHECK(percent == 100);
}
