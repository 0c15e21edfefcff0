#include "support/fault_vfs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace support {

// What SQLite keeps for an open file; the system's own part follows it in memory.
struct FaultFile {
    sqlite3_file base;
    FaultVfs* vfs;
    const char* name; // SQLite keeps it as long as the file; null: a temporary file
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }

    static FaultFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
    static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset);
    static int truncate(sqlite3_file* file, sqlite3_int64 size);
    static int sync(sqlite3_file* file, int flags);
    static const sqlite3_io_methods* methods();
    void remember(sqlite3_int64 offset, std::string_view after, sqlite3_int64 size_before);
    sqlite3_int64 size() {
        sqlite3_int64 now = 0;
        real()->pMethods->xFileSize(real(), &now);
        return now;
    }
};

// Caller holds the lock.
void FaultFile::remember(sqlite3_int64 offset, std::string_view after, sqlite3_int64 size_before) {
    if (name == nullptr) return;
    FaultVfs::Write write;
    write.offset = offset;
    write.size_before = size_before;
    write.after = after;
    const sqlite3_int64 end =
        after.empty() ? size_before : std::min<sqlite3_int64>(size_before, offset + after.size());
    write.before.resize(static_cast<std::size_t>(std::max<sqlite3_int64>(0, end - offset)));
    if (!write.before.empty()) {
        real()->pMethods->xRead(real(), write.before.data(), static_cast<int>(write.before.size()), offset);
    }
    vfs->unsynced_[name].push_back(std::move(write));
}

int FaultFile::write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    FaultFile& self = of(file);
    const std::lock_guard lock(self.vfs->mutex_);
    self.vfs->step();
    if (self.vfs->writes_fail_) return SQLITE_IOERR_WRITE;
    const sqlite3_int64 size_before = self.size();
    if (self.vfs->full_ && offset + size > size_before) return SQLITE_FULL;
    self.remember(offset, {static_cast<const char*>(bytes), static_cast<std::size_t>(size)}, size_before);
    return self.real()->pMethods->xWrite(self.real(), bytes, size, offset);
}

int FaultFile::truncate(sqlite3_file* file, sqlite3_int64 size) {
    FaultFile& self = of(file);
    const std::lock_guard lock(self.vfs->mutex_);
    self.vfs->step();
    if (self.vfs->writes_fail_) return SQLITE_IOERR_TRUNCATE;
    self.remember(size, {}, self.size());
    return self.real()->pMethods->xTruncate(self.real(), size);
}

int FaultFile::sync(sqlite3_file* file, int) {
    FaultFile& self = of(file);
    const std::lock_guard lock(self.vfs->mutex_);
    self.vfs->step();
    if (self.vfs->syncs_fail_) return SQLITE_IOERR_FSYNC;
    ++self.vfs->syncs_;
    if (self.name != nullptr) self.vfs->unsynced_.erase(self.name);
    return SQLITE_OK; // nobody really cuts the power of a test
}

const sqlite3_io_methods* FaultFile::methods() {
    static const sqlite3_io_methods table = [] {
        sqlite3_io_methods m{};
        m.iVersion = 3;
        m.xClose = [](sqlite3_file* f) { return of(f).real()->pMethods->xClose(of(f).real()); };
        m.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
            return of(f).real()->pMethods->xRead(of(f).real(), to, size, at);
        };
        m.xWrite = write;
        m.xTruncate = truncate;
        m.xSync = sync;
        m.xFileSize = [](sqlite3_file* f, sqlite3_int64* to) {
            return of(f).real()->pMethods->xFileSize(of(f).real(), to);
        };
        m.xLock = [](sqlite3_file* f, int level) {
            return of(f).real()->pMethods->xLock(of(f).real(), level);
        };
        m.xUnlock = [](sqlite3_file* f, int level) {
            return of(f).real()->pMethods->xUnlock(of(f).real(), level);
        };
        m.xCheckReservedLock = [](sqlite3_file* f, int* to) {
            return of(f).real()->pMethods->xCheckReservedLock(of(f).real(), to);
        };
        m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
            return of(f).real()->pMethods->xFileControl(of(f).real(), op, arg);
        };
        m.xSectorSize = [](sqlite3_file* f) { return of(f).real()->pMethods->xSectorSize(of(f).real()); };
        m.xDeviceCharacteristics = [](sqlite3_file* f) {
            return of(f).real()->pMethods->xDeviceCharacteristics(of(f).real());
        };
        m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
            return of(f).real()->pMethods->xShmMap(of(f).real(), page, size, extend, to);
        };
        m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
            return of(f).real()->pMethods->xShmLock(of(f).real(), offset, n, flags);
        };
        m.xShmBarrier = [](sqlite3_file* f) { of(f).real()->pMethods->xShmBarrier(of(f).real()); };
        m.xShmUnmap = [](sqlite3_file* f, int remove) {
            return of(f).real()->pMethods->xShmUnmap(of(f).real(), remove);
        };
        m.xFetch = [](sqlite3_file*, sqlite3_int64, int, void** to) {
            *to = nullptr; // no mapped pages: every write has to pass through here
            return SQLITE_OK;
        };
        m.xUnfetch = [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; };
        return m;
    }();
    return &table;
}

