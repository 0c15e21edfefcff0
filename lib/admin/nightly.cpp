#include "admin/nightly.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/files.h"
#include "platform/log.h"
#include "platform/sha256.h"
#include "platform/text.h"
#include "store/settings.h"

namespace admin {

namespace {

namespace fs = std::filesystem;
using platform::Error;
using platform::ErrorKind;

constexpr std::int64_t hour_ms = 3'600'000, day_ms = 24 * hour_ms;
constexpr std::size_t piece_bytes = 256 << 10;
constexpr const char* done_setting = "nightly_backup_ms";

// Writes a file and makes sure of it; removed again unless `keep` is called.
class Copy {
public:
    explicit Copy(fs::path file) : file_(std::move(file)) {
        descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor_ < 0) throw Error(ErrorKind::unavailable, platform::system_failure("make", file_));
    }
    ~Copy() {
        if (descriptor_ >= 0) ::close(descriptor_);
        std::error_code ignored;
        if (!kept_) fs::remove(file_, ignored);
    }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) fail();
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    // What is read afterwards comes from the disk and not from memory.
    void flush() {
        if (::fsync(descriptor_) != 0) fail();
        ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED);
    }
    void keep_as(const fs::path& name) {
        fs::rename(file_, name);
        kept_ = true;
        platform::sync_folder(name.parent_path());
    }

private:
    [[noreturn]] void fail() const {
        const bool full = errno == ENOSPC || errno == EDQUOT;
        throw Error(full ? ErrorKind::storage_full : ErrorKind::unavailable,
                    platform::system_failure("write", file_));
    }

    fs::path file_;
    int descriptor_ = -1;
    bool kept_ = false;
};

// Returns the SHA-256 of what was written.
std::string copy_bytes(const fs::path& file, Copy& into) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Error(ErrorKind::unavailable, platform::system_failure("read", file));
    platform::Sha256 hash;
    std::string piece(piece_bytes, '\0');
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
        const std::string_view got(piece.data(), static_cast<std::size_t>(in.gcount()));
        hash.add(got);
        into.write(got);
    }
    if (in.bad()) throw Error(ErrorKind::unavailable, platform::system_failure("read", file));
    return hash.hex();
}

void remove_superseded(const fs::path& folder, const Keep& keep) {
    for (const Backup& backup : superseded(backups_in(folder), keep))
        fs::remove(folder / backup.name);
}

std::optional<std::int64_t> newest_nightly(const fs::path& folder) {
    for (const Backup& backup : backups_in(folder))
        if (backup.is_nightly()) return backup.created_ms;
    return std::nullopt;
}

std::string target_of(store::Store& store) {
    return store.read([](store::Read& read) { return store::setting(read, target_setting).value_or(""); });
}

// Runs a step; returns why it failed, "" when it did not.
template <class Step>
std::string fault_of(Step step) {
    try {
        step();
        return "";
    } catch (const std::exception& error) {
        return error.what();
    }
}

nlohmann::json time_or_null(std::optional<std::int64_t> time_ms) {
    return time_ms ? nlohmann::json(platform::iso8601(*time_ms)) : nlohmann::json();
}

nlohmann::json text_or_null(const std::string& text) {
    return text.empty() ? nlohmann::json() : nlohmann::json(text);
}

} // namespace

void require_target(const fs::path& target) {
    std::error_code none;
    if (!fs::exists(target / target_mark, none))
        platform::throw_conflict("The disk for backups is not there: " + target.string() + " has no " +
                                 target_mark +
                                 ". Is it plugged in and mounted? A new one: 'lectern backup target add'.");
}

void copy_to(const fs::path& target, const fs::path& file) {
    require_target(target);
    const fs::path name = target / file.filename();
    fs::path part = name;
    part += ".part";
    Copy copy(part);
    const std::string sent = copy_bytes(file, copy);
    copy.flush();
    if (platform::sha256_of_file(part) != sent)
        throw Error(ErrorKind::unavailable, "The copy in " + target.string() +
                                                " is not what was written there: that disk is failing.");
    copy.keep_as(name);
}

Nightly::Due Nightly::due(store::Read& read, bool lesson_on) const {
    if (!options_.wanted || !read.integer("SELECT 1 FROM persons LIMIT 1")) return {};
    const std::lock_guard lock(mutex_);
    const std::int64_t failed_ago_ms = read.now_ms() - failed_ms_;
    if (failed_ms_ != 0 && failed_ago_ms >= 0 && failed_ago_ms < hour_ms) return {};
    // Negative: the clock was set back, so we can't tell.
    const std::int64_t since_ms = read.now_ms() - store::setting(read, done_setting, 0);
    return {since_ms < 0 || since_ms >= (lesson_on ? 2 * day_ms : day_ms), copy_owed_ && !lesson_on};
}

void Nightly::run(Due due) {
    if (due.backup) note(fault_, "the nightly backup failed", fault_of([this] { make(); }));
    if (due.copy || due.backup)
        note(target_fault_, "the nightly backup was not copied", fault_of([this] { copy_newest(); }));
}

void Nightly::note(std::string& fault, const char* what, const std::string& why) {
    if (!why.empty()) platform::log_error(std::string(what) + ": " + why);
    const std::int64_t now_ms = store_.read([](store::Read& read) { return read.now_ms(); });
    const std::lock_guard lock(mutex_);
    fault = why;
    failed_ms_ = fault_.empty() && target_fault_.empty() ? 0 : now_ms;
    copy_owed_ = !target_fault_.empty();
}

void Nightly::make() {
    const Backup made = backups_.make(options_.with_content, Occasion::nightly);
    remove_superseded(backups_.folder(), options_.keep);
    store_.write("note nightly backup",
                 [](store::Tx& tx) { store::set_setting(tx, done_setting, tx.now_ms()); });
    platform::log_info("nightly backup made and verified: " + made.name);
}

// A disk that was away for some days gets the newest backup alone: it holds everything.
void Nightly::copy_newest() {
    const fs::path target = target_of(store_);
    if (target.empty()) return;
    require_target(target);
    for (const Backup& backup : backups_.list()) {
        if (!backup.is_nightly()) continue;
        if (!fs::exists(target / backup.name)) copy_to(target, backups_.folder() / backup.name);
        break;
    }
    remove_superseded(target, options_.keep);
}

NightlyState Nightly::state() {
    NightlyState state;
    state.last_ms = newest_nightly(backups_.folder());
    state.target = target_of(store_);
    std::string away;
    if (!state.target.empty()) {
        away = fault_of([&] { require_target(state.target); });
        state.target_last_ms = newest_nightly(state.target);
    }
    const std::lock_guard lock(mutex_);
    state.fault = fault_;
    if (!state.target.empty()) state.target_fault = away.empty() ? target_fault_ : away;
    known_ = state;
    return state;
}

std::optional<NightlyState> Nightly::known() const {
    const std::lock_guard lock(mutex_);
    return known_;
}

nlohmann::json json_of(const NightlyState& state, const NightlyOptions& options) {
    return {{"wanted", options.wanted},
            {"with_content", options.with_content},
            {"keep_days", options.keep.days},
            {"keep_weeks", options.keep.weeks},
            {"last_at", time_or_null(state.last_ms)},
            {"fault", text_or_null(state.fault)},
            {"target", text_or_null(state.target)},
            {"target_last_at", time_or_null(state.target_last_ms)},
            {"target_fault", text_or_null(state.target_fault)}};
}

} // namespace admin
