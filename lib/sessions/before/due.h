// Questions about what is on just now, asked by modules that take no part in it.
#pragma once

#include <cstdint>
#include <optional>

#include "platform/ids.h"
#include "store/transaction.h"

namespace sessions {

// The class whose names a headset offers to pick from: that of the lesson that is running or prepared in the
// room of the headset's seat; otherwise that of one without a room.
std::optional<ClassId> class_due(store::Read& read, OrganisationId organisation_id, DeviceId device_id);

// Anywhere on the box. A paused lesson counts; one that nobody has given an order for half a day doesn't.
bool is_lesson_on(store::Read& read);

} // namespace sessions
