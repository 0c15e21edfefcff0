#include "chat/privacy.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "platform/text.h"

namespace chat {

namespace {

constexpr std::int64_t messages_at_once = 200, most_exported = 100'000;
constexpr std::int64_t day_ms = 24LL * 3600 * 1000;

} // namespace

void export_conversations(store::Read& read, OrganisationId organisation_id, PersonId person_id,
                          std::vector<people::Privacy::File>& files) {
    auto list = nlohmann::json::array();
    auto rows = read.query(
        "SELECT r.public_id, coalesce(s.title, ''), coalesce(r.person_id = ?2, 0), m.role, m.text, m.at_ms"
        " FROM runs r JOIN chat_messages m ON m.run_id = r.id LEFT JOIN scenarios s ON s.id = r.scenario_id"
        " WHERE r.organisation_id = ?1 AND (r.person_id = ?2 OR m.person_id = ?2) ORDER BY m.id LIMIT ?3",
        organisation_id, person_id, most_exported);
    while (rows.step()) {
        auto [run, scenario, own_run, role, text, at_ms] =
            rows.values<std::string, std::string, bool, std::string, std::string, std::int64_t>();
        list.push_back({{"run", std::move(run)},
                        {"scenario", std::move(scenario)},
                        {"own_run", own_run},
                        {"role", std::move(role)},
                        {"text", std::move(text)},
                        {"sent_at", platform::iso8601(at_ms)}});
    }
    files.push_back({"conversations.json", list.dump(2)});
}

bool erase_conversations(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                         const std::function<void(RunId run_id)>& on_forgotten) {
    const auto run_id = tx.id<RunId>(
        "SELECT r.id FROM runs r WHERE r.organisation_id = ? AND r.person_id = ?"
        " AND EXISTS (SELECT 1 FROM chat_messages m WHERE m.run_id = r.id) LIMIT 1",
        organisation_id, person_id);
    if (run_id) {
        tx.run(
            "DELETE FROM chat_messages WHERE id IN (SELECT id FROM chat_messages WHERE run_id = ? LIMIT ?)",
            *run_id, messages_at_once);
        if (on_forgotten) tx.after_commit([on_forgotten, run_id] { on_forgotten(*run_id); });
        return false;
    }
    // A run may have been named for someone else since: there a student's words go, and a teacher's lose
    // their name.
    if (tx.run("DELETE FROM chat_messages WHERE id IN (SELECT id FROM chat_messages WHERE person_id = ?"
               " AND role = 'student' LIMIT ?)",
               person_id, messages_at_once) > 0)
        return false;
    return tx.run(
               "UPDATE chat_messages SET person_id = NULL WHERE id IN (SELECT id FROM chat_messages"
               " WHERE person_id = ? LIMIT ?)",
               person_id, messages_at_once) == 0;
}

void erase_conversation(store::Tx& tx, RunId run_id, const std::function<void(RunId run_id)>& on_forgotten) {
    if (tx.run("DELETE FROM chat_messages WHERE run_id = ?", run_id) == 0) return;
    tx.after_commit([on_forgotten, run_id] { on_forgotten(run_id); });
}

bool Retention::work(store::Tx& tx) {
    const auto least_days = tx.integer("SELECT min(gaze_days) FROM organisations");
    bool at_end = !least_days;
    if (least_days) {
        auto rows = tx.query(
            "SELECT m.id, m.at_ms, o.gaze_days FROM chat_messages m JOIN runs r ON r.id = m.run_id"
            " JOIN organisations o ON o.id = r.organisation_id WHERE m.id > ? ORDER BY m.id LIMIT ?",
            reached_, messages_at_once);
        std::int64_t seen = 0;
        while (!at_end && rows.step()) {
            ++seen;
            std::int64_t at_ms = 0;
            std::optional<std::int64_t> days;
            rows.read(reached_, at_ms, days);
            const std::int64_t age_ms = tx.now_ms() - at_ms;
            at_end = age_ms < *least_days * day_ms;
            if (days && age_ms >= *days * day_ms) tx.run("DELETE FROM chat_messages WHERE id = ?", reached_);
        }
        if (seen < messages_at_once) at_end = true;
    }
    if (at_end) reached_ = MessageId();
    return at_end;
}

} // namespace chat
