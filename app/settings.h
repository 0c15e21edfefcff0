// The settings of the box (store/settings.h) that its administrators may change.
#pragma once

#include <cstdint>

namespace app {

inline constexpr const char* audit_days_setting = "audit_days"; // how long audit rows are kept
inline constexpr std::int64_t default_audit_days = 730;

} // namespace app
