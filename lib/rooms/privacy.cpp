#include "rooms/privacy.h"

namespace rooms {

bool erase_places(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool) {
    tx.run(
        "UPDATE class_seats SET person_id = NULL WHERE person_id = ?2 AND class_id IN"
        " (SELECT id FROM classes WHERE organisation_id = ?1)",
        organisation_id, person_id);
    return true;
}

} // namespace rooms
