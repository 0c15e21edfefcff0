// The LMS dialect: the VR LMS (nickname + PIN, classes, sessions, live control). It is a translator: its
// calls and socket actions use the same classes as Lectern's own API. The wire is described in dialects.md,
// and is a contract.
#pragma once

#include "courses/lesson.h"
#include "devices/device.h"
#include "devices/pairing.h"
#include "live/hub.h"
#include "people/classes.h"
#include "people/organisation.h"
#include "people/people.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/sign_in.h"
#include "runs/run.h"
#include "sessions/director.h"
#include "sessions/session.h"
#include "store/store.h"

namespace dialects::lms {

struct Parts { // all of it outlives the routes and sockets
    store::Store& store;
    people::Organisations& organisations;
    people::People& people;
    people::Classes& classes;
    people::Logins& logins;
    people::SignIn& sign_in;
    devices::Devices& devices;
    devices::Pairing& pairing;
    courses::Lessons& lessons;
    runs::Runs& runs;
    sessions::Sessions& sessions;
    sessions::Director& director;
    live::Hub& hub;
};

} // namespace dialects::lms
