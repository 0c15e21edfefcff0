// Which module of lib/ may include which, for the tests that hold the code to it.
#pragma once

#include <map>
#include <set>
#include <string>

namespace support {

// The table of the design. A module may also include whatever the modules it names may include.
const std::map<std::string, std::set<std::string>>& include_table();

// The module and all that it may include.
void add_reachable(const std::string& module, std::set<std::string>& reached);

std::string first_folder(const std::string& path);

} // namespace support
