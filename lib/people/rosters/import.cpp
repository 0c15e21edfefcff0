#include "people/rosters/import.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "people/signing_in/pin.h"
#include "platform/error.h"
#include "platform/json_fields.h"
#include "platform/plain_name.h"
#include "platform/text.h"

namespace people {

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

// How long a job may keep the writer, and how many rows a job reads at once.
constexpr std::chrono::milliseconds chunk{3};
constexpr std::int64_t rows_at_once = 500, rows_with_pins_at_once = 20;

constexpr store::SqlText import_columns =
    "SELECT id, organisation_id, format, mode, state, ignored, rows, done, created_ms FROM imports";

Import import_of(const store::Statement& rows) {
    Import import;
    const auto take_ignored = [&import](std::string_view text) {
        import.ignored = json::parse(text).get<std::vector<std::string>>();
    };
    rows.read(import.id, import.organisation_id, import.format, import.mode, import.state, take_ignored,
              import.rows, import.done, import.created_ms);
    return import;
}

bool is_under_way(const Import& import) {
    return import.state == ImportState::adding || import.state == ImportState::updating;
}

json or_null(const std::optional<std::string>& text) {
    return text ? json(*text) : json();
}

// A row without its PIN, which is kept in memory only.
json data_of(const RosterRow& row) {
    return {{"role", platform::name_of(row.role)},
            {"nickname", row.nickname},
            {"first_name", row.first_name},
            {"last_name", row.last_name},
            {"username", or_null(row.username)},
            {"email", or_null(row.email)},
            {"external_id", or_null(row.external_id)},
            {"classes", row.classes}};
}

// Repeats `work(tx)`, one writer job each time, until it says that nothing is left.
template <class Work>
void in_chunks(store::Store& store, std::string_view name, Work work) {
    while (store.write(name, [&](store::Tx& tx) { return work(tx); })) {
    }
}

} // namespace

struct Imports::Todo {
    std::int64_t place = 0, number = 0;
    std::optional<PersonId> person_id;
    NewPerson person;
    std::vector<std::string> classes;
    std::string drawn_pin;
};

std::optional<Import> Imports::find(store::Read& read, ImportId id) {
    static constexpr auto by_id = import_columns + " WHERE id = ?";
    auto rows = read.query(by_id, id);
    return rows.step() ? std::optional(import_of(rows)) : std::nullopt;
}

Import Imports::get(store::Read& read, OrganisationId organisation_id, ImportId id) const {
    auto import = find(read, id);
    if (!import || import->organisation_id != organisation_id) platform::throw_not_found("import");
    auto counts = read.query("SELECT fate, count(*) FROM import_rows WHERE import_id = ? GROUP BY fate", id);
    while (counts.step()) {
        const auto [fate, count] = counts.values<Fate, std::int64_t>();
        import->fates[fate] = count;
    }
    std::lock_guard lock(mutex_);
    import->has_pins = import->state == ImportState::done && drawn_.contains(id);
    return *std::move(import);
}

std::vector<Import> Imports::list(store::Read& read, OrganisationId organisation_id) const {
    std::vector<Import> imports;
    auto rows =
        read.query("SELECT id FROM imports WHERE organisation_id = ? ORDER BY id DESC", organisation_id);
    while (rows.step())
        imports.push_back(get(read, organisation_id, rows.values<ImportId>()));
    return imports;
}

store::Page<ImportRow> Imports::rows(store::Read& read, OrganisationId organisation_id, ImportId id,
                                     std::optional<Fate> fate, const store::PageRequest& page) const {
    const auto import = find(read, id);
    if (!import || import->organisation_id != organisation_id) platform::throw_not_found("import");
    auto rows = read.query(
        "SELECT place, number, fate, reason, data FROM import_rows WHERE import_id = ?1 AND (?2 IS NULL OR "
        "fate = ?2)"
        " AND (?3 IS NULL OR place > ?3) ORDER BY place LIMIT ?4",
        id, fate, page.after, page.limit + 1);
    return store::read_page<ImportRow>(std::move(rows), page, [](const store::Statement& found) {
        ImportRow row;
        std::string_view text;
        found.read(row.id, row.number, row.fate, row.reason, text);
        const json parsed = json::parse(text);
        const platform::JsonFields data(parsed);
        row.role = data.get<platform::Role>("role");
        row.nickname = data.get<std::string>("nickname");
        row.first_name = data.get<std::string>("first_name");
        row.last_name = data.get<std::string>("last_name");
        row.classes = data.get<std::vector<std::string>>("classes");
        return row;
    });
}

