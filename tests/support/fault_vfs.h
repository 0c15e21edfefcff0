// A file layer for SQLite that fails when told to, and that knows what a power cut would leave. It passes
// everything on to the system's own layer, and remembers for each file what has been written since its last
// sync. lose_unsynced() takes that back write by write, all of it or whatever a seed chooses, like a disk
// that reorders.
//
//     FaultVfs faults;                    // registers itself with SQLite under faults.name()
//     ... store::Options::vfs = faults.name() ...
//     faults.cut_power();                 // from now on every write and sync fails
//     ... the store goes away ...
//     faults.lose_unsynced(7);            // the files are now as the box finds them when power is back
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace support {

class FaultVfs {
public:
    FaultVfs();
    ~FaultVfs();
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;

    std::string name() const { return name_; }

    // From now on, until told otherwise:
    void fill_disk(bool full);       // files do not grow: SQLITE_FULL
    void fail_syncs(bool fail);      // SQLITE_IOERR_FSYNC, and the data to be synced counts as lost
    void fail_writes(bool fail);     // SQLITE_IOERR_WRITE
    void cut_power();                // both of these
    void cut_power_after(int steps); // once this many more writes and syncs have succeeded
    bool power_is_cut() const;
    int syncs() const; // how many have succeeded

    // Undoes unsynced writes: all (seed 0), or some of their 512-byte sectors.
    void lose_unsynced(std::uint64_t seed = 0);

private:
    friend struct FaultFile;
    struct Write {
        sqlite3_int64 offset = 0;
        std::string before; // what was there, as far as the file went
        std::string after;
        sqlite3_int64 size_before = 0;
    };

    void step(); // caller holds the lock
    static int open(sqlite3_vfs* vfs, const char* file, sqlite3_file* to, int flags, int* out_flags);
    static int remove(sqlite3_vfs* vfs, const char* file, int sync);

    sqlite3_vfs* const system_;
    std::string name_;
    sqlite3_vfs vfs_{};
    mutable std::mutex mutex_; // guards everything below
    bool full_ = false, syncs_fail_ = false, writes_fail_ = false;
    int syncs_ = 0;
    int steps_left_ = -1;                                // until the power is cut; negative: never
    std::map<std::string, std::vector<Write>> unsynced_; // by file
};

} // namespace support
