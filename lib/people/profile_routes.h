#pragma once

#include "http/serving/route.h"
#include "people/profile.h"

namespace people {

// /v1/password-requests and /v1/people/:id/password-request: people who forgot their password.
void add_profile_routes(http::RouteTable& table, Profiles& profiles);

} // namespace people
