// What the demo school has trained already: runs with their scores, a conversation, one that is under way. So
// that the leaderboard and a student's page show something from the first look on.
#pragma once

#include <cstdint>

#include "platform/ids.h"

namespace app {

class Services;

void add_demo_trainings(Services& services, OrganisationId organisation_id, PersonId teacher_id);

} // namespace app
