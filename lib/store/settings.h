// Settings of the box, by name: the few facts that belong to no organisation. Modules keep theirs here; each
// names its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/transaction.h"

namespace store {

std::optional<std::string> setting(Read& read, std::string_view name);
// A number; `otherwise` where there is none, or something else.
std::int64_t setting(Read& read, std::string_view name, std::int64_t otherwise);
void set_setting(Tx& tx, std::string_view name, std::string_view value);
void set_setting(Tx& tx, std::string_view name, std::int64_t value);
void remove_setting(Tx& tx, std::string_view name);

} // namespace store
