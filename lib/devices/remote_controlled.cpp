#include "devices/remote_controlled.h"

namespace devices {

void take_in(store::Tx& tx, OrganisationId organisation_id, std::string_view serial_number) {
    tx.run(
        "INSERT INTO remote_controlled (serial_number, organisation_id, taken_in_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (serial_number) DO UPDATE SET organisation_id = excluded.organisation_id",
        serial_number, organisation_id, tx.now_ms());
}

void let_go(store::Tx& tx, OrganisationId organisation_id, std::string_view serial_number) {
    tx.run("DELETE FROM remote_controlled WHERE serial_number = ? AND organisation_id = ?", serial_number,
           organisation_id);
}

std::optional<OrganisationId> taken_in_by(store::Read& read, std::string_view serial_number) {
    return read.id<OrganisationId>("SELECT organisation_id FROM remote_controlled WHERE serial_number = ?",
                                   serial_number);
}

} // namespace devices