// ---- staging ----

Import Imports::stage(OrganisationId organisation_id, std::optional<PersonId> by, const Roster& roster,
                      bool update) {
    remove_all(organisation_id);
    std::vector<RosterRow> rows = roster.rows;
    std::vector<RowFate> fates;
    store_.read([&](store::Read& read) {
        std::set<std::string> given; // nicknames given to rows here, unknown to the file alone
        for (RosterRow& row : rows) {
            fates.push_back(fate_of(read, people_, organisation_id, row, update));
            if (fates.back().fate == Fate::add && !given.insert(platform::lower_ascii(row.nickname)).second)
                fates.back() = {Fate::error, "nickname is in the file twice", std::nullopt};
        }
    });
    const ImportId id = store_.write("stage import", [&](store::Tx& tx) {
        if (tx.integer("SELECT 1 FROM imports WHERE organisation_id = ? LIMIT 1", organisation_id))
            platform::throw_conflict("Another roster is being uploaded just now.");
        return tx.insert<ImportId>(
            "INSERT INTO imports (organisation_id, created_by, format, mode, state, ignored, teachers, rows, "
            "created_ms)"
            " VALUES (?, ?, ?, ?, 'staging', ?, ?, ?, ?)",
            organisation_id, by, roster.format, update ? ImportMode::update : ImportMode::add,
            json(roster.ignored).dump(), json(roster.teachers).dump(), static_cast<std::int64_t>(rows.size()),
            tx.now_ms());
    });
    std::size_t next = 0;
    in_chunks(store_, "stage import", [&](store::Tx& tx) {
        const auto until = Clock::now() + chunk;
        if (!find(tx, id)) platform::throw_conflict("Another roster was uploaded meanwhile.");
        for (; next < rows.size() && Clock::now() < until; ++next)
            tx.run(
                "INSERT INTO import_rows (import_id, place, number, fate, reason, data, person_id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                id, static_cast<std::int64_t>(next + 1), rows[next].number, fates[next].fate,
                fates[next].reason, data_of(rows[next]).dump(), fates[next].person_id);
        if (next == rows.size()) tx.run("UPDATE imports SET state = 'staged' WHERE id = ?", id);
        return next < rows.size();
    });
    {
        std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (!rows[i].pin.empty()) given_[id][static_cast<std::int64_t>(i + 1)] = rows[i].pin;
    }
    return store_.read([&](store::Read& read) { return get(read, organisation_id, id); });
}

void Imports::remove_all(OrganisationId organisation_id) {
    const auto imports = store_.read([&](store::Read& read) {
        std::vector<ImportId> ids;
        auto rows = read.query("SELECT id FROM imports WHERE organisation_id = ?", organisation_id);
        while (rows.step())
            ids.push_back(rows.values<ImportId>());
        return ids;
    });
    for (const ImportId id : imports)
        remove(organisation_id, id);
}

void Imports::remove(OrganisationId organisation_id, ImportId id) {
    in_chunks(store_, "remove import", [&](store::Tx& tx) {
        const auto import = find(tx, id);
        if (!import || import->organisation_id != organisation_id) platform::throw_not_found("import");
        if (is_under_way(*import)) platform::throw_conflict("An import is under way: wait until it is done.");
        // A half-removed import must not be committed.
        tx.run("UPDATE imports SET state = 'staging' WHERE id = ?", id);
        if (tx.run("DELETE FROM import_rows WHERE import_id = ?1 AND place IN"
                   " (SELECT place FROM import_rows WHERE import_id = ?1 ORDER BY place LIMIT ?2)",
                   id, rows_at_once) == rows_at_once)
            return true;
        tx.run("DELETE FROM imports WHERE id = ?", id);
        return false;
    });
    std::lock_guard lock(mutex_);
    given_.erase(id);
    drawn_.erase(id);
}

