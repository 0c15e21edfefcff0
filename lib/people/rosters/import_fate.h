// Decides what becomes of a row of a roster, here and now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "people/people.h"
#include "people/rosters/roster.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "store/transaction.h"

namespace people {

enum class Fate { add, update, unchanged, skip, error };
constexpr auto names_of(Fate) {
    return platform::names<Fate>({{Fate::add, "add"},
                                  {Fate::update, "update"},
                                  {Fate::unchanged, "unchanged"},
                                  {Fate::skip, "skip"},
                                  {Fate::error, "error"}});
}

struct RowFate {
    Fate fate = Fate::error;
    std::string reason;
    std::optional<PersonId> person_id; // the person, if already here
};

// `row` gets the nickname that it will have. With `update`, a person who is here already is updated.
RowFate fate_of(store::Read& read, const People& people, OrganisationId organisation_id, RosterRow& row,
                bool update);

} // namespace people
