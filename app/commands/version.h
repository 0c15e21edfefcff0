// The program's version and those of the libraries in it, for `lectern version --json` and a support bundle.
#pragma once

#include <nlohmann/json.hpp>

namespace app {

nlohmann::json described_version();

} // namespace app
