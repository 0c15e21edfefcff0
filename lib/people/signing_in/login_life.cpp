#include "people/signing_in/login_life.h"

namespace people {

void hold_login_for(store::Tx& tx, Logins& logins, OrganisationId organisation_id, PersonId person_id,
                    LoginId login_id, std::int64_t life_ms) {
    tx.run(
        "UPDATE logins SET expires_ms = max(expires_ms, ?4) WHERE organisation_id = ?1 AND person_id = ?2 "
        "AND "
        "id = ?3",
        organisation_id, person_id, login_id, tx.now_ms() + life_ms);
    logins.refresh_person(tx, organisation_id, person_id); // memory has it after the commit
}

} // namespace people
