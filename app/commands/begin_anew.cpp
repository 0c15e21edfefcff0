// lectern begin-anew: an administrator decides to go on without what is lost, on a folder that the server
// refuses to open. It moves files aside and removes nothing.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/alone.h"
#include "app/commands/command_line.h"
#include "app/first_start.h"
#include "audit/chain.h"
#include "audit/head.h"
#include "audit/verify.h"
#include "platform/clock.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"
#include "store/folder.h"

namespace app {

namespace {

namespace fs = std::filesystem;

struct BeginAnewOptions {
    fs::path folder = "/var/lib/lectern";
    bool school = false, pepper = false, log = false, audit = false;
};

// A folder name that is still free, such as "before-anew-20260901T080000Z".
fs::path aside(const fs::path& folder, std::int64_t now_ms) {
    for (;; now_ms += 1000) {
        std::string time = platform::iso8601(now_ms).substr(0, 19);
        std::erase_if(time, [](char c) { return c == ':' || c == '-'; });
        if (fs::path path = folder / ("before-anew-" + time + "Z"); !fs::exists(path)) return path;
    }
}

void move_aside(const fs::path& folder, const fs::path& into, std::initializer_list<const char*> names) {
    platform::make_private_folder(into);
    for (const char* name : names)
        if (fs::exists(folder / name)) fs::rename(folder / name, into / name);
    platform::sync_folder(into);
    platform::sync_folder(folder);
}

// The check value goes with the pepper, or the next start would refuse the new one.
void make_new_pepper(const fs::path& folder, platform::Clock& clock) {
    store::Store store({.folder = folder}, clock);
    platform::SystemRandom random;
    const platform::SecretHasher hasher(folder / "pepper", random);
    keep_pepper_check(store, hasher);
}

// The key stays if it is the right one; then only the end of the log, or a row in it, is missing.
//
// The head is copied, and the note takes its place in one step: cut off at any step, the folder still has one
// of them. The next start then goes on, or asks for this command again.
void seal_audit_log_anew(const fs::path& folder, const fs::path& kept, platform::Clock& clock) {
    store::Store store({.folder = folder}, clock);
    platform::SystemRandom random;
    const audit::Evidence found = audit::evidence_in(folder);
    const bool is_right_key =
        found.key && store.read([&](store::Read& read) { return audit::seal_fits(read, *found.key); });
    platform::make_private_folder(kept);
    if (found.head) platform::write_file_atomically(kept / audit::head_name, *found.head);
    if (is_right_key)
        audit::forget_head(folder, found.key);
    else
        move_aside(folder, kept, {audit::key_name});
    const audit::Key key = is_right_key ? *found.key : audit::make_key(folder, random);
    store.write("seal audit log anew", [&](store::Tx& tx) { audit::seal_anew(tx, key); });
}

const char* advice_after(const BeginAnewOptions& options) {
    if (options.school) return "The next start makes a new school, or restores a backup.";
    if (options.pepper)
        return "Every PIN and password must be set again: begin with 'lectern person reset-password' for an "
               "administrator.";
    if (options.audit) return "The audit log goes on from here; nobody can check what it said before.";
    return "The next start goes on without what the log held.";
}

int begin_anew(const BeginAnewOptions& options, const Streams& streams) {
    const fs::path& folder = options.folder;
    if (!fs::is_directory(folder)) platform::throw_not_found("folder as " + folder.string());
    become_owner_of(folder);
    const platform::BoxClock clock_now(folder);
    const fs::path kept = aside(folder, clock_now.now_ms());
    {
        const store::Folder lock(folder, ""); // no server may be at work here
        if (options.school)
            move_aside(folder, kept,
                       {"lectern.db", "lectern.db-wal", "lectern.db-shm", "pepper", audit::key_name,
                        audit::head_name, "content"});
        if (options.pepper) move_aside(folder, kept, {"pepper"});
        if (options.log) {
            move_aside(folder, kept, {"lectern.db-shm"});
            // Its row may have been in the log that is gone.
            audit::forget_head(folder, audit::evidence_in(folder).key);
        }
    }
    if (options.pepper) {
        platform::BoxClock clock(folder);
        make_new_pepper(folder, clock);
    }
    if (options.audit) {
        platform::BoxClock clock(folder);
        seal_audit_log_anew(folder, kept, clock);
    }
    streams.out << "What was there is in " << kept.string() << ". " << advice_after(options) << "\n";
    return 0;
}

} // namespace

void add_begin_anew(CLI::App& root, Line& line) {
    const auto options = std::make_shared<BeginAnewOptions>();
    CLI::App& command =
        add_command(root, "begin-anew", "Go on without something that is lost, where the server refuses",
                    "lectern begin-anew --school --data /var/lib/lectern");
    command.add_option("--data", options->folder, "The data folder")->capture_default_str();
    command.add_flag("--school", options->school, "The database: move everything aside for a new school");
    command.add_flag("--pepper", options->pepper,
                     "The pepper: keep the school, set every PIN and password again");
    command.add_flag("--log", options->log, "The database's log: go on without what it held");
    command.add_flag("--audit", options->audit,
                     "The audit log: go on where its key is lost, or rows of it are");
    command.callback([options, &line] {
        if (static_cast<int>(options->school) + static_cast<int>(options->pepper) +
                static_cast<int>(options->log) + static_cast<int>(options->audit) !=
            1)
            throw CLI::RequiredError("one of --school, --pepper, --log and --audit");
        line.action = [options, &line] { return begin_anew(*options, line.streams); };
    });
}

} // namespace app
