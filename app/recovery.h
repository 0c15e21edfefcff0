// Brings back into memory, at the start, what only the disk still has: logins, site keys, presence, what
// pages are shown, the lessons that were running. Once, before anything else; nobody is connected yet.
#pragma once

namespace app {

class Services;

void recover(Services& services);

} // namespace app
