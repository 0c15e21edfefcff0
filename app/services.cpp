#include "app/services.h"

#include "app/wiring.h"

#include "platform/error.h"
#include "platform/log.h"

namespace app {

namespace {

std::string random_epoch(platform::Random& random) {
    return platform::random_token(random, 9);
}

} // namespace

Services::Services(const ServicesOptions& options, platform::Clock& clock_, platform::Random& random_,
                   live::Hub::Post post)
    : clock(clock_),
      random(random_),
      folder(options.folder),
      store({.folder = options.folder,
             .readers = options.readers,
             .on_storage_full = [this](bool full) { storage_full.now(full); }},
            clock_),
      hasher(options.folder / "pepper", random_, options.hashing),
      audit(clock_),
      backups(store, options.folder, clock_),
      logins(random_),
      site_keys(random_),
      people(logins),
      classes(people),
      second_factor(random_, logins),
      invitations(random_, people, second_factor),
      login_cards(random_, people),
      sign_in(store, hasher, people, logins, lockouts, second_factor, login_cards, clock_),
      setup(organisations, people, lockouts, random_),
      imports(store, people, hasher, random_),
      privacy(people),
      devices(organisations, logins),
      pairing(devices, organisations, logins, random_),
      rooms(devices, people, classes),
      scenarios(random_),
      courses(lessons),
      timetable(classes),
      contents(random_),
      content_files(options.folder / "content"),
      pace(options.content_bytes_per_s),
      runs(random_),
      ingest(runs),
      trainings(runs, scenarios, devices),
      hub(std::move(post), clock_, random_epoch(random_)),
      pictures(hub, clock_),
      board(hub, clock_),
      director(
          {store, hub, clock_, sessions, runs, presence, rooms, logins, board, hands, pictures, inspector}),
      training_board(hub, clock_),
      progress(people, trainings),
      chat_endpoint(options.chat, clock_),
      chat(store, chat_endpoint, trainings, organisations),
      chat_feed(hub, clock_) {
    pictures.set_bytes_per_s(options.pictures_bytes_per_s);
    connect(*this);
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
}

void Services::bring_in(ImportId id) {
    background_.run([this, id](const std::function<bool()>& is_stopping) { imports.run(id, is_stopping); });
}

} // namespace app
