#include "progress/privacy.h"

#include <nlohmann/json.hpp>

#include "platform/text.h"

namespace progress {

namespace {

constexpr std::int64_t rows_at_once = 200;

nlohmann::json timed(store::Statement rows, const char* what, const char* when) {
    auto list = nlohmann::json::array();
    while (rows.step()) {
        const auto [text, at_ms] = rows.values<std::string, std::int64_t>();
        list.push_back({{what, text}, {when, platform::iso8601(at_ms)}});
    }
    return list;
}

} // namespace

void export_progress(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                     std::vector<people::Privacy::File>& files) {
    auto experience = nlohmann::json::array();
    auto rows = read.query(
        "SELECT r.public_id, e.xp, e.at_ms FROM experience e JOIN runs r ON r.id = e.run_id"
        " WHERE e.organisation_id = ? AND e.person_id = ? ORDER BY e.run_id",
        organisation_id, person_id);
    while (rows.step()) {
        const auto [run, xp, at_ms] = rows.values<std::string, std::int64_t, std::int64_t>();
        experience.push_back({{"run", run}, {"xp", xp}, {"given_at", platform::iso8601(at_ms)}});
    }
    const auto reached = timed(
        read.query("SELECT a.achievement, a.at_ms FROM achievements a JOIN persons p ON p.id = a.person_id"
                   " WHERE p.organisation_id = ? AND p.id = ? ORDER BY a.at_ms, a.achievement",
                   organisation_id, person_id),
        "achievement", "reached_at");
    const auto helped =
        timed(read.query("SELECT coalesce(s.nickname, ''), h.at_ms FROM helping h JOIN persons p ON p.id = "
                         "h.person_id LEFT JOIN persons s ON s.id = h.seen_by"
                         " WHERE p.organisation_id = ? AND p.id = ? ORDER BY h.id",
                         organisation_id, person_id),
              "seen_by", "seen_at");
    const nlohmann::json all{{"experience", experience}, {"achievements", reached}, {"helped", helped}};
    files.push_back({"progress.json", all.dump(2)});
}

bool erase_progress(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    if (tx.run("DELETE FROM experience WHERE run_id IN (SELECT run_id FROM experience"
               " WHERE organisation_id = ? AND person_id = ? LIMIT ?)",
               organisation_id, person_id, rows_at_once) > 0)
        return false;
    tx.run("DELETE FROM achievements WHERE person_id = ?", person_id); // few: each achievement once
    return tx.run("DELETE FROM helping WHERE id IN (SELECT id FROM helping WHERE person_id = ? LIMIT ?)",
                  person_id, rows_at_once) == 0;
}

void forget_run(store::Tx& tx, RunId run_id) {
    tx.run("DELETE FROM experience WHERE run_id = ?", run_id);
    tx.run("UPDATE achievements SET run_id = NULL WHERE run_id = ?", run_id);
}

} // namespace progress
