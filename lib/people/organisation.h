// Organisations: the tenants of a box, each with a licence whose seats its paired headsets take.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "platform/ids.h"
#include "platform/names.h"
#include "store/hook.h"
#include "store/transaction.h"

namespace people {

struct Licence {
    std::string type;
    std::int64_t seats = 0, seats_taken = 0;
    std::optional<std::string> last_day; // "YYYY-MM-DD"; null: never ends
    std::int64_t seats_left() const { return seats - seats_taken; }
};

// Children need not be ranked by name, or at all.
enum class LeaderboardMode { off, anonymous, names };
constexpr auto names_of(LeaderboardMode) {
    return platform::names<LeaderboardMode>({{LeaderboardMode::off, "off"},
                                             {LeaderboardMode::anonymous, "anonymous"},
                                             {LeaderboardMode::names, "names"}});
}

// Settings that a school decides for itself.
struct OrganisationSettings {
    bool staff_pin = true;   // may staff sign in by PIN alone? Never to administer
    bool pick_names = false; // may students pick their name on a headset instead of typing it?
    LeaderboardMode leaderboard = LeaderboardMode::anonymous;
    // Events older than this are reduced to their rollups; null: never. What a new school has: schema.sql.
    std::optional<std::int64_t> gaze_days;
};

struct Organisation {
    OrganisationId id;
    std::string name, colour, time_zone, language;
    std::int64_t created_ms = 0;
    OrganisationSettings settings;
    Licence licence;
};

struct NewOrganisation {
    std::string name;
    std::string colour = "#2f6fde", time_zone = "UTC", language = "en";
    std::int64_t seats = 40;
    std::string licence_type = "school";
    std::optional<std::string> last_day;
};

// The outer optional says whether to change the field, the inner one whether it has a value.
struct OrganisationChange {
    std::optional<std::string> name, colour, time_zone, language;
    std::optional<LeaderboardMode> leaderboard;
    std::optional<bool> staff_pin, pick_names;
    std::optional<std::optional<std::int64_t>> gaze_days;
};

struct LicenceChange {
    std::optional<std::string> type;
    std::optional<std::int64_t> seats;
    std::optional<std::optional<std::string>> last_day; // Error invalid unless it is a real date
};

class Organisations {
public:
    Organisation get(store::Read& read, OrganisationId organisation_id) const; // Error not_found
    std::vector<Organisation> list(store::Read& read) const;                   // of the whole box
    OrganisationSettings settings(store::Read& read, OrganisationId organisation_id) const;
    Organisation add(store::Tx& tx, const NewOrganisation& organisation);
    Organisation change(store::Tx& tx, OrganisationId organisation_id, const OrganisationChange& change);

    Licence licence(store::Read& read, OrganisationId organisation_id) const;
    // Error conflict when more headsets are paired than `seats`. It never stops anything that runs.
    Licence change_licence(store::Tx& tx, OrganisationId organisation_id, const LicenceChange& change);
    // Takes one seat, in one statement that cannot exceed the seats bought. Error conflict: no seat left, or
    // the licence has ended.
    void take_seat(store::Tx& tx, OrganisationId organisation_id);
    // The same check without taking a seat, for before a code is given out.
    void refuse_without_seat(store::Read& read, OrganisationId organisation_id) const;
    void give_seat_back(store::Tx& tx, OrganisationId organisation_id);

    store::After<Organisation> added;
    store::During<OrganisationId> licence_changed; // after the change
};

nlohmann::json json_of(const Organisation& organisation);
nlohmann::json json_of(const Licence& licence);

} // namespace people
