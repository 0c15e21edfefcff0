#include "devices/pairing.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

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
              request.device_id, request.created_ms);
    return request;
}

} // namespace

std::string PairingCode::digits() const {
    char text[16];
    std::snprintf(text, sizeof text, "%06d", code);
    return text;
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
                               std::optional<PersonId> created_by, std::string_view serial_number) {
    // A headset that is paired already needs no seat.
    if (serial_number.empty() || !devices_.by_serial_number(tx, serial_number))
        organisations_.refuse_without_seat(tx, organisation_id);
    tx.run(
        "DELETE FROM pairing_codes WHERE code IN (SELECT code FROM pairing_codes WHERE expires_ms <= ?"
        " LIMIT 500)",
        tx.now_ms());
    if (tx.integer("SELECT count(*) FROM pairing_codes WHERE organisation_id = ?", organisation_id)
            .value_or(0) >= most_codes)
        platform::throw_conflict(std::to_string(most_codes) +
                                 " pairing codes are waiting already: use one of them.");
    PairingCode made{free_code(tx), organisation_id, tx.now_ms() + code_life_ms};
    tx.run(
        "INSERT INTO pairing_codes (code, organisation_id, created_by, created_ms, expires_ms, admitted)"
        " VALUES (?, ?, ?, ?, ?, nullif(?, ''))",
        made.code, organisation_id, created_by, tx.now_ms(), made.expires_ms, serial_number);
    return made;
}

Pairing::Outcome Pairing::pair_with_code(store::Tx& tx, int code, const Headset& headset,
                                         const people::Source& source) {
    OrganisationId organisation_id;
    bool admitted = false; // the code is this headset's alone
    std::int64_t created_ms = 0;
    {
        auto rows = tx.query(
            "SELECT organisation_id, admitted IS NOT NULL, created_ms FROM pairing_codes WHERE code = ?1"
            " AND expires_ms > ?2 AND (admitted IS NULL OR admitted = ?3)",
            code, tx.now_ms(), headset.serial_number);
        if (!rows.step()) {
            by_address_.spend(source.address, tx.now_ms());
            all_.spend("", tx.now_ms());
            throw platform::Error(platform::ErrorKind::not_found,
                                  "This pairing code is unknown or has run out.");
        }
        rows.read(organisation_id, admitted, created_ms);
    }
    const bool guessed =
        by_address_.wait_ms(source.address, tx.now_ms()) > 0 || all_.wait_ms("", tx.now_ms()) > 0;
    const auto known = devices_.by_serial_number(tx, headset.serial_number);
    // A code made for a headset that was paired says that it is the same; one that a tap has given to a headset
    // doesn't, because by now that headset may use its token.
    const bool foreign = known && known->organisation_id == organisation_id &&
                         !is_theirs(tx, *known, source, std::nullopt) &&
                         !(admitted && paired_before(tx, *known, created_ms));
    if (foreign || (guessed && !admitted))
        return {std::nullopt, ask(tx, {organisation_id, std::nullopt, code}, headset, source)};
    Outcome outcome = take_with_token(tx, organisation_id, headset, source);
    tx.run("DELETE FROM pairing_codes WHERE code = ?", code);
    return outcome;
}

// Whether a call that names this headset's serial number is that headset's own.
bool Pairing::is_theirs(store::Read& read, const Device& known, const people::Source& source,
                        std::optional<PersonId> person_id) const {
    if (source.device_id == known.id) return true;
    if (logins_.token_used(known.id)) return false;
    const auto wearer = logins_.person_on_device(read, known.organisation_id, known.id);
    if (!wearer || wearer->id == person_id) return true;
    return !source.address.empty() &&
           logins_.bound_from(read, known.organisation_id, known.id) == source.address;
}

bool Pairing::paired_before(store::Read& read, const Device& known, std::int64_t at_ms) const {
    return read.integer("SELECT paired_ms FROM devices WHERE organisation_id = ? AND id = ?",
                        known.organisation_id, known.id)
               .value_or(at_ms) < at_ms;
}

// One student's inventions don't use up the seats: each brings in one headset, and the last seat is given by
// a tap.
bool Pairing::brings(store::Tx& tx, const people::Person& person) {
    const PairingState now = state(tx, person.organisation_id);
    if (!now.open_until_ms || now.seats_left <= 1) return false;
    if (!brought_[person.organisation_id].insert(person.id).second) return false;
    tx.on_rollback([this, where = person.organisation_id, id = person.id] { brought_[where].erase(id); });
    return true;
}

