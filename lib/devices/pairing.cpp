#include "devices/pairing.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "people/signing_in/guesses.h"
#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/text.h"

namespace devices {

namespace {

constexpr int codes = 1'000'000;

// A headset's name until people choose one: its serial number, or the end of a long one.
std::string name_for(const Headset& headset) {
    if (!headset.name.empty()) return headset.name;
    const std::string& serial_number = headset.serial_number;
    return serial_number.size() <= 16 || !platform::is_utf8(serial_number.substr(serial_number.size() - 8))
               ? serial_number
               : serial_number.substr(serial_number.size() - 8);
}

PairingRequest request_of(const store::Statement& rows) {
    PairingRequest request;
    rows.read(request.id, request.organisation_id, request.serial_number, request.model, request.person,
              request.created_ms);
    return request;
}

} // namespace

std::string PairingCode::digits() const {
    char text[16];
    std::snprintf(text, sizeof text, "%06d", code);
    return text;
}

void PairingBrake::refuse(std::string_view serial_number, std::int64_t now_ms) {
    serial_numbers_.refuse_if_locked(serial_number, now_ms);
    std::int64_t wait_ms = 0;
    {
        std::lock_guard lock(mutex_);
        slow_until_ms_ = std::min(slow_until_ms_, now_ms + slow_for_ms); // the clock may have been set back
        next_try_ms_ = std::min(next_try_ms_, now_ms + slow_every_ms);
        if (now_ms < slow_until_ms_) {
            wait_ms = std::max<std::int64_t>(next_try_ms_ - now_ms, 0);
            if (wait_ms == 0) next_try_ms_ = now_ms + slow_every_ms;
        }
    }
    if (wait_ms > 0) people::throw_locked(wait_ms);
}

void PairingBrake::count_wrong(std::string_view serial_number, std::int64_t now_ms) {
    serial_numbers_.count_failure(serial_number, now_ms);
    std::lock_guard lock(mutex_);
    wrong_ms_.push_back(now_ms);
    if (wrong_ms_.size() > many_wrong) wrong_ms_.pop_front();
    if (wrong_ms_.size() == many_wrong && now_ms - wrong_ms_.front() <= 60'000)
        slow_until_ms_ = now_ms + slow_for_ms;
}

void PairingBrake::forget(std::string_view serial_number) {
    serial_numbers_.forget(serial_number);
}

Pairing::Pairing(Devices& devices, people::Organisations& organisations, people::Logins& logins,
                 platform::Random& random)
    : devices_(devices), organisations_(organisations), logins_(logins), random_(random) {}

// Drawn uniformly; taken codes are skipped, modulo a million, until one is free.
int Pairing::free_code(store::Tx& tx) {
    const auto drawn = static_cast<int>(random_.uniform(codes));
    auto is_taken = [&tx](std::int64_t code) {
        return tx.integer("SELECT 1 FROM pairing_codes WHERE code = ?", code).has_value();
    };
    if (!is_taken(drawn)) return drawn;
    // The end of the run of taken codes that starts at `from`.
    auto first_free = [&tx](std::int64_t from) {
        return tx.integer(
            "SELECT code + 1 FROM pairing_codes c WHERE code >= ? AND NOT EXISTS"
            " (SELECT 1 FROM pairing_codes n WHERE n.code = c.code + 1) ORDER BY code LIMIT 1",
            from);
    };
    std::int64_t free = first_free(drawn).value_or(codes);
    if (free == codes) free = is_taken(0) ? first_free(0).value_or(codes) : 0;
    if (free == codes) platform::throw_conflict("Every pairing code is in use: wait until one has run out.");
    return static_cast<int>(free);
}

PairingCode Pairing::make_code(store::Tx& tx, OrganisationId organisation_id,
                               std::optional<PersonId> created_by) {
    organisations_.refuse_without_seat(tx, organisation_id);
    tx.run(
        "DELETE FROM pairing_codes WHERE code IN (SELECT code FROM pairing_codes WHERE expires_ms <= ? LIMIT "
        "500)",
        tx.now_ms());
    if (tx.integer("SELECT count(*) FROM pairing_codes WHERE organisation_id = ?", organisation_id)
            .value_or(0) >= most_codes)
        platform::throw_conflict(std::to_string(most_codes) +
                                 " pairing codes are waiting already: use one of them.");
    PairingCode made{free_code(tx), organisation_id, tx.now_ms() + code_life_ms};
    tx.run(
        "INSERT INTO pairing_codes (code, organisation_id, created_by, created_ms, expires_ms) VALUES (?, ?, "
        "?, ?, ?)",
        made.code, organisation_id, created_by, tx.now_ms(), made.expires_ms);
    return made;
}

Paired Pairing::pair_with_code(store::Tx& tx, int code, const Headset& headset) {
    brake_.refuse(headset.serial_number, tx.now_ms());
    const auto organisation_id = tx.id<OrganisationId>(
        "SELECT organisation_id FROM pairing_codes WHERE code = ? AND expires_ms > ?", code, tx.now_ms());
    if (!organisation_id) {
        brake_.count_wrong(headset.serial_number, tx.now_ms());
        throw platform::Error(platform::ErrorKind::not_found, "This pairing code is unknown or has run out.");
    }
    Paired paired;
    paired.device = take(tx, *organisation_id, headset);
    tx.run("DELETE FROM pairing_codes WHERE code = ?", code);
    paired.token = logins_.add_device(tx, *organisation_id, paired.device.id).token;
    brake_.forget(headset.serial_number);
    return paired;
}

// Makes the headset the organisation's, with a seat of its licence; the caller makes its login.
Device Pairing::take(store::Tx& tx, OrganisationId organisation_id, const Headset& headset) {
    auto paired = devices_.by_serial_number(tx, headset.serial_number);
    if (paired && paired->organisation_id != organisation_id)
        platform::throw_conflict("This headset is paired with another organisation: unpair it there first.");
    if (!paired) organisations_.take_seat(tx, organisation_id);
    auto known = tx.id<DeviceId>("SELECT id FROM devices WHERE organisation_id = ? AND serial_number = ?",
                                 organisation_id, headset.serial_number);
    if (known) {
        tx.run(
            "UPDATE devices SET paired = 1, paired_ms = ?3, model = CASE ?4 WHEN '' THEN model ELSE ?4 END,"
            " name = CASE ?5 WHEN '' THEN name ELSE ?5 END WHERE organisation_id = ?1 AND id = ?2",
            organisation_id, *known, tx.now_ms(), headset.model, headset.name);
    } else {
        known = tx.insert<DeviceId>(
            "INSERT INTO devices (organisation_id, serial_number, name, model, paired_ms, created_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            organisation_id, headset.serial_number, name_for(headset), headset.model, tx.now_ms(),
            tx.now_ms());
    }
    // Settles every request that waits for this headset, in whichever organisation.
    close_requests(tx, tx.query("SELECT organisation_id, id FROM pairing_requests WHERE serial_number = ?",
                                headset.serial_number));
    tell_state(tx, organisation_id);
    Device device = devices_.get(tx, organisation_id, *known);
    devices_.changed(tx, device);
    return device;
}

void Pairing::close_requests(store::Tx& tx, store::Statement rows) {
    std::vector<std::pair<OrganisationId, PairingRequestId>> closed;
    while (rows.step()) {
        std::pair<OrganisationId, PairingRequestId> request;
        rows.read(request.first, request.second);
        closed.push_back(request);
    }
    for (const auto& [organisation_id, id] : closed) {
        tx.run("DELETE FROM pairing_requests WHERE organisation_id = ? AND id = ?", organisation_id, id);
        request_closed(tx, organisation_id, id);
    }
}

Pairing::SignInOutcome Pairing::pair_by_sign_in(store::Tx& tx, const people::Person& person,
                                                const Headset& headset) {
    const OrganisationId organisation_id = person.organisation_id;
    const bool at_once =
        person.role >= platform::Role::teacher || state(tx, organisation_id).open_until_ms.has_value();
    if (at_once) {
        Device device = take(tx, organisation_id, headset);
        SignInOutcome outcome{std::nullopt, logins_.add_device(tx, organisation_id, device.id).token};
        logins_.sign_in_on_device(tx, organisation_id, device.id,
                                  people::PersonReference{person.id, person.nickname});
        outcome.device = devices_.get(tx, organisation_id, device.id);
        return outcome;
    }
    return {std::nullopt, ask(tx, person, headset)};
}

std::string Pairing::ask(store::Tx& tx, const people::Person& person, const Headset& headset) {
    const OrganisationId organisation_id = person.organisation_id;
    close_requests(tx, tx.query("SELECT organisation_id, id FROM pairing_requests WHERE organisation_id = ?"
                                " AND (created_ms <= ? OR serial_number = ?)",
                                organisation_id, tx.now_ms() - request_life_ms, headset.serial_number));
    if (tx.integer("SELECT count(*) FROM pairing_requests WHERE organisation_id = ?", organisation_id)
            .value_or(0) >= most_requests)
        platform::throw_conflict("Too many headsets wait to be admitted: ask the teacher.");
    std::string token = platform::random_token(random_);
    const std::string hash = platform::hash_token(token);
    PairingRequest request{
        {}, organisation_id, headset.serial_number, headset.model, {person.id, person.nickname}, tx.now_ms()};
    request.id = tx.insert<PairingRequestId>(
        "INSERT INTO pairing_requests (organisation_id, serial_number, model, person_id, token_hash,"
        " created_ms) VALUES (?, ?, ?, ?, ?, ?)",
        organisation_id, headset.serial_number, headset.model, person.id, store::Blob{hash}, tx.now_ms());
    requested(tx, request);
    return token;
}

PairingState Pairing::state(store::Read& read, OrganisationId organisation_id) const {
    PairingState state;
    state.organisation_id = organisation_id;
    state.open_until_ms = read.integer(
        "SELECT open_until_ms FROM pairing_windows WHERE organisation_id = ? AND open_until_ms > ?",
        organisation_id, read.now_ms());
    state.seats_left = organisations_.licence(read, organisation_id).seats_left();
    return state;
}

void Pairing::tell_state(store::Tx& tx, OrganisationId organisation_id) {
    state_changed(tx, state(tx, organisation_id));
}

PairingState Pairing::open_window(store::Tx& tx, OrganisationId organisation_id, PersonId opened_by,
                                  std::int64_t open_for_s) {
    tx.run(
        "INSERT INTO pairing_windows (organisation_id, opened_by, open_until_ms) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (organisation_id) DO UPDATE SET opened_by = ?2, open_until_ms = ?3",
        organisation_id, opened_by, tx.now_ms() + open_for_s * 1000);
    tell_state(tx, organisation_id);
    return state(tx, organisation_id);
}

std::vector<PairingRequest> Pairing::requests(store::Read& read, OrganisationId organisation_id) const {
    std::vector<PairingRequest> requests;
    auto rows = read.query(
        "SELECT r.id, r.organisation_id, r.serial_number, r.model, p.id, p.nickname, r.created_ms"
        " FROM pairing_requests r JOIN persons p ON p.id = r.person_id"
        " WHERE r.organisation_id = ? AND r.created_ms > ? ORDER BY r.id",
        organisation_id, read.now_ms() - request_life_ms);
    while (rows.step())
        requests.push_back(request_of(rows));
    return requests;
}

Device Pairing::admit(store::Tx& tx, OrganisationId organisation_id, PairingRequestId request_id) {
    Headset headset;
    std::string token_hash;
    std::optional<people::PersonReference> person;
    {
        auto rows = tx.query(
            "SELECT r.serial_number, r.model, r.token_hash, p.id, p.nickname"
            " FROM pairing_requests r LEFT JOIN persons p ON p.id = r.person_id AND p.active = 1"
            " WHERE r.organisation_id = ? AND r.id = ? AND r.created_ms > ?",
            organisation_id, request_id, tx.now_ms() - request_life_ms);
        if (!rows.step()) platform::throw_not_found("headset waiting to be admitted");
        rows.read(headset.serial_number, headset.model, token_hash, person);
    }
    Device device = take(tx, organisation_id, headset);
    logins_.add_device_with_hash(tx, organisation_id, device.id, token_hash);
    if (person) logins_.sign_in_on_device(tx, organisation_id, device.id, person);
    return devices_.get(tx, organisation_id, device.id);
}

void Pairing::refuse(store::Tx& tx, OrganisationId organisation_id, PairingRequestId request_id) {
    if (!tx.integer("SELECT id FROM pairing_requests WHERE organisation_id = ? AND id = ?", organisation_id,
                    request_id))
        platform::throw_not_found("headset waiting to be admitted");
    close_requests(
        tx, tx.query("SELECT organisation_id, id FROM pairing_requests WHERE organisation_id = ? AND id = ?",
                     organisation_id, request_id));
}

void Pairing::forget_person(store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
    close_requests(tx, tx.query("SELECT organisation_id, id FROM pairing_requests WHERE organisation_id = ?"
                                " AND person_id = ?",
                                organisation_id, person_id));
}

nlohmann::json json_of(const PairingRequest& request) {
    return {{"id", request.id},
            {"serial_number", request.serial_number},
            {"model", request.model},
            {"person", people::json_of(request.person)},
            {"created_at", platform::iso8601(request.created_ms)}};
}

} // namespace devices
