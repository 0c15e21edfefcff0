// The result of one check of `lectern doctor`.
#pragma once

#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "platform/names.h"

namespace app {

enum class Health { good, warning, bad };
constexpr auto names_of(Health) {
    return platform::names<Health>(
        {{Health::good, "good"}, {Health::warning, "warning"}, {Health::bad, "bad"}});
}

struct Finding {
    std::string check;
    Health health = Health::good;
    std::string says;   // what was found, and what that means
    std::string advice; // what to do; "" where nothing has to be done
};

using Findings = std::vector<Finding>;

// Runs one check. A box is sick in ways that no check expects, so whatever a check fails with is its finding,
// and the others go on.
template <class Check>
void examine(Findings& findings, const char* name, Check check) {
    try {
        Finding finding = check();
        finding.check = name;
        findings.push_back(std::move(finding));
    } catch (const std::exception& error) {
        findings.push_back({name, Health::bad, std::string("could not be looked at: ") + error.what(), ""});
    }
}

nlohmann::json json_of(const Findings& findings);
Health worst_of(const Findings& findings);

} // namespace app
