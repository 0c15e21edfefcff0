#include "people/privacy.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "platform/csv.h"
#include "platform/error.h"
#include "platform/text.h"
#include "platform/zip.h"

namespace people {

namespace {

std::string logins_csv(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    platform::CsvWriter table({"signed_in_at", "ends_at", "by", "with"}, platform::CsvWriter::Mark::utf8);
    auto rows = read.query(
        "SELECT created_ms, expires_ms, proof, user_agent FROM logins WHERE organisation_id = ? AND "
        "person_id = ?"
        " AND proof <> 'device' ORDER BY id",
        organisation_id, person_id);
    while (rows.step()) {
        const auto [created_ms, expires_ms, proof, user_agent] =
            rows.values<std::int64_t, std::int64_t, std::string_view, std::string_view>();
        table.row({platform::iso8601(created_ms), platform::iso8601(expires_ms), proof, user_agent});
    }
    return table.take();
}

nlohmann::json profile_of(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    auto rows = read.query(
        "SELECT f.time_zone, f.preferences, f.last_login_ms FROM profiles f JOIN persons p ON p.id = "
        "f.person_id"
        " WHERE p.organisation_id = ? AND p.id = ?",
        organisation_id, person_id);
    if (!rows.step()) return nullptr;
    const auto [time_zone, preferences, last_login_ms] =
        rows.values<std::optional<std::string>, std::string_view, std::optional<std::int64_t>>();
    return {{"time_zone", time_zone ? nlohmann::json(*time_zone) : nlohmann::json()},
            {"preferences", nlohmann::json::parse(preferences, nullptr, false)},
            {"last_login_at",
             last_login_ms ? nlohmann::json(platform::iso8601(*last_login_ms)) : nlohmann::json()}};
}

nlohmann::json classes_of(store::Read& read, OrganisationId organisation_id, PersonId person_id) {
    auto names = nlohmann::json::array();
    auto rows = read.query(
        "SELECT c.name FROM class_students s JOIN classes c ON c.id = s.class_id"
        " WHERE c.organisation_id = ? AND s.person_id = ? ORDER BY c.name",
        organisation_id, person_id);
    while (rows.step())
        names.push_back(rows.values<std::string>());
    return names;
}

} // namespace

std::string Privacy::export_zip(store::Read& read, OrganisationId organisation_id, PersonId person_id) const {
    nlohmann::json person = json_of(people_.get(read, organisation_id, person_id));
    person["classes"] = classes_of(read, organisation_id, person_id);
    person["profile"] = profile_of(read, organisation_id, person_id);
    platform::ZipWriter zip(read.now_ms());
    zip.add("person.json", person.dump(2));
    zip.add("logins.csv", logins_csv(read, organisation_id, person_id));
    std::vector<File> files;
    for (const Exporter& exporter : exporters_)
        exporter(read, organisation_id, person_id, files);
    for (const File& file : files)
        zip.add(file.name, file.content);
    return zip.finish();
}

void Privacy::erase(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs) {
    people_.erase(tx, organisation_id, person_id);
    tx.run(
        "INSERT INTO erasures (person_id, organisation_id, remove_runs, asked_ms) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (person_id) DO UPDATE SET remove_runs = max(remove_runs, ?3)",
        person_id, organisation_id, remove_runs, tx.now_ms());
    tx.after_commit([this] { has_work_ = true; });
}

void Privacy::load(store::Read& read) {
    has_work_ = read.integer("SELECT 1 FROM erasures LIMIT 1").has_value();
}

void Privacy::work(store::Tx& tx) {
    PersonId person_id;
    OrganisationId organisation_id;
    bool remove_runs = false;
    {
        auto rows = tx.query(
            "SELECT person_id, organisation_id, remove_runs FROM erasures ORDER BY asked_ms LIMIT 1");
        if (!rows.step()) {
            tx.after_commit([this] { has_work_ = false; });
            return;
        }
        rows.read(person_id, organisation_id, remove_runs);
    }
    for (const Eraser& eraser : erasers_)
        if (!eraser(tx, organisation_id, person_id, remove_runs)) return;
    tx.run("DELETE FROM erasures WHERE person_id = ?", person_id);
}

} // namespace people
