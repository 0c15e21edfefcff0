// Checks that everything is as it should be. Changes nothing.
#pragma once

#include <nlohmann/json.hpp>

#include "store/transaction.h"

namespace app {

class Services;

// [{"check": "...", "good": true, "says": "..."}]
nlohmann::json examine(store::Read& read, Services& services);

} // namespace app
