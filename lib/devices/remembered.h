// A headset that another system had, before it is paired here: its row waits, unpaired, and keeps what was recorded on
// it. It takes no seat of the licence and opens nothing; the day it pairs, it is this one.
#pragma once

#include <optional>
#include <string>

#include "platform/ids.h"
#include "store/transaction.h"

namespace devices {

// The headset of this organisation with that serial number, paired or not.
std::optional<DeviceId> with_serial_number(store::Read& read, OrganisationId organisation_id,
                                           std::string_view serial_number);

DeviceId remember_headset(store::Tx& tx, OrganisationId organisation_id, const std::string& serial_number);

} // namespace devices
