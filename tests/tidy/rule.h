// House rules, checked on the source text itself. Each rule is a function from a tree to its faults, and is
// first tried on a small bad sample, so that it cannot pass just because it looks at nothing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "support/source_tree.h"

namespace tidy {

using Faults = std::vector<std::string>;
using Names = std::set<std::string>;

// The whole source tree, read once.
const support::SourceTree& tree();

// Whether that is in the source tree, text that people wrote or not. The path is from its root.
bool is_on_disk(const std::string& path);

// "lib/a.cpp:12: ", the beginning of a fault.
std::string place(const support::SourceFile& file, std::size_t line);

// Fails the test with every fault found.
void report(const Faults& faults);

// Passes when there is exactly the one fault that the sample was made to have.
void expect(const Faults& faults, const std::string& start);

} // namespace tidy
