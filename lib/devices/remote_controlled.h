// Headsets that are controlled from outside, without an app of ours, and which school has taken them in. They are
// known by a serial number that they say and cannot prove.
#pragma once

#include <optional>
#include <string_view>

#include "platform/ids.h"
#include "store/transaction.h"

namespace devices {

void take_in(store::Tx& tx, OrganisationId organisation_id, std::string_view serial_number);
void let_go(store::Tx& tx, OrganisationId organisation_id, std::string_view serial_number);
std::optional<OrganisationId> taken_in_by(store::Read& read, std::string_view serial_number);

} // namespace devices
