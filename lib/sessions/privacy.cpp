#include "sessions/privacy.h"

namespace sessions {

bool erase_hands(store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool) {
    tx.run("DELETE FROM hands WHERE organisation_id = ? AND person_id = ?", organisation_id, person_id);
    return true;
}

} // namespace sessions
