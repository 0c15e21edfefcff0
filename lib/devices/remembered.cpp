#include "devices/remembered.h"

namespace devices {

std::optional<DeviceId> with_serial_number(store::Read& read, OrganisationId organisation_id,
                                           std::string_view serial_number) {
    return read.id<DeviceId>("SELECT id FROM devices WHERE organisation_id = ? AND serial_number = ?",
                             organisation_id, serial_number);
}

DeviceId remember_headset(store::Tx& tx, OrganisationId organisation_id, const std::string& serial_number) {
    return tx.insert<DeviceId>(
        "INSERT INTO devices (organisation_id, serial_number, name, paired, created_ms) VALUES (?1, ?2, ?2, 0, ?3)",
        organisation_id, serial_number, tx.now_ms());
}

} // namespace devices
