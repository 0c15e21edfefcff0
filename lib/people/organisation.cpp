#include "people/organisation.h"

#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

Organisation organisation_of(const store::Statement& rows) {
    Organisation organisation;
    organisation.id = rows.integer(0);
    organisation.name = rows.string(1);
    organisation.colour = rows.string(2);
    organisation.time_zone = rows.string(3);
    organisation.language = rows.string(4);
    organisation.created_ms = rows.integer(5);
    organisation.licence = {rows.string(6), rows.integer(7), rows.integer(8), rows.optional_text(9)};
    return organisation;
}

// The day that it is where a day ends last (UTC-12): a licence holds through its last day, wherever the
// school is. The program carries no time zones.
std::string latest_today(std::int64_t now_ms) {
    return platform::iso8601(now_ms - 12LL * 3600 * 1000).substr(0, 10);
}

void refuse_taken_name(store::Read& read, std::int64_t except_id, const std::string& name) {
    if (read.integer("SELECT id FROM organisations WHERE name = ? AND id <> ?", name, except_id))
        platform::throw_conflict("There is an organisation \"" + name + "\" already.");
}

} // namespace

Organisation Organisations::get(store::Read& read, std::int64_t organisation_id) const {
    auto rows = read.query(
        "SELECT o.id, o.name, o.colour, o.time_zone, o.language, o.created_ms, l.type, l.seats,"
        " l.seats_taken, l.last_day FROM organisations o"
        " JOIN licences l ON l.organisation_id = o.id WHERE o.id = ?",
        organisation_id);
    if (!rows.step()) platform::throw_not_found("organisation");
    return organisation_of(rows);
}

std::vector<Organisation> Organisations::list(store::Read& read) const {
    std::vector<Organisation> organisations;
    auto rows = read.query(
        "SELECT o.id, o.name, o.colour, o.time_zone, o.language, o.created_ms, l.type, l.seats,"
        " l.seats_taken, l.last_day FROM organisations o"
        " JOIN licences l ON l.organisation_id = o.id ORDER BY o.name");
    while (rows.step())
        organisations.push_back(organisation_of(rows));
    return organisations;
}

Organisation Organisations::add(store::Tx& tx, const NewOrganisation& organisation) {
    refuse_taken_name(tx, 0, organisation.name);
    std::int64_t id = tx.insert(
        "INSERT INTO organisations (name, colour, time_zone, language, created_ms) VALUES (?, ?, ?, ?, ?)",
        organisation.name, organisation.colour, organisation.time_zone, organisation.language, tx.now_ms());
    tx.run("INSERT INTO licences (organisation_id, seats) VALUES (?, ?)", id, organisation.seats);
    Organisation added = get(tx, id);
    if (on_added) tx.after_commit([this, added] { on_added(added); });
    return added;
}

Organisation Organisations::change(store::Tx& tx, std::int64_t organisation_id,
                                   const OrganisationChange& change) {
    if (change.name) refuse_taken_name(tx, organisation_id, *change.name);
    tx.run(
        "UPDATE organisations SET name = coalesce(?2, name), colour = coalesce(?3, colour),"
        " time_zone = coalesce(?4, time_zone), language = coalesce(?5, language) WHERE id = ?1",
        organisation_id, change.name, change.colour, change.time_zone, change.language);
    return get(tx, organisation_id);
}

Licence Organisations::licence(store::Read& read, std::int64_t organisation_id) const {
    return get(read, organisation_id).licence;
}

void Organisations::set_licence(store::Tx& tx, std::int64_t organisation_id, std::int64_t seats,
                                const std::optional<std::string>& last_day) {
    Licence now = licence(tx, organisation_id);
    if (seats < now.seats_taken)
        platform::throw_conflict(std::to_string(now.seats_taken) +
                                 " headsets are paired: unpair some before reducing"
                                 " the licence to " +
                                 std::to_string(seats) + " seats.");
    tx.run("UPDATE licences SET seats = ?2, last_day = ?3 WHERE organisation_id = ?1", organisation_id, seats,
           last_day);
}

void Organisations::take_seat(store::Tx& tx, std::int64_t organisation_id) {
    bool taken = tx.run(
                     "UPDATE licences SET seats_taken = seats_taken + 1 WHERE organisation_id = ?"
                     " AND seats_taken < seats AND (last_day IS NULL OR last_day >= ?)",
                     organisation_id, latest_today(tx.now_ms())) == 1;
    if (!taken) refuse_without_seat(tx, organisation_id);
}

void Organisations::refuse_without_seat(store::Read& read, std::int64_t organisation_id) const {
    Licence now = licence(read, organisation_id);
    if (now.last_day && *now.last_day < latest_today(read.now_ms()))
        platform::throw_conflict("The licence ended on " + *now.last_day +
                                 ": no further headset can be paired.");
    if (now.seats_left() <= 0)
        platform::throw_conflict("All " + std::to_string(now.seats) +
                                 " seats of the licence are taken: unpair a headset first.");
}

void Organisations::give_seat_back(store::Tx& tx, std::int64_t organisation_id) {
    tx.run("UPDATE licences SET seats_taken = seats_taken - 1 WHERE organisation_id = ? AND seats_taken > 0",
           organisation_id);
}

nlohmann::json json_of(const Licence& licence) {
    return {{"type", licence.type},
            {"seats", licence.seats},
            {"seats_taken", licence.seats_taken},
            {"seats_left", licence.seats_left()},
            {"last_day", licence.last_day ? nlohmann::json(*licence.last_day) : nlohmann::json()}};
}

nlohmann::json json_of(const Organisation& organisation) {
    return {{"id", organisation.id},
            {"name", organisation.name},
            {"colour", organisation.colour},
            {"time_zone", organisation.time_zone},
            {"language", organisation.language},
            {"licence", json_of(organisation.licence)}};
}

} // namespace people