FaultVfs::FaultVfs()
    : system_(sqlite3_vfs_find(nullptr)),
      name_("faults-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))) {
    if (system_ == nullptr) throw std::runtime_error("SQLite has no file layer");
    vfs_ = *system_;
    vfs_.pNext = nullptr;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(FaultFile)) + system_->szOsFile;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    sqlite3_vfs_register(&vfs_, 0);
}

FaultVfs::~FaultVfs() {
    sqlite3_vfs_unregister(&vfs_);
}

int FaultVfs::open(sqlite3_vfs* vfs, const char* file, sqlite3_file* to, int flags, int* out_flags) {
    auto* const self = static_cast<FaultVfs*>(vfs->pAppData);
    FaultFile& opened = FaultFile::of(to);
    opened.base.pMethods = nullptr;
    opened.vfs = self;
    opened.name = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0 ? nullptr : file;
    const int code = self->system_->xOpen(self->system_, file, opened.real(), flags, out_flags);
    if (code == SQLITE_OK) opened.base.pMethods = FaultFile::methods();
    return code;
}

int FaultVfs::remove(sqlite3_vfs* vfs, const char* file, int sync) {
    auto* const self = static_cast<FaultVfs*>(vfs->pAppData);
    const std::lock_guard lock(self->mutex_);
    self->step();
    if (self->writes_fail_) return SQLITE_IOERR_DELETE;
    self->unsynced_.erase(file);
    return self->system_->xDelete(self->system_, file, sync);
}

void FaultVfs::fill_disk(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
}

void FaultVfs::fail_syncs(bool fail) {
    const std::lock_guard lock(mutex_);
    syncs_fail_ = fail;
}

void FaultVfs::fail_writes(bool fail) {
    const std::lock_guard lock(mutex_);
    writes_fail_ = fail;
}

void FaultVfs::cut_power() {
    const std::lock_guard lock(mutex_);
    syncs_fail_ = writes_fail_ = true;
}

void FaultVfs::cut_power_after(int steps) {
    const std::lock_guard lock(mutex_);
    steps_left_ = steps;
}

bool FaultVfs::power_is_cut() const {
    const std::lock_guard lock(mutex_);
    return writes_fail_ && syncs_fail_;
}

void FaultVfs::step() {
    if (steps_left_ < 0) return;
    if (steps_left_ == 0)
        syncs_fail_ = writes_fail_ = true;
    else
        --steps_left_;
}

int FaultVfs::syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_;
}

void FaultVfs::lose_unsynced(std::uint64_t seed) {
    constexpr sqlite3_int64 sector = 512;
    const std::lock_guard lock(mutex_);
    std::uint64_t state = seed;
    const auto keeps = [&] {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return seed != 0 && (state >> 63) != 0;
    };
    for (auto& [file, writes] : unsynced_) {
        const int opened = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
        if (opened < 0) continue;
        // Back to what was synced, then forward again with whatever the disk happened to keep.
        for (auto write = writes.rbegin(); write != writes.rend(); ++write) {
            if (!write->before.empty() &&
                pwrite(opened, write->before.data(), write->before.size(), write->offset) < 0)
                break;
            if (ftruncate(opened, write->size_before) != 0) break;
        }
        for (const Write& write : writes) {
            if (write.after.empty() && keeps() && ftruncate(opened, write.offset) != 0) break;
            for (sqlite3_int64 at = 0; at < static_cast<sqlite3_int64>(write.after.size()); at += sector) {
                const auto size =
                    std::min<std::size_t>(sector, write.after.size() - static_cast<std::size_t>(at));
                if (keeps() && pwrite(opened, write.after.data() + at, size, write.offset + at) < 0) break;
            }
        }
        close(opened);
    }
    unsynced_.clear();
    steps_left_ = -1;
    full_ = syncs_fail_ = writes_fail_ = false;
}

} // namespace support
