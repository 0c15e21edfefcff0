#include "sessions/privacy.h"

namespace sessions {

bool erase_hands(store::Tx& tx, std::int64_t organisation_id, std::int64_t person_id, bool) {
    tx.run("DELETE FROM hands WHERE organisation_id = ? AND person_id = ?", organisation_id, person_id);
    return true;
}

} // namespace sessions
