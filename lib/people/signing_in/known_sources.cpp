#include "people/signing_in/known_sources.h"

#include <algorithm>

#include "platform/crypto.h"

namespace people {

namespace {

constexpr std::size_t token_bytes = 16, token_length = 22;

// The tokens of a cookie; a browser may send anything.
std::vector<std::string_view> tokens_of(std::string_view cookie) {
    std::vector<std::string_view> tokens;
    while (!cookie.empty() && tokens.size() < KnownSources::people_of_browser) {
        const auto end = std::min(cookie.find('.'), cookie.size());
        if (end == token_length) tokens.push_back(cookie.substr(0, end));
        cookie.remove_prefix(std::min(end + 1, cookie.size()));
    }
    return tokens;
}

} // namespace

std::optional<KnownSources::Browser> KnownSources::browser(store::Read& read, std::string_view cookie,
                                                           PersonId person_id) {
    for (const std::string_view token : tokens_of(cookie)) {
        const std::string hash = platform::hash_token(token);
        auto rows = read.query(
            "SELECT token_hash, wrong, full_ms FROM known_browsers WHERE token_hash = ? AND person_id = ?"
            " AND used_ms > ?",
            store::Blob{hash}, person_id, read.now_ms() - browser_life_ms);
        if (!rows.step()) continue;
        Browser found;
        rows.read(found.token_hash, found.wrong, found.full_ms);
        return found;
    }
    return std::nullopt;
}

std::optional<KnownSources::Browser> KnownSources::browser(store::Read& read, std::string_view token_hash) {
    auto rows =
        read.query("SELECT wrong, full_ms FROM known_browsers WHERE token_hash = ?", store::Blob{token_hash});
    if (!rows.step()) return std::nullopt;
    Browser found{std::string(token_hash)};
    rows.read(found.wrong, found.full_ms);
    return found;
}

std::string KnownSources::remember(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                                   std::string_view cookie) {
    std::string kept;
    std::size_t others = 0;
    bool known = false;
    for (const std::string_view token : tokens_of(cookie)) {
        const std::string hash = platform::hash_token(token);
        const auto named =
            tx.id<PersonId>("SELECT person_id FROM known_browsers WHERE token_hash = ?", store::Blob{hash});
        if (!named || (*named != person_id && ++others >= people_of_browser)) continue;
        if (*named == person_id) {
            known = true;
            tx.run("UPDATE known_browsers SET used_ms = ?2, wrong = 0, full_ms = 0 WHERE token_hash = ?1",
                   store::Blob{hash}, tx.now_ms());
        }
        kept += "." + std::string(token);
    }
    if (!known) {
        const std::string token = platform::random_token(random_, token_bytes);
        const std::string hash = platform::hash_token(token);
        tx.run(
            "INSERT INTO known_browsers (token_hash, organisation_id, person_id, used_ms)"
            " VALUES (?, ?, ?, ?)",
            store::Blob{hash}, organisation_id, person_id, tx.now_ms());
        tx.run(
            "DELETE FROM known_browsers WHERE person_id = ?1 AND token_hash NOT IN"
            " (SELECT token_hash FROM known_browsers WHERE person_id = ?1 ORDER BY used_ms DESC LIMIT ?2)",
            person_id, browsers_of_person);
        kept = "." + token + kept;
    }
    return kept.substr(1);
}

void KnownSources::count(store::Tx& tx, const Browser& browser) {
    tx.run("UPDATE known_browsers SET wrong = ?2, full_ms = ?3 WHERE token_hash = ?1",
           store::Blob{browser.token_hash}, browser.wrong, browser.full_ms);
}

void KnownSources::forget_browser(store::Tx& tx, std::string_view token_hash) {
    tx.run("DELETE FROM known_browsers WHERE token_hash = ?", store::Blob{token_hash});
}

void KnownSources::wore(store::Tx& tx, OrganisationId organisation_id, PersonId person_id,
                        DeviceId device_id) {
    tx.run(
        "INSERT INTO known_headsets (person_id, device_id, organisation_id, used_ms) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (person_id, device_id) DO UPDATE SET used_ms = ?4",
        person_id, device_id, organisation_id, tx.now_ms());
    tx.run(
        "DELETE FROM known_headsets WHERE person_id = ?1 AND device_id NOT IN"
        " (SELECT device_id FROM known_headsets WHERE person_id = ?1 ORDER BY used_ms DESC LIMIT ?2)",
        person_id, headsets_of_person);
}

bool KnownSources::has_worn(store::Read& read, PersonId person_id, DeviceId device_id) {
    return read
        .integer("SELECT 1 FROM known_headsets WHERE person_id = ? AND device_id = ?", person_id, device_id)
        .has_value();
}

void KnownSources::forget_person(store::Tx& tx, PersonId person_id) {
    tx.run("DELETE FROM known_browsers WHERE person_id = ?", person_id);
    tx.run("DELETE FROM known_headsets WHERE person_id = ?", person_id);
}

void KnownSources::forget_headset(store::Tx& tx, DeviceId device_id) {
    tx.run("DELETE FROM known_headsets WHERE device_id = ?", device_id);
}

} // namespace people
