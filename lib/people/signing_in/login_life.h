// A login that holds longer without use than others do, where a client was promised so.
#pragma once

#include <cstdint>

#include "people/signing_in/logins.h"

namespace people {

void hold_login_for(store::Tx& tx, Logins& logins, std::int64_t organisation_id, std::int64_t person_id,
                    std::int64_t login_id, std::int64_t life_ms);

} // namespace people
