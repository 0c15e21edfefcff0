// Everything that the box does, put together but not yet listening. The appliance puts the network in front
// of it; the command line uses it as it is when no server holds the data folder.
//
// This and appliance.h are the one composition root. Where a low module must tell a high one it has a hook,
// and wiring.cpp connects them; nothing else in the program knows both ends.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "admin/backup.h"
#include "admin/nightly.h"
#include "app/background.h"
#include "app/schedule.h"
#include "audit/log.h"
#include "chat/chat.h"
#include "chat/feed.h"
#include "chat/privacy.h"
#include "courses/content.h"
#include "courses/content_files.h"
#include "courses/course.h"
#include "courses/lesson.h"
#include "courses/pace.h"
#include "devices/device.h"
#include "devices/inspector.h"
#include "devices/pairing.h"
#include "devices/presence.h"
#include "live/hub.h"
#include "people/classes.h"
#include "people/organisation.h"
#include "people/people.h"
#include "people/privacy.h"
#include "people/profile.h"
#include "people/rosters/import.h"
#include "people/signing_in/guesses.h"
#include "people/signing_in/invitation.h"
#include "people/signing_in/known_sources.h"
#include "people/signing_in/login_card.h"
#include "people/signing_in/logins.h"
#include "people/signing_in/second_factor.h"
#include "people/signing_in/setup.h"
#include "people/signing_in/sign_in.h"
#include "people/signing_in/site_keys.h"
#include "platform/clock.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "platform/random.h"
#include "progress/progress.h"
#include "rooms/room.h"
#include "runs/ingest.h"
#include "runs/privacy.h"
#include "runs/run.h"
#include "scenarios/scenario.h"
#include "sessions/before/fetching.h"
#include "sessions/director.h"
#include "sessions/places.h"
#include "sessions/session.h"
#include "sessions/shown/board.h"
#include "sessions/shown/pictures.h"
#include "store/hook.h"
#include "store/store.h"
#include "timetable/timetable.h"
#include "trainings/board.h"
#include "trainings/training.h"
#include "trainings/waiting.h"

namespace app {

struct ServicesOptions {
    std::filesystem::path folder;
    platform::SecretHasher::Cost hashing = platform::SecretHasher::Cost::interactive;
    int readers = 2;
    // Of the room's Wi-Fi: for pictures from headsets, and for content to them.
    std::int64_t pictures_bytes_per_s = sessions::Pictures::default_bytes_per_s;
    std::int64_t content_bytes_per_s = 6'250'000;
    chat::EndpointOptions chat{};
    admin::NightlyOptions nightly{};
    std::string vfs{}; // the name of SQLite's file layer; "" is the system's
};

class Services {
public:
    // `post` runs work on the io thread; without a server the work is dropped, because nobody is connected.
    Services(const ServicesOptions& options, platform::Clock& clock, platform::Random& random,
             live::Hub::Post post);
    ~Services();
    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    platform::Clock& clock;
    platform::Random& random;
    const std::filesystem::path folder;

    // Brings what only memory knows to disk and finishes what the store accepted. Nothing is taken
    // afterwards.
    void stop();

    // Whether this start found a database that was restored or copied here (store/epoch.h).
    bool came_from_elsewhere() const { return came_from_elsewhere_; }

    // Goes on with the import of a roster, on a thread of its own.
    void bring_in(ImportId id);

    store::After<bool> storage_full;          // the disk is full, or has room again
    store::After<rooms::Room> recovered_room; // at the start, for what pages and dialects show
    store::After<OrganisationId, rooms::Seat> recovered_seat;

    Schedule schedule{*this};
    store::Store store;
    platform::SecretHasher hasher;
    const audit::Key audit_key;
    audit::Log audit;
    admin::Backups backups;
    admin::Nightly nightly;

    people::Organisations organisations;
    people::Logins logins;
    people::SiteKeys site_keys;
    people::People people;
    people::Classes classes;
    people::Guesses guesses;
    people::KnownSources known_sources;
    people::Profiles profiles;
    people::SecondFactor second_factor;
    people::Invitations invitations;
    people::LoginCards login_cards;
    people::SignIn sign_in;
    people::Setup setup;
    people::Imports imports;
    people::Privacy privacy;

    devices::Devices devices;
    devices::Presence presence;
    devices::Pairing pairing;
    devices::Inspector inspector;

    rooms::Rooms rooms;
    courses::Lessons lessons;
    scenarios::Scenarios scenarios;
    courses::Courses courses;
    timetable::Timetable timetable;
    courses::Contents contents;
    courses::ContentFiles content_files;
    courses::Pace pace; // of content to headsets
    runs::Runs runs;
    runs::Ingest ingest;
    trainings::Trainings trainings;
    trainings::Waiting waiting;
    runs::Retention retention;

    live::Hub hub;
    sessions::Sessions sessions;
    sessions::Hands hands;
    sessions::Fetching fetching;
    sessions::Pictures pictures;
    sessions::Places places;
    sessions::Board board;
    sessions::Director director;
    trainings::Board training_board;

    progress::Progress progress;
    chat::Endpoint chat_endpoint;
    chat::Chat chat;
    chat::Feed chat_feed;
    chat::Retention chat_retention;

private:
    bool stopped_ = false, came_from_elsewhere_ = false;
    Background background_; // the last member: what it does uses all the others
};

} // namespace app
