// What is on just now, for those who are not part of it.
#pragma once

#include <cstdint>
#include <optional>

#include "platform/ids.h"
#include "store/transaction.h"

namespace sessions {

// The class that a headset is for, whose names it offers to pick from: of the lesson that is on or prepared
// where the headset's seat is; otherwise of one that has no room.
std::optional<ClassId> class_due(store::Read& read, OrganisationId organisation_id, DeviceId device_id);

// Anywhere on the box; a paused one is on, too, but not one that nobody has given an order for half a day.
bool is_lesson_on(store::Read& read);

} // namespace sessions
