// The limits of each standing and the budgets of guesses are in the code once, and once in words.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "http/serving/standing.h"
#include "people/signing_in/guesses.h"
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

std::string duration(std::int64_t ms) {
    const std::int64_t s = ms / 1000;
    if (s % 3600 == 0) return std::to_string(s / 3600) + " h";
    return s % 60 == 0 ? std::to_string(s / 60) + " min" : std::to_string(s) + " s";
}

std::vector<std::string> budget_rows() {
    const people::GuessBudgets& all = people::guess_budgets;
    const struct {
        const char* of;
        people::Budget budget;
        std::int64_t in_all = 0;
    } budgets[] = {{"a name, by strangers", all.name, all.name_in_all},
                   {"a stranger's address", all.address},
                   {"all strangers", all.strangers},
                   {"a browser, for a person whom it knows", all.browser, all.browser_in_all},
                   {"a name on a headset, in one wearing", all.wearing},
                   {"a headset", all.headset},
                   {"all headsets, for people who never wore them", all.headsets},
                   {"a page where the password is shown again", all.page},
                   {"all pages of one person, likewise", all.pages},
                   {"a second factor that is being set up", all.first_code},
                   {"pairing codes, from one address", all.code},
                   {"pairing codes, from everywhere", all.codes},
                   {"the setup code", all.setup}};
    std::vector<std::string> rows;
    for (const auto& [of, budget, in_all] : budgets)
        rows.push_back("| " + std::string(of) + " | " + std::to_string(budget.at_once) + " | " +
                       duration(budget.each_ms) + " | " + (in_all > 0 ? std::to_string(in_all) : "") + " |");
    return rows;
}

// Rows that the page lacks.
tidy::Faults missing_in(const support::SourceTree& tree) {
    std::vector<std::string> rows = budget_rows();
    for (const auto& [standing, name] : names_of(Standing{}))
        rows.push_back(row_of(standing));
    tidy::Faults faults;
    for (const auto& file : tree) {
        if (file.path != "docs/security.md") continue;
        for (const std::string& row : rows)
            if (std::ranges::find(file.lines, row) == file.lines.end())
                faults.push_back(tidy::place(file, 1) + "expected the row " + row);
    }
    return faults;
}

} // namespace

TEST_CASE("docs/security.md has the tables of standings and of guesses that the code has", "[tidy]") {
    std::string page;
    for (const std::string& row : budget_rows())
        page += row + "\n";
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
