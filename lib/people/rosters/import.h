// Importing a roster. First it is staged: every row gets its fate and a reason, which is the preview.
// Committing adds the new people hidden, in chunks that hold up the writer for a few milliseconds each; one
// switch makes them all visible; then existing people are updated, in chunks again. Its progress is on disk,
// so an import interrupted by a pulled plug goes on at the next start, and nothing stays half done.
//
// An organisation has one import at a time: a new one replaces the one before. PINs are in memory only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "people/people.h"
#include "people/rosters/import_fate.h"
#include "people/rosters/roster.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "platform/random.h"
#include "store/hook.h"
#include "store/store.h"

namespace people {

enum class ImportMode { add, update };
constexpr auto names_of(ImportMode) {
    return platform::names<ImportMode>({{ImportMode::add, "add"}, {ImportMode::update, "update"}});
}

enum class ImportState { staging, staged, adding, updating, done };
constexpr auto names_of(ImportState) {
    return platform::names<ImportState>({{ImportState::staging, "staging"},
                                         {ImportState::staged, "staged"},
                                         {ImportState::adding, "adding"},
                                         {ImportState::updating, "updating"},
                                         {ImportState::done, "done"}});
}

struct Import {
    ImportId id;
    OrganisationId organisation_id;
    RosterFormat format = RosterFormat::csv;
    ImportMode mode = ImportMode::add;
    ImportState state = ImportState::staging;
    std::vector<std::string> ignored;
    std::int64_t rows = 0, done = 0;    // `done` counts rows to be added or updated
    std::map<Fate, std::int64_t> fates; // how many rows have it; those that none has are left out
    bool has_pins = false;              // drawn, and not yet handed out
    std::int64_t created_ms = 0;
};

struct ImportRow {
    std::int64_t id = 0; // its place in the import: the cursor
    std::int64_t number = 0;
    Fate fate = Fate::error;
    std::string reason;
    platform::Role role = platform::Role::student;
    std::string nickname, first_name, last_name;
    std::vector<std::string> classes;
};

struct DrawnPin {
    PersonId person_id;
    std::string nickname, first_name, last_name, pin;
    std::vector<std::string> classes;
};

class Imports {
public:
    Imports(store::Store& store, People& people, platform::SecretHasher& hasher, platform::Random& random)
        : store_(store), people_(people), hasher_(hasher), random_(random) {}

    // Decides about every row and keeps the decision. Waits for the store: call it from workers. With
    // `update`, existing people are updated, otherwise left as they are. Error conflict while an import of
    // the organisation is in progress.
    Import stage(OrganisationId organisation_id, std::optional<PersonId> by, const Roster& roster,
                 bool update);

    Import get(store::Read& read, OrganisationId organisation_id, ImportId id) const;  // Error not_found
    std::vector<Import> list(store::Read& read, OrganisationId organisation_id) const; // at most one
    store::Page<ImportRow> rows(store::Read& read, OrganisationId organisation_id, ImportId id,
                                std::optional<Fate> fate, const store::PageRequest& page) const;

    // From now on it runs to its end. `run` does the work, on whatever thread calls it, and waits for the
    // store; a caller that does so itself does not `announce` the import.
    Import commit(store::Tx& tx, OrganisationId organisation_id, ImportId id, bool draw_pins,
                  bool announce = true);
    void run(ImportId id, const std::function<bool()>& is_stopping);
    std::optional<ImportId> under_way(store::Read& read) const; // the oldest one for `run` to go on with
    // Error conflict while it is in progress. Waits for the store.
    void remove(OrganisationId organisation_id, ImportId id);
    // The drawn PINs, once.
    std::vector<DrawnPin> take_pins(ImportId id);

    // After the commit, on the writer thread: an import is ready for `run`; and after each step of it.
    store::After<ImportId> committed;
    store::After<Import> progressed;

private:
    struct Todo; // a row that a chunk takes
    static std::optional<Import> find(store::Read& read, ImportId id);
    std::vector<Todo> todo(store::Read& read, const Import& import, Fate fate, std::int64_t after) const;
    void prepare_pin(const Import& import, bool draw, Todo& row);
    void add_one(store::Tx& tx, const Import& import, const Todo& row);
    void update_one(store::Tx& tx, const Import& import, const Todo& row);
    // Processes all rows of that fate, in chunks; false: it was told to stop.
    bool work_off(const Import& import, Fate fate, const std::function<bool()>& is_stopping);
    void join_classes(store::Tx& tx, const Import& import, PersonId person_id, const Todo& row);
    void switch_over(store::Tx& tx, const Import& import);
    void name_teachers(store::Tx& tx, const Import& import);
    void remove_all(OrganisationId organisation_id);
    void tell(store::Tx& tx, ImportId id);

    bool draws_pins(store::Read& read, ImportId id) const;

    store::Store& store_;
    People& people_;
    platform::SecretHasher& hasher_;
    platform::Random& random_;
    mutable std::mutex mutex_;
    std::map<ImportId, std::map<std::int64_t, std::string>> given_; // by import and row: PINs from the file
    std::map<ImportId, std::vector<DrawnPin>> drawn_;               // by import
};

nlohmann::json json_of(const Import& import);
nlohmann::json json_of(const ImportRow& row);

} // namespace people
