// The unreal dialect: Unreal behaviour tracking. It is a translator: its sessions are runs, and its events go
// where Lectern's own go. The wire is described in dialects.md, and is a contract.
#pragma once

#include "platform/clock.h"
#include "platform/random.h"
#include "runs/ingest.h"
#include "runs/run.h"

namespace dialects::unreal {

struct Parts { // all of it outlives the routes
    runs::Runs& runs;
    runs::Ingest& ingest;
    platform::Random& random;
    const platform::Clock& clock;
};

} // namespace dialects::unreal
