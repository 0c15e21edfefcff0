// DPVR's remote control as a translator: its headsets are Lectern's headsets, and their orders are made of
// the same lessons as everybody's. The wire is described in docs/dpvr.md.
#pragma once

#include "devices/device.h"
#include "devices/pairing.h"
#include "devices/presence.h"
#include "live/hub.h"
#include "platform/clock.h"
#include "sessions/director.h"
#include "sessions/places.h"
#include "sessions/session.h"
#include "store/store.h"

namespace dialects::dpvr {

struct Parts { // all of it outlives what is made of it
    store::Store& store;
    live::Hub& hub;
    platform::Clock& clock;
    devices::Devices& devices;
    devices::Pairing& pairing;
    devices::Presence& presence;
    sessions::Sessions& sessions;
    sessions::Director& director;
    sessions::Places& places;
};

} // namespace dialects::dpvr
