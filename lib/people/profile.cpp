#include "people/profile.h"

#include <nlohmann/json.hpp>

#include "platform/text.h"

namespace people {

namespace {

constexpr std::int64_t ask_again_ms = 60'000;

} // namespace

Profile Profiles::get(store::Read& read, OrganisationId organisation_id, PersonId person_id) const {
    auto rows = read.query(
        "SELECT coalesce(f.time_zone, o.time_zone), coalesce(f.preferences, '{}'), f.last_login_ms"
        " FROM persons p JOIN organisations o ON o.id = p.organisation_id"
        " LEFT JOIN profiles f ON f.person_id = p.id WHERE p.organisation_id = ? AND p.id = ?",
        organisation_id, person_id);
    Profile profile;
    if (rows.step()) rows.read(profile.time_zone, profile.preferences, profile.last_login_ms);
    return profile;
}

void Profiles::ensure(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    tx.run(
        "INSERT INTO profiles (person_id) SELECT id FROM persons WHERE organisation_id = ? AND id = ?"
        " ON CONFLICT DO NOTHING",
        organisation_id, person_id);
}

void Profiles::change(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                      const std::optional<std::string>& time_zone,
                      const std::optional<std::string>& preferences) {
    ensure(tx, organisation_id, person_id);
    tx.run(
        "UPDATE profiles SET time_zone = coalesce(?2, time_zone), preferences = coalesce(?3, preferences)"
        " WHERE person_id = ?1",
        person_id, time_zone, preferences);
}

void Profiles::signed_in(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    ensure(tx, organisation_id, person_id);
    tx.run("UPDATE profiles SET last_login_ms = ?2 WHERE person_id = ?1", person_id, tx.now_ms());
}

void Profiles::forgot_password(store::Tx& tx, std::string_view name) {
    auto rows = tx.query(
        "SELECT id, nickname, organisation_id FROM persons WHERE (username = ?1 OR email = ?1) AND active = 1"
        " AND NOT EXISTS (SELECT 1 FROM password_requests r WHERE r.person_id = persons.id AND r.at_ms > ?2)",
        platform::trimmed(name), tx.now_ms() - ask_again_ms);
    if (!rows.step()) return;
    PasswordRequest request;
    OrganisationId organisation_id;
    rows.read(request.person, organisation_id);
    request.at_ms = tx.now_ms();
    tx.run(
        "INSERT INTO password_requests (person_id, at_ms) VALUES (?1, ?2)"
        " ON CONFLICT (person_id) DO UPDATE SET at_ms = ?2",
        request.person.id, request.at_ms);
    password_request(tx, organisation_id, request.person.id, request);
}

std::vector<PasswordRequest> Profiles::password_requests(store::Read& read,
                                                         OrganisationId organisation_id) const {
    auto rows = read.query(
        "SELECT p.id, p.nickname, r.at_ms FROM password_requests r JOIN persons p ON p.id = r.person_id"
        " WHERE p.organisation_id = ? AND p.active = 1 ORDER BY r.at_ms DESC LIMIT 100",
        organisation_id);
    std::vector<PasswordRequest> requests;
    while (rows.step()) {
        PasswordRequest& request = requests.emplace_back();
        rows.read(request.person, request.at_ms);
    }
    return requests;
}

bool Profiles::close_password_request(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    const auto closed = tx.run(
        "DELETE FROM password_requests WHERE person_id ="
        " (SELECT id FROM persons WHERE organisation_id = ? AND id = ?)",
        organisation_id, person_id);
    if (closed == 0) return false;
    password_request(tx, organisation_id, person_id, std::nullopt);
    return true;
}

nlohmann::json json_of(const PasswordRequest& request) {
    return {{"person", json_of(request.person)}, {"requested_at", platform::iso8601(request.at_ms)}};
}

} // namespace people
