// Is everything as it should be? Looks, and changes nothing.
#pragma once

#include <nlohmann/json.hpp>

#include "store/transaction.h"

namespace app {

class Services;

// [{"check": "...", "good": true, "says": "..."}]
nlohmann::json examine(store::Read& read, Services& services);

} // namespace app
