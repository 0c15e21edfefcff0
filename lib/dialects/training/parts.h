// The training dialect: the VR training platform (headsets linked by a code, scenarios, licences). It is a
// translator: its calls use the same classes as Lectern's own API. The wire is described in dialects.md, and
// is a contract. Its client is the organisation; its running scenario and record are one Training.
#pragma once

#include "audit/log.h"
#include "devices/device.h"
#include "devices/pairing.h"
#include "devices/presence.h"
#include "people/organisation.h"
#include "people/people.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/sign_in.h"
#include "platform/clock.h"
#include "scenarios/scenario.h"
#include "store/store.h"
#include "trainings/training.h"
#include "trainings/waiting.h"

namespace dialects::training {

struct Parts { // all of it outlives the routes
    store::Store& store;
    platform::Clock& clock;
    audit::Log& audit;
    people::Organisations& organisations;
    people::People& people;
    people::Logins& logins;
    people::SignIn& sign_in;
    devices::Devices& devices;
    devices::Presence& presence;
    devices::Pairing& pairing;
    scenarios::Scenarios& scenarios;
    trainings::Trainings& trainings;
    trainings::Waiting& waiting;
    bool tls = false; // then the cookie is __Host- and Secure
};

} // namespace dialects::training
