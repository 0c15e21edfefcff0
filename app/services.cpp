#include "app/services.h"

#include "app/first_start.h"
#include "app/wiring.h"

#include "http/serving/standing.h"
#include "platform/error.h"
#include "platform/log.h"
#include "store/epoch.h"

namespace app {

namespace {

std::string random_epoch(platform::Random& random) {
    return platform::random_token(random, 9);
}

// The limits of a headset's standing, as the welcome tells them to it.
sessions::SocketLimits headset_limits() {
    const http::StandingLimits& limits = http::limits_of(http::Standing::headset);
    return {.unanswered = limits.unanswered,
            .message_bytes = limits.message_bytes,
            .batch_events = runs::batch_events_limit};
}

} // namespace

Services::Services(const ServicesOptions& options, platform::Clock& the_clock, platform::Random& the_random,
                   live::Hub::Post post)
    : clock(the_clock),
      random(the_random),
      folder(options.folder),
      store({.folder = options.folder,
             .readers = options.readers,
             .on_storage_full = [this](bool full) { storage_full.now(full); },
             .refuse_new = why_not_a_new_school(options.folder),
             .vfs = options.vfs},
            the_clock),
      hasher(open_pepper(store, options.folder / "pepper", the_random, options.hashing)),
      audit_key(open_audit_key(store, options.folder, the_random)),
      audit(the_clock, audit_key, options.folder),
      backups(store, options.folder, the_clock),
      nightly(store, backups, options.nightly),
      logins(the_random),
      site_keys(the_random),
      people(logins),
      classes(people),
      known_sources(the_random),
      second_factor(the_random, logins),
      invitations(the_random, people, second_factor),
      login_cards(the_random, people),
      sign_in(store, hasher, people, logins, guesses, known_sources, second_factor, login_cards),
      setup(organisations, people, guesses, the_random),
      imports(store, people, hasher, the_random),
      privacy(people),
      devices(organisations, logins),
      pairing(devices, organisations, logins, the_random),
      rooms(devices, people, classes),
      scenarios(the_random),
      courses(lessons),
      timetable(classes),
      contents(the_random),
      content_files(options.folder / "content"),
      pace(options.content_bytes_per_s),
      runs(the_random),
      ingest(runs),
      trainings(runs, scenarios, devices),
      hub(std::move(post), the_clock, random_epoch(the_random)),
      pictures(hub, the_clock),
      board(hub, the_clock, presence, logins, places),
      director({store, hub, the_clock, sessions, runs, presence, rooms, logins, places, board, hands,
                pictures, inspector, headset_limits()}),
      training_board(hub, the_clock),
      progress(people, trainings),
      chat_endpoint(options.chat, the_clock),
      chat(store, chat_endpoint, trainings, organisations),
      chat_feed(hub, the_clock) {
    pictures.set_bytes_per_s(options.pictures_bytes_per_s);
    connect(*this);
    came_from_elsewhere_ = store::begin_epoch_if_moved(store, folder, random);
    keep_pepper_check(store, hasher);
    audit.begin(store);
}

// The store is the first member and goes last, but its jobs use all the others.
Services::~Services() {
    stop();
}

void Services::stop() {
    if (stopped_) return;
    stopped_ = true;
    background_.stop();
    pace.stop();
    try {
        store.write("last things", [this](store::Tx& tx) {
            while (audit.flush(tx)) {
            }
            logins.keep_prolonged(tx);
            presence.keep_due(tx);
        });
    } catch (const platform::Error& error) {
        platform::log_error(std::string("at the stop: ") + error.what());
    }
    store.stop();
    audit.end();
}

void Services::bring_in(ImportId id) {
    background_.run([this, id](const std::function<bool()>& is_stopping) { imports.run(id, is_stopping); });
}

} // namespace app