// ---- committing ----

Import Imports::commit(store::Tx& tx, OrganisationId organisation_id, ImportId id, bool draw_pins,
                       bool announce) {
    const Import import = get(tx, organisation_id, id);
    if (import.state != ImportState::staged) platform::throw_conflict("This import was committed already.");
    tx.run("UPDATE imports SET state = 'adding', draw_pins = ?2 WHERE id = ?1", id, draw_pins);
    if (announce) committed(tx, id);
    return get(tx, organisation_id, id);
}

std::optional<ImportId> Imports::under_way(store::Read& read) const {
    return read.id<ImportId>("SELECT min(id) FROM imports WHERE state IN ('adding', 'updating')");
}

bool Imports::draws_pins(store::Read& read, ImportId id) const {
    return read.integer("SELECT draw_pins FROM imports WHERE id = ?", id) == 1;
}

void Imports::run(ImportId id, const std::function<bool()>& is_stopping) {
    auto import = store_.read([&](store::Read& read) { return find(read, id); });
    if (!import) return;
    if (import->state == ImportState::adding) {
        if (!work_off(*import, Fate::add, is_stopping)) return;
        store_.write("import", [&](store::Tx& tx) { switch_over(tx, *import); });
        import->state = ImportState::updating;
    }
    if (import->state != ImportState::updating || !work_off(*import, Fate::update, is_stopping)) return;
    store_.write("import", [&](store::Tx& tx) {
        name_teachers(tx, *import);
        tx.run("UPDATE imports SET state = 'done' WHERE id = ?", id);
        tell(tx, id);
    });
    std::lock_guard lock(mutex_);
    given_.erase(id);
}

std::vector<Imports::Todo> Imports::todo(store::Read& read, const Import& import, Fate fate,
                                         std::int64_t after) const {
    bool has_pins = draws_pins(read, import.id);
    {
        std::lock_guard lock(mutex_);
        has_pins = has_pins || given_.contains(import.id);
    }
    std::vector<Todo> todo;
    auto rows = read.query(
        "SELECT place, number, person_id, data FROM import_rows WHERE import_id = ? AND fate = ? AND done = "
        "0 AND place > "
        "?"
        " ORDER BY place LIMIT ?",
        import.id, fate, after, has_pins ? rows_with_pins_at_once : rows_at_once);
    while (rows.step()) {
        Todo& row = todo.emplace_back();
        std::string_view text;
        rows.read(row.place, row.number, row.person_id, text);
        const json parsed = json::parse(text);
        const platform::JsonFields data(parsed);
        row.person.role = data.get<platform::Role>("role");
        row.person.nickname = data.get<std::string>("nickname");
        row.person.first_name = data.get<std::string>("first_name");
        row.person.last_name = data.get<std::string>("last_name");
        row.person.username = data.find<std::string>("username");
        row.person.email = data.find<std::string>("email");
        row.person.external_id = data.find<std::string>("external_id");
        row.classes = data.get<std::vector<std::string>>("classes");
    }
    return todo;
}

// Hashing takes tens of milliseconds, so it happens before the writer is asked.
void Imports::prepare_pin(const Import& import, bool draw, Todo& row) {
    std::string pin;
    {
        std::lock_guard lock(mutex_);
        const auto given = given_.find(import.id);
        if (given != given_.end())
            if (const auto its = given->second.find(row.place); its != given->second.end()) pin = its->second;
    }
    if (pin.empty() && draw && row.person.role == platform::Role::student) {
        pin = draw_pin(random_);
        row.drawn_pin = pin;
    }
    if (!pin.empty()) row.person.pin_hash = hasher_.hash(pin);
}

