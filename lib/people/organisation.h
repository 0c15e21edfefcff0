// Organisations: the tenants of a box, each with a licence whose seats its paired headsets take.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/transaction.h"

namespace people {

struct Licence {
    std::string type;
    std::int64_t seats = 0, seats_taken = 0;
    std::optional<std::string> last_day; // "YYYY-MM-DD"; null: never ends
    std::int64_t seats_left() const { return seats - seats_taken; }
};

struct Organisation {
    std::int64_t id = 0;
    std::string name, colour, time_zone, language;
    std::int64_t created_ms = 0;
    Licence licence;
};

struct NewOrganisation {
    std::string name;
    std::string colour = "#2f6fde", time_zone = "UTC", language = "en";
    std::int64_t seats = 40;
};

struct OrganisationChange {
    std::optional<std::string> name, colour, time_zone, language;
};

class Organisations {
public:
    Organisation get(store::Read& read, std::int64_t organisation_id) const; // Error not_found
    std::vector<Organisation> list(store::Read& read) const;                 // of the whole box
    Organisation add(store::Tx& tx, const NewOrganisation& organisation);
    Organisation change(store::Tx& tx, std::int64_t organisation_id, const OrganisationChange& change);

    Licence licence(store::Read& read, std::int64_t organisation_id) const;
    // Error conflict when more headsets are paired than `seats`.
    void set_licence(store::Tx& tx, std::int64_t organisation_id, std::int64_t seats,
                     const std::optional<std::string>& last_day);
    // Takes one seat, in one statement that cannot exceed the seats bought. Error conflict: none left, or the
    // licence ended.
    void take_seat(store::Tx& tx, std::int64_t organisation_id);
    // The same question without taking one: before a code is given out.
    void refuse_without_seat(store::Read& read, std::int64_t organisation_id) const;
    void give_seat_back(store::Tx& tx, std::int64_t organisation_id);

    // After the commit, on the writer thread.
    std::function<void(const Organisation&)> on_added;
};

nlohmann::json json_of(const Organisation& organisation);
nlohmann::json json_of(const Licence& licence);

} // namespace people
