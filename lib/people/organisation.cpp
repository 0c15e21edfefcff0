#include "people/organisation.h"

#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/text.h"

namespace people {

namespace {

constexpr store::SqlText organisation_columns = R"sql(
    SELECT o.id, o.name, o.colour, o.time_zone, o.language, o.created_ms, l.type, l.seats, l.seats_taken,
        l.last_day, o.staff_pin, o.pick_names, o.leaderboard, o.gaze_days
    FROM organisations o JOIN licences l ON l.organisation_id = o.id)sql";

Organisation organisation_of(const store::Statement& rows) {
    Organisation organisation;
    Licence& licence = organisation.licence;
    OrganisationSettings& settings = organisation.settings;
    rows.read(organisation.id, organisation.name, organisation.colour, organisation.time_zone,
              organisation.language, organisation.created_ms, licence.type, licence.seats,
              licence.seats_taken, licence.last_day, settings.staff_pin, settings.pick_names,
              settings.leaderboard, settings.gaze_days);
    return organisation;
}

// The current day where days end last (UTC-12): a licence holds through its last day, wherever the school is.
// The program carries no time zones.
std::string latest_today(std::int64_t now_ms) {
    return platform::iso8601(now_ms - 12LL * 3600 * 1000).substr(0, 10);
}

void refuse_bad_day(const std::optional<std::string>& day) {
    if (day && (day->size() != 10 || !platform::parse_iso8601(*day + "T00:00:00Z")))
        platform::throw_invalid("last_day", "must be a day like 2027-07-31");
}

void refuse_taken_name(store::Read& read, OrganisationId except_id, const std::string& name) {
    if (read.integer("SELECT id FROM organisations WHERE name = ? AND id <> ?", name, except_id))
        platform::throw_conflict("There is an organisation \"" + name + "\" already.");
}

} // namespace

Organisation Organisations::get(store::Read& read, OrganisationId organisation_id) const {
    static constexpr auto by_id = organisation_columns + " WHERE o.id = ?";
    auto rows = read.query(by_id, organisation_id);
    if (!rows.step()) platform::throw_not_found("organisation");
    return organisation_of(rows);
}

std::vector<Organisation> Organisations::list(store::Read& read) const {
    std::vector<Organisation> organisations;
    static constexpr auto by_name = organisation_columns + " ORDER BY o.name";
    auto rows = read.query(by_name);
    while (rows.step())
        organisations.push_back(organisation_of(rows));
    return organisations;
}

OrganisationSettings Organisations::settings(store::Read& read, OrganisationId organisation_id) const {
    return get(read, organisation_id).settings;
}

Organisation Organisations::add(store::Tx& tx, const NewOrganisation& organisation) {
    refuse_taken_name(tx, {}, organisation.name);
    OrganisationId id = tx.insert<OrganisationId>(
        "INSERT INTO organisations (name, colour, time_zone, language, created_ms) VALUES (?, ?, ?, ?, ?)",
        organisation.name, organisation.colour, organisation.time_zone, organisation.language, tx.now_ms());
    refuse_bad_day(organisation.last_day);
    tx.run("INSERT INTO licences (organisation_id, seats, type, last_day) VALUES (?, ?, ?, ?)", id,
           organisation.seats, organisation.licence_type, organisation.last_day);
    Organisation made = get(tx, id);
    added(tx, made);
    return made;
}

Organisation Organisations::change(store::Tx& tx, OrganisationId organisation_id,
                                   const OrganisationChange& change) {
    if (change.name) refuse_taken_name(tx, organisation_id, *change.name);
    tx.run(
        "UPDATE organisations SET name = coalesce(?2, name), colour = coalesce(?3, colour),"
        " time_zone = coalesce(?4, time_zone), language = coalesce(?5, language),"
        " leaderboard = coalesce(?6, leaderboard), staff_pin = coalesce(?7, staff_pin),"
        " pick_names = coalesce(?8, pick_names), gaze_days = CASE WHEN ?9 THEN ?10 ELSE gaze_days END"
        " WHERE id = ?1",
        organisation_id, change.name, change.colour, change.time_zone, change.language, change.leaderboard,
        change.staff_pin, change.pick_names, change.gaze_days.has_value(),
        change.gaze_days.value_or(std::nullopt));
    return get(tx, organisation_id);
}

Licence Organisations::licence(store::Read& read, OrganisationId organisation_id) const {
    return get(read, organisation_id).licence;
}

Licence Organisations::change_licence(store::Tx& tx, OrganisationId organisation_id,
                                      const LicenceChange& change) {
    Licence now = licence(tx, organisation_id);
    if (change.seats && *change.seats < now.seats_taken)
        platform::throw_conflict(std::to_string(now.seats_taken) +
                                 " headsets are paired: unpair some before reducing"
                                 " the licence to " +
                                 std::to_string(*change.seats) + " seats.");
    if (change.last_day) refuse_bad_day(*change.last_day);
    tx.run(
        "UPDATE licences SET type = coalesce(?2, type), seats = coalesce(?3, seats),"
        " last_day = CASE WHEN ?4 THEN ?5 ELSE last_day END WHERE organisation_id = ?1",
        organisation_id, change.type, change.seats, change.last_day.has_value(),
        change.last_day.value_or(std::nullopt));
    licence_changed(tx, organisation_id);
    return licence(tx, organisation_id);
}

void Organisations::take_seat(store::Tx& tx, OrganisationId organisation_id) {
    bool taken = tx.run(
                     "UPDATE licences SET seats_taken = seats_taken + 1 WHERE organisation_id = ?"
                     " AND seats_taken < seats AND (last_day IS NULL OR last_day >= ?)",
                     organisation_id, latest_today(tx.now_ms())) == 1;
    if (!taken) refuse_without_seat(tx, organisation_id);
}

void Organisations::refuse_without_seat(store::Read& read, OrganisationId organisation_id) const {
    Licence now = licence(read, organisation_id);
    if (now.last_day && *now.last_day < latest_today(read.now_ms()))
        platform::throw_conflict("The licence ended on " + *now.last_day +
                                 ", so no further headset can be paired; lessons go on with those that are."
                                 " Ask whoever looks after this box to extend the licence.");
    if (now.seats_left() <= 0)
        platform::throw_conflict("All " + std::to_string(now.seats) +
                                 " seats of the licence are taken: unpair a headset that is no longer used,"
                                 " or ask whoever looks after this box for more seats.");
}

void Organisations::give_seat_back(store::Tx& tx, OrganisationId organisation_id) {
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
            {"staff_pin", organisation.settings.staff_pin},
            {"pick_names", organisation.settings.pick_names},
            {"leaderboard", platform::name_of(organisation.settings.leaderboard)},
            {"gaze_days", organisation.settings.gaze_days ? nlohmann::json(*organisation.settings.gaze_days)
                                                          : nlohmann::json()},
            {"licence", json_of(organisation.licence)}};
}

} // namespace people