bool Imports::work_off(const Import& import, Fate fate, const std::function<bool()>& is_stopping) {
    const bool draw = store_.read([&](store::Read& read) { return draws_pins(read, import.id); });
    for (std::int64_t after = 0;;) {
        auto rows = store_.read([&](store::Read& read) { return todo(read, import, fate, after); });
        if (rows.empty()) return true;
        after = rows.back().place;
        for (Todo& row : rows) {
            if (is_stopping()) return false;
            if (fate == Fate::add) prepare_pin(import, draw, row);
        }
        std::size_t next = 0;
        in_chunks(store_, "import", [&](store::Tx& tx) {
            const auto until = Clock::now() + chunk;
            const std::size_t first = next;
            for (; next < rows.size() && Clock::now() < until; ++next)
                fate == Fate::add ? add_one(tx, import, rows[next]) : update_one(tx, import, rows[next]);
            tx.run("UPDATE imports SET done = done + ?2 WHERE id = ?1", import.id,
                   static_cast<std::int64_t>(next - first));
            tell(tx, import.id);
            return next < rows.size();
        });
    }
}

// A name that was free at the preview may be taken by now: that row is left out with a reason, and the others
// go on.
void Imports::add_one(store::Tx& tx, const Import& import, const Todo& row) {
    PersonId id;
    try {
        id = people_.add(tx, import.organisation_id, row.person).id;
    } catch (const platform::Error& error) {
        if (error.kind() != platform::ErrorKind::conflict) throw;
        tx.run(
            "UPDATE import_rows SET fate = 'error', reason = 'was taken in the meantime' WHERE import_id = ?"
            " AND place = ?",
            import.id, row.place);
        return;
    }
    tx.run("UPDATE persons SET active = 0, import_id = ?2 WHERE id = ?1", id, import.id);
    tx.run("UPDATE import_rows SET done = 1, person_id = ?3 WHERE import_id = ?1 AND place = ?2", import.id,
           row.place, id);
    tx.run(
        "UPDATE imports SET first_person_id = min(coalesce(first_person_id, ?2), ?2),"
        " last_person_id = max(coalesce(last_person_id, ?2), ?2) WHERE id = ?1",
        import.id, id);
    join_classes(tx, import, id, row);
    if (row.drawn_pin.empty()) return;
    tx.after_commit([this, import_id = import.id, id, row] {
        std::lock_guard lock(mutex_);
        drawn_[import_id].push_back({id, row.person.nickname, row.person.first_name, row.person.last_name,
                                     row.drawn_pin, row.classes});
    });
}

void Imports::update_one(store::Tx& tx, const Import& import, const Todo& row) {
    PersonChange change;
    const auto when_given = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional(text);
    };
    change.nickname = row.person.nickname;
    change.first_name = when_given(row.person.first_name);
    change.last_name = when_given(row.person.last_name);
    if (row.person.username) change.username = row.person.username;
    if (row.person.email) change.email = row.person.email;
    if (row.person.external_id) change.external_id = row.person.external_id;
    change.active = true;
    Fate fate = Fate::update;
    std::string reason;
    try {
        people_.change(tx, import.organisation_id, row.person_id.value_or(PersonId()), change);
        join_classes(tx, import, *row.person_id, row);
    } catch (const platform::Error& error) {
        if (error.kind() != platform::ErrorKind::conflict && error.kind() != platform::ErrorKind::not_found)
            throw;
        fate = Fate::error;
        reason = "was changed in the meantime";
    }
    tx.run(
        "UPDATE import_rows SET done = 1, fate = ?3, reason = CASE WHEN ?4 = '' THEN reason ELSE ?4 END"
        " WHERE import_id = ?1 AND place = ?2",
        import.id, row.place, fate, reason);
}

