// The seats dialect: the seat monitor (a live seat map; sign-in by user name and authenticator). It is a
// translator: cinema is its word for an organisation, hall for a room, RESERVED for occupied. The wire is
// described in dialects.md, and is a contract.
#pragma once

#include "live/hub.h"
#include "people/organisation.h"
#include "people/people.h"
#include "people/signing_in/guesses.h"
#include "people/signing_in/invitation.h"
#include "people/signing_in/known_sources.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/second_factor.h"
#include "platform/clock.h"
#include "platform/random.h"
#include "rooms/room.h"

namespace dialects::seats {

struct Parts { // all of it outlives the routes and sockets
    people::Organisations& organisations;
    people::People& people;
    people::Logins& logins;
    people::SecondFactor& second_factor;
    people::Invitations& invitations;
    people::Guesses& guesses;
    people::KnownSources& known_sources;
    rooms::Rooms& rooms;
    live::Hub& hub;
    platform::Clock& clock;
    platform::Random& random;
    bool secure = false; // cookies only over TLS
};

} // namespace dialects::seats
