// The box's own numbers, in the table of settings.
#pragma once

#include <cstdint>

#include "store/transaction.h"

namespace app {

inline constexpr const char* audit_days_setting = "audit_days"; // how long audit rows are kept
inline constexpr std::int64_t default_audit_days = 730;

std::int64_t setting(store::Read& read, std::string_view name, std::int64_t otherwise);
void set_setting(store::Tx& tx, std::string_view name, std::int64_t value);

} // namespace app