// A class that does not exist yet starts with the importing person as its teacher; name_teachers gives it to
// its own.
void Imports::join_classes(store::Tx& tx, const Import& import, PersonId person_id, const Todo& row) {
    if (row.person.role != platform::Role::student) return;
    for (const std::string& name : row.classes) {
        auto id = tx.id<ClassId>(
            "SELECT id FROM classes WHERE organisation_id = ? AND name = ? AND archived_ms IS NULL",
            import.organisation_id, name);
        if (!id)
            id = tx.insert<ClassId>(
                "INSERT INTO classes (organisation_id, name, teacher_id, created_ms)"
                " SELECT ?1, ?2, coalesce((SELECT created_by FROM imports WHERE id = ?3), (SELECT min(id) "
                "FROM persons"
                " WHERE organisation_id = ?1 AND role = 'administrator' AND active = 1)), ?4",
                import.organisation_id, name, import.id, tx.now_ms());
        tx.run(
            "INSERT INTO class_students (class_id, person_id) SELECT ?1, ?2"
            " WHERE (SELECT count(*) FROM class_students WHERE class_id = ?1) < 1000 ON CONFLICT DO NOTHING",
            *id, person_id);
    }
}

// The one switch: from here on everybody who was added is visible.
void Imports::switch_over(store::Tx& tx, const Import& import) {
    tx.run(
        "UPDATE persons SET active = 1, import_id = NULL WHERE id BETWEEN (SELECT first_person_id FROM "
        "imports"
        " WHERE id = ?1) AND (SELECT last_person_id FROM imports WHERE id = ?1) AND import_id = ?1",
        import.id);
    tx.run("UPDATE imports SET state = 'updating' WHERE id = ?", import.id);
    tell(tx, import.id);
}

void Imports::name_teachers(store::Tx& tx, const Import& import) {
    json teachers;
    {
        auto rows = tx.query("SELECT teachers FROM imports WHERE id = ?", import.id);
        if (rows.step()) teachers = json::parse(rows.values<std::string_view>());
    }
    for (const auto& [name, nickname] : teachers.items())
        tx.run(
            "UPDATE classes SET teacher_id = (SELECT id FROM persons WHERE organisation_id = ?1 AND name_key "
            "= ?3)"
            " WHERE organisation_id = ?1 AND name = ?2 AND created_ms >= ?4 AND EXISTS (SELECT 1 FROM persons"
            " WHERE organisation_id = ?1 AND name_key = ?3 AND active = 1 AND role IN ('teacher', "
            "'administrator'))",
            import.organisation_id, name, platform::name_key(nickname.get<std::string>()), import.created_ms);
}

void Imports::tell(store::Tx& tx, ImportId id) {
    if (!progressed.is_heard()) return;
    if (auto import = find(tx, id)) progressed(tx, *std::move(import));
}

std::vector<DrawnPin> Imports::take_pins(ImportId id) {
    std::lock_guard lock(mutex_);
    auto drawn = drawn_.extract(id);
    if (drawn.empty())
        platform::throw_not_found("list of PINs: it is given out once, and lost when the server restarts");
    return std::move(drawn.mapped());
}

nlohmann::json json_of(const Import& import) {
    json fates;
    for (const auto& [fate, name] : names_of(Fate{})) {
        const auto found = import.fates.find(fate);
        fates[std::string(name)] = found == import.fates.end() ? 0 : found->second;
    }
    return {{"id", import.id},
            {"format", platform::name_of(import.format)},
            {"mode", platform::name_of(import.mode)},
            {"state", platform::name_of(import.state)},
            {"rows", import.rows},
            {"done", import.done},
            {"fates", fates},
            {"ignored", import.ignored},
            {"has_pins", import.has_pins},
            {"created_at", platform::iso8601(import.created_ms)}};
}

nlohmann::json json_of(const ImportRow& row) {
    return {{"number", row.number},       {"fate", platform::name_of(row.fate)},
            {"reason", row.reason},       {"role", platform::name_of(row.role)},
            {"nickname", row.nickname},   {"first_name", row.first_name},
            {"last_name", row.last_name}, {"classes", row.classes}};
}

} // namespace people