Pairing::Outcome Pairing::take_with_token(store::Tx& tx, OrganisationId organisation_id,
                                          const Headset& headset, const people::Source& source) {
    const Device device = take(tx, organisation_id, headset);
    Outcome outcome{device, logins_.add_device(tx, organisation_id, device.id).token};
    logins_.bound(tx, organisation_id, device.id, source.address);
    return outcome;
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

Pairing::Outcome Pairing::take_with_person(store::Tx& tx, const people::Person& person,
                                           const Headset& headset, const people::Source& source) {
    Outcome outcome = take_with_token(tx, person.organisation_id, headset, source);
    const DeviceId id = outcome.device->id;
    logins_.sign_in_on_device(tx, person.organisation_id, id,
                              people::PersonReference{person.id, person.nickname});
    outcome.device = devices_.get(tx, person.organisation_id, id);
    return outcome;
}

Pairing::Outcome Pairing::pair_by_sign_in(store::Tx& tx, const people::Person& person, const Headset& headset,
                                          const people::Source& source) {
    const auto known = devices_.by_serial_number(tx, headset.serial_number);
    bool at_once = person.role >= platform::Role::teacher;
    if (!at_once && known && known->organisation_id == person.organisation_id)
        at_once = state(tx, person.organisation_id).open_until_ms && is_theirs(tx, *known, source, person.id);
    else if (!at_once)
        at_once = brings(tx, person);
    if (at_once) return take_with_person(tx, person, headset, source);
    const people::PersonReference who{person.id, person.nickname};
    return {std::nullopt, ask(tx, {person.organisation_id, who, std::nullopt}, headset, source)};
}

Pairing::Outcome Pairing::bind_by_sign_in(store::Tx& tx, const people::Person& person, const Headset& headset,
                                          const people::Source& source) {
    const OrganisationId organisation_id = person.organisation_id;
    const people::PersonReference who{person.id, person.nickname};
    const auto known = devices_.by_serial_number(tx, headset.serial_number);
    const bool paired = known && known->organisation_id == organisation_id;
    if (paired && is_theirs(tx, *known, source, person.id)) {
        logins_.sign_in_on_device(tx, organisation_id, known->id, who);
        logins_.bound(tx, organisation_id, known->id, source.address);
        return {devices_.get(tx, organisation_id, known->id), ""};
    }
    if (!paired && (person.role >= platform::Role::teacher || brings(tx, person)))
        return {take_with_person(tx, person, headset, source).device, ""};
    return {std::nullopt, ask(tx, {organisation_id, who, std::nullopt, true}, headset, source)};
}

// What goes for a new request: what is too old, the same asked again, and what is too many for its person or
// its address. When the list is full, the oldest of the address that has most goes.
void Pairing::make_room(store::Tx& tx, const Asking& asking, const Headset& headset,
                        const people::Source& source) {
    const OrganisationId organisation_id = asking.organisation_id;
    const std::optional<PersonId> person_id = asking.person ? std::optional(asking.person->id) : std::nullopt;
    close_requests(tx, tx.query("SELECT organisation_id, id FROM pairing_requests WHERE organisation_id = ?1"
                                " AND (created_ms <= ?2 OR (serial_number = ?3 AND address = ?4"
                                " AND person_id IS ?5))",
                                organisation_id, tx.now_ms() - request_life_ms, headset.serial_number,
                                source.address, person_id));
    close_requests(tx, tx.query("SELECT organisation_id, id FROM pairing_requests WHERE organisation_id = ?1"
                                " AND person_id IS ?2 AND (?2 IS NOT NULL OR address = ?3)"
                                " ORDER BY id DESC LIMIT -1 OFFSET ?4",
                                organisation_id, person_id, source.address,
                                (person_id ? most_requests_of_person : most_requests_by_code) - 1));
    close_requests(tx,
                   tx.query("SELECT organisation_id, id FROM pairing_requests WHERE organisation_id = ?1"
                            " AND (SELECT count(*) FROM pairing_requests WHERE organisation_id = ?1) >= ?2"
                            " AND address = (SELECT address FROM pairing_requests WHERE organisation_id = ?1"
                            " GROUP BY address ORDER BY count(*) DESC LIMIT 1) ORDER BY id LIMIT 1",
                            organisation_id, most_requests));
}

std::string Pairing::ask(store::Tx& tx, const Asking& asking, const Headset& headset,
                         const people::Source& source) {
    const OrganisationId organisation_id = asking.organisation_id;
    make_room(tx, asking, headset, source);
    std::string token = platform::random_token(random_);
    const std::string hash = platform::hash_token(token);
    PairingRequest request{{},           organisation_id, headset.serial_number, headset.model, asking.person,
                           std::nullopt, tx.now_ms()};
    if (const auto known = devices_.by_serial_number(tx, headset.serial_number);
        known && known->organisation_id == organisation_id)
        request.device_id = known->id;
    request.id = tx.insert<PairingRequestId>(
        "INSERT INTO pairing_requests (organisation_id, serial_number, model, person_id, token_hash,"
        " created_ms, address, code, by_serial_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        organisation_id, headset.serial_number, headset.model,
        asking.person ? std::optional(asking.person->id) : std::nullopt, store::Blob{hash}, tx.now_ms(),
        source.address, asking.code, asking.by_serial_number);
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
    brought_.erase(organisation_id);
    tell_state(tx, organisation_id);
    return state(tx, organisation_id);
}

std::vector<PairingRequest> Pairing::requests(store::Read& read, OrganisationId organisation_id) const {
    std::vector<PairingRequest> requests;
    auto rows = read.query(
        "SELECT r.id, r.organisation_id, r.serial_number, r.model, p.id, p.nickname, d.id, r.created_ms"
        " FROM pairing_requests r LEFT JOIN persons p ON p.id = r.person_id LEFT JOIN devices d"
        " ON d.organisation_id = r.organisation_id AND d.serial_number = r.serial_number AND d.paired = 1"
        " WHERE r.organisation_id = ? AND r.created_ms > ? ORDER BY r.id",
        organisation_id, read.now_ms() - request_life_ms);
    while (rows.step())
        requests.push_back(request_of(rows));
    return requests;
}

Device Pairing::admit(store::Tx& tx, OrganisationId organisation_id, PairingRequestId request_id) {
    Headset headset;
    std::string token_hash, address;
    std::optional<people::PersonReference> person;
    std::optional<std::int64_t> code;
    bool by_serial_number = false;
    std::int64_t created_ms = 0;
    {
        auto rows = tx.query(
            "SELECT r.serial_number, r.model, r.token_hash, r.address, r.code, r.by_serial_number,"
            " r.created_ms, p.id, p.nickname"
            " FROM pairing_requests r LEFT JOIN persons p ON p.id = r.person_id AND p.active = 1"
            " WHERE r.organisation_id = ? AND r.id = ? AND r.created_ms > ?",
            organisation_id, request_id, tx.now_ms() - request_life_ms);
        if (!rows.step()) platform::throw_not_found("headset waiting to be admitted");
        rows.read(headset.serial_number, headset.model, token_hash, address, code, by_serial_number,
                  created_ms, person);
    }
    const Device device = take(tx, organisation_id, headset);
    // A client that knows only serial numbers holds a login of the person; nobody gets the headset's own.
    if (by_serial_number)
        logins_.add_device(tx, organisation_id, device.id);
    else
        logins_.add_device_with_hash(tx, organisation_id, device.id, token_hash);
    logins_.bound(tx, organisation_id, device.id, address);
    if (person) logins_.sign_in_on_device(tx, organisation_id, device.id, person);
    if (person && by_serial_number)
        logins_.add_person_with_hash(tx, organisation_id, person->id, device.id, token_hash);
    // A client that was told nothing but "unknown" tries the same code again.
    if (code)
        tx.run(
            "UPDATE pairing_codes SET admitted = ?3, expires_ms = ?4 WHERE organisation_id = ?1 AND code = ?2"
            " AND created_ms <= ?5",
            organisation_id, *code, headset.serial_number, tx.now_ms() + code_life_ms, created_ms);
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
            {"person", request.person ? people::json_of(*request.person) : nlohmann::json()},
            {"device_id", request.device_id ? nlohmann::json(*request.device_id) : nlohmann::json()},
            {"created_at", platform::iso8601(request.created_ms)}};
}

} // namespace devices
