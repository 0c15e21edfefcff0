#include "trainings/privacy.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace trainings {

namespace {

constexpr std::int64_t notes_at_once = 20; // each may hold a picture
constexpr std::int64_t records_at_once = 200;

} // namespace

void export_trainings(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                      std::vector<people::Privacy::File>& files) {
    auto list = nlohmann::json::array();
    auto rows = read.query(
        "SELECT r.public_id, t.metrics, t.checklist, t.additional_info, t.resolution, t.reckoned_score,"
        " t.given_score, t.given_reason,"
        " (SELECT json_group_array(n.text) FROM training_notes n WHERE n.run_id = r.id)"
        " FROM trainings t JOIN runs r ON r.id = t.run_id WHERE r.organisation_id = ? AND r.person_id = ?"
        " ORDER BY r.id",
        organisation_id, person_id);
    const auto parsed = [](std::string_view text) { return nlohmann::json::parse(text, nullptr, false); };
    const auto number = [](const std::optional<double>& value) {
        return value ? nlohmann::json(*value) : nlohmann::json();
    };
    while (rows.step()) {
        const auto [run, metrics, checklist, additional_info, resolution, reckoned, given, reason, notes] =
            rows.values<std::string_view, std::string_view, std::string_view, std::string_view,
                        std::string_view, std::optional<double>, std::optional<double>, std::string_view,
                        std::string_view>();
        list.push_back({{"run", run},
                        {"metrics", parsed(metrics)},
                        {"checklist", parsed(checklist)},
                        {"additional_info", parsed(additional_info)},
                        {"resolution", resolution},
                        {"reckoned_score", number(reckoned)},
                        {"given_score", number(given)},
                        {"given_reason", reason},
                        {"notes", parsed(notes)}});
    }
    files.push_back({"trainings.json", list.dump(2)});
}

bool erase_trainings(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool remove_runs) {
    if (tx.run("DELETE FROM training_notes WHERE id IN (SELECT n.id FROM runs r"
               " JOIN training_notes n ON n.run_id = r.id"
               " WHERE r.organisation_id = ? AND r.person_id = ? LIMIT ?)",
               organisation_id, person_id, notes_at_once) > 0)
        return false;
    if (remove_runs) return true;
    return tx.run(
               "UPDATE trainings SET additional_info = 'null', resolution = '', given_reason = ''"
               " WHERE run_id IN (SELECT t.run_id FROM runs r JOIN trainings t ON t.run_id = r.id"
               " WHERE r.organisation_id = ? AND r.person_id = ? AND (t.additional_info <> 'null'"
               " OR t.resolution <> '' OR t.given_reason <> '') LIMIT ?)",
               organisation_id, person_id, records_at_once) == 0;
}

} // namespace trainings
