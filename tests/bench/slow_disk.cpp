#include "bench/slow_disk.h"

#include <sqlite3.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <mutex>
#include <stdexcept>

#include "app/appliance.h"
#include "platform/log.h"

namespace bench {

namespace {

// One setting for the whole process, because SQLite's file layer can be told in no other way. The process has
// one disk.
struct SlowDisk {
    sqlite3_vfs layer{};
    sqlite3_vfs* system = nullptr;
    std::mutex mutex;
    // Uses the system's own: a database and its log are files of different kinds.
    std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods;
    int (*sync)(sqlite3_file*, int) = nullptr;
    timespec pause{};
};

SlowDisk& disk() {
    static SlowDisk one;
    return one;
}

int slow_sync(sqlite3_file* file, int flags) {
    nanosleep(&disk().pause, nullptr);
    return disk().sync(file, flags);
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    const int code = disk().system->xOpen(disk().system, name, file, flags, out_flags);
    if (code != SQLITE_OK) return code;
    const std::lock_guard lock(disk().mutex);
    disk().sync = file->pMethods->xSync;
    sqlite3_io_methods& slowed = disk().methods.try_emplace(file->pMethods, *file->pMethods).first->second;
    slowed.xSync = slow_sync;
    file->pMethods = &slowed;
    return code;
}

void register_slow_disk(std::chrono::milliseconds flush) {
    SlowDisk& slow = disk();
    slow.system = sqlite3_vfs_find(nullptr);
    slow.layer = *slow.system;
    slow.layer.zName = "slow";
    slow.layer.xOpen = open_file;
    slow.pause = {flush.count() / 1000, flush.count() % 1000 * 1'000'000};
    sqlite3_vfs_register(&slow.layer, 1);
}

[[noreturn]] void serve(const std::filesystem::path& folder, std::chrono::milliseconds flush, int tell) {
    register_slow_disk(flush);
    platform::BoxClock clock(folder);
    platform::SystemRandom random;
    app::ApplianceOptions options;
    options.services.folder = folder;
    options.front_door.listen = {"127.0.0.1:0"};
    app::Appliance appliance(options, clock, random);
    appliance.start();
    const std::uint16_t port = appliance.port();
    if (write(tell, &port, sizeof port) != sizeof port) _exit(1);
    for (;;)
        pause();
}

} // namespace

std::unique_ptr<Process> fork_appliance(const std::filesystem::path& folder,
                                        std::chrono::milliseconds flush) {
    int told[2];
    if (pipe(told) != 0) throw std::runtime_error("bench: cannot make a pipe");
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("bench: cannot fork");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        std::signal(SIGTERM, SIG_DFL);
        try {
            serve(folder, flush, told[1]);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "bench: the server failed: %s\n", error.what());
        }
        _exit(1);
    }
    close(told[1]);
    auto process = std::make_unique<Process>(pid);
    if (read(told[0], &process->port, sizeof process->port) != sizeof process->port)
        throw std::runtime_error("bench: the server did not start");
    close(told[0]);
    return process;
}

} // namespace bench
