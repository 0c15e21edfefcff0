// Lets a login live longer without use than others do, where a client was promised that.
#pragma once

#include <cstdint>

#include "people/signing_in/logins.h"
#include "platform/ids.h"

namespace people {

void hold_login_for(store::Tx& tx, Logins& logins, OrganisationId organisation_id, PersonId person_id,
                    LoginId login_id, std::int64_t life_ms);

} // namespace people
