// Whether the machine's own clock can be believed.
#pragma once

namespace platform {

// The kernel says that a time server keeps the machine's clock; or systemd-timesyncd has left its mark, where
// the service may not ask the kernel.
bool clock_is_synchronized();

} // namespace platform
