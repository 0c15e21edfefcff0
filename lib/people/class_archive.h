// Removed classes. They are hidden, but their students, timetable and past sessions still refer to them, so a
// removal can be undone.
#pragma once

#include <cstdint>

#include "people/classes.h"
#include "platform/ids.h"

namespace people {

store::Page<Class> removed_classes(store::Read& read, OrganisationId organisation_id,
                                   const store::PageRequest& page);
// Error conflict while another class has its name.
Class restore_class(store::Tx& tx, const Classes& classes, OrganisationId organisation_id, ClassId id);

} // namespace people
