// Shows open trainings to pages, as topics of the hub.
//   organisation/ID  "training/3": what headset 3 has to train, and how far it is: the teacher's queue
//   run/12           "training", "item/KEY" of the checklist, "note/5"; those who talk in a run add to it
// A run's topic opens with its first change, and closes an hour after its record.
#pragma once

#include <memory>

#include "live/hub.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "trainings/training.h"

namespace trainings {

class Board {
public:
    Board(live::Hub& hub, platform::Clock& clock);
    ~Board();

    // ---- any thread ----
    void changed(const trainings::Trainings::Shown& shown);
    void device_removed(OrganisationId organisation_id, DeviceId device_id);

    // ---- io thread; about every second ----
    void tick();

private:
    struct Impl;
    live::Hub& hub_;
    std::shared_ptr<Impl> impl_;
};

} // namespace trainings
