// The trainer dialect: the scenario trainer, under /api/v1. It is a translator: its calls use the same
// classes as Lectern's own API. The wire is described in dialects.md, and is a contract.
#pragma once

#include <memory>

#include "chat/chat.h"
#include "dialects/trainer/tries.h"
#include "people/organisation.h"
#include "people/people.h"
#include "people/profile.h"
#include "people/signing_in/invitation.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/sign_in.h"
#include "platform/clock.h"
#include "platform/crypto.h"
#include "progress/progress.h"
#include "scenarios/scenario.h"
#include "store/store.h"
#include "trainings/training.h"

namespace dialects::trainer {

struct Parts { // all of it outlives the routes
    store::Store& store;
    platform::Clock& clock;
    platform::SecretHasher& hasher;
    people::Organisations& organisations;
    people::People& people;
    people::Profiles& profiles;
    people::Invitations& invitations;
    people::Logins& logins;
    people::SignIn& sign_in;
    scenarios::Scenarios& scenarios;
    runs::Runs& runs;
    trainings::Trainings& trainings;
    progress::Progress& progress;
    chat::Chat& chat;
    std::shared_ptr<Tries> tries = std::make_shared<Tries>();
};

} // namespace dialects::trainer
