// The trainings that the demo school has done already: runs with their scores, a conversation, and a run
// under way. So the leaderboard and a student's page show something at the first look.
#pragma once

#include <cstdint>

#include "platform/ids.h"

namespace app {

class Services;

void add_demo_trainings(Services& services, OrganisationId organisation_id, PersonId teacher_id);

} // namespace app
