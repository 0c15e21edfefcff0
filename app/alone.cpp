#include "app/alone.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "app/recovery.h"
#include "app/services.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "platform/random.h"

namespace app {

void open_alone(const std::filesystem::path& folder, const std::function<void(Services&)>& work) {
    platform::BoxClock clock(folder);
    platform::SystemRandom random;
    Services services({.folder = folder}, clock, random,
                      [](const std::function<void()>&) {}); // nobody is connected
    recover(services);
    work(services);
}

void become_owner_of(const std::filesystem::path& folder) {
    struct stat status {};
    if (::geteuid() != 0 || ::stat(folder.c_str(), &status) != 0 || status.st_uid == 0) return;
    if (::setgroups(0, nullptr) != 0 || ::setgid(status.st_gid) != 0 || ::setuid(status.st_uid) != 0)
        throw platform::Error(platform::ErrorKind::forbidden,
                              "Cannot become the owner of " + folder.string() + ": " + std::strerror(errno));
}

} // namespace app
