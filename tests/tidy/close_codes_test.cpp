// docs/headset-protocol.md explains every close code that there is.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "platform/close_reason.h"
#include "tidy/rule.h"

namespace {

tidy::Faults missing_in(const support::SourceTree& tree) {
    tidy::Faults faults;
    for (const auto& file : tree) {
        if (file.path != "docs/headset-protocol.md") continue;
        for (const auto& [reason, text] : platform::close_sentences) {
            const std::string row = "| " + std::to_string(code_of(reason)) + " | ";
            if (std::ranges::none_of(file.lines, [&](const auto& line) { return line.starts_with(row); }))
                faults.push_back(tidy::place(file, 1) + "expected a row " + row +
                                 "for: " + std::string(text));
        }
    }
    return faults;
}

} // namespace

TEST_CASE("docs/headset-protocol.md explains every close code", "[tidy]") {
    std::string page;
    for (const auto& [reason, text] : platform::close_sentences)
        if (reason != platform::CloseReason::silent)
            page += "| " + std::to_string(code_of(reason)) + " | why |\n";
    tidy::expect(missing_in({support::sample("docs/headset-protocol.md", page)}),
                 "docs/headset-protocol.md:1: expected a row | 4010 | for: nothing was heard for a while");
    CHECK(tidy::is_on_disk("docs/headset-protocol.md"));
    tidy::report(missing_in(tidy::tree()));
    for (const auto& [reason, text] : platform::close_sentences) {
        CHECK(code_of(reason) >= 4000);
        CHECK(code_of(reason) <= 4099);
        CHECK(text.size() <= 120); // with the code, what a close frame holds
    }
}
