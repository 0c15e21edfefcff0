#include "app/services.h"

#include "platform/error.h"
#include "platform/log.h"
#include "progress/privacy.h"
#include "rooms/privacy.h"
#include "sessions/before/due.h"
#include "sessions/privacy.h"

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
             .on_storage_full =
                 [this](bool full) {
                     if (on_storage_full) on_storage_full(full);
                 }},
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
    connect_people();
    connect_rosters();
    connect_headsets();
    connect_rooms();
    connect_content();
    connect_trainings();
    connect_progress();
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

void Services::connect_people() {
    organisations.on_added = [this](const people::Organisation& organisation) {
        board.organisation_added(organisation.id);
        board.pairing_changed({organisation.id, std::nullopt, organisation.licence.seats_left()});
    };
    organisations.on_licence_changed = [this](store::Tx& tx, OrganisationId organisation_id) {
        tx.after_commit([this, state = pairing.state(tx, organisation_id)] { board.pairing_changed(state); });
    };
    logins.on_signed_in = [this](OrganisationId organisation_id, DeviceId device_id,
                                 std::optional<people::PersonReference> person) {
        board.person_changed(organisation_id, device_id, person);
        director.signed_in(organisation_id, device_id, person);
        if (on_signed_in) on_signed_in(device_id, person);
    };
    logins.on_ended = [this](const std::vector<LoginId>& login_ids) {
        if (on_logins_ended) on_logins_ended(login_ids);
    };
    people.on_deactivating = [this](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
        rooms.vacate_person(tx, organisation_id, person_id);
    };
    people.on_renamed = [this](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
        rooms.tell_renamed(tx, organisation_id, person_id);
    };
}

void Services::connect_rosters() {
    imports.on_committed = [this](ImportId id) { import_on(id); };
    imports.on_progress = [this](const people::Import& import) {
        hub.post([import](live::Hub& there) {
            there.set(
                "organisation/" + to_string(import.organisation_id), "import",
                {{"id", import.id}, {"state", import.state}, {"rows", import.rows}, {"done", import.done}});
        });
    };
    privacy.add_exporter(runs::export_runs);
    privacy.add_exporter(chat::export_conversations);
    privacy.add_exporter(progress::export_progress);
    privacy.add_eraser(rooms::erase_places);
    privacy.add_eraser(sessions::erase_hands);
    // What belongs to runs goes before they become nobody's.
    privacy.add_eraser([this](store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool) {
        profiles.close_password_request(tx, organisation_id, person_id);
        return chat::erase_conversations(tx, organisation_id, person_id,
                                         [this](RunId run_id) { chat_feed.forgotten(run_id); });
    });
    privacy.add_eraser([](store::Tx& tx, OrganisationId organisation_id, PersonId person_id, bool) {
        return progress::erase_progress(tx, organisation_id, person_id);
    });
    privacy.add_eraser(runs::erase_runs);
    retention.is_busy = sessions::is_lesson_on;
    retention.also = [this](store::Tx& tx) { return chat_retention.work(tx); };
}

void Services::import_on(ImportId id) {
    background_.run([this, id](const std::function<bool()>& is_stopping) { imports.run(id, is_stopping); });
}

void Services::connect_headsets() {
    devices.on_unpairing = [this](store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
        rooms.vacate_device(tx, organisation_id, device_id);
        if (const auto open = trainings.open_on(tx, organisation_id, device_id))
            trainings.cancel(tx, organisation_id, open->run.id);
    };
    devices.on_changed = [this](const devices::Device& device) {
        presence.add(device);
        waiting.device_changed(device);
        board.device_changed(device);
    };
    devices.on_unpaired = [this](OrganisationId organisation_id, DeviceId device_id) {
        presence.remove(device_id);
        waiting.device_removed(device_id);
        training_board.device_removed(organisation_id, device_id);
        inspector.forget(device_id);
        board.device_removed(organisation_id, device_id);
        director.device_removed(organisation_id, device_id);
    };
    presence.on_changed = [this](const devices::Present& present) {
        board.presence_changed(present);
        director.presence_changed(present);
    };
    pairing.on_state = [this](const devices::PairingState& state) { board.pairing_changed(state); };
    pairing.on_requested = [this](const devices::PairingRequest& request) {
        board.pairing_requested(request);
    };
    pairing.on_request_closed = [this](OrganisationId organisation_id, PairingRequestId request_id) {
        board.pairing_request_closed(organisation_id, request_id);
    };
    // Events that name no run belong to the lesson that their headset is in.
    ingest.on_unnamed_run([this](store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
        return director.settle(tx, organisation_id, device_id);
    });
}

void Services::tell_room(const rooms::Room& room) {
    board.room_changed(room);
    if (room_watcher.room_changed) room_watcher.room_changed(room);
}

void Services::tell_seat(OrganisationId organisation_id, const rooms::Seat& seat) {
    board.seat_changed(organisation_id, seat);
    if (room_watcher.seat_changed) room_watcher.seat_changed(seat);
}

void Services::connect_content() {
    fetching.on_ordered = [this](DeviceId device_id, const nlohmann::json& push) {
        director.tell(device_id, "content.fetch", push);
    };
    fetching.on_progress = [this](DeviceId device_id, const nlohmann::json& so_far) {
        board.content_changed(device_id, so_far);
    };
}

void Services::connect_rooms() {
    rooms.on_seat_changed = [this](OrganisationId organisation_id, const rooms::Seat& seat) {
        tell_seat(organisation_id, seat);
        director.seat_changed(organisation_id, seat);
    };
    rooms.on_seat_removed = [this](OrganisationId, RoomId room_id, SeatId seat_id) {
        board.seat_removed(room_id, seat_id);
        if (room_watcher.seat_removed) room_watcher.seat_removed(room_id, seat_id);
    };
    rooms.on_room_changed = [this](const rooms::Room& room) { tell_room(room); };
    rooms.on_room_removed = [this](OrganisationId organisation_id, RoomId room_id) {
        board.room_removed(organisation_id, room_id);
        if (room_watcher.room_removed) room_watcher.room_removed(room_id);
    };
}

void Services::connect_trainings() {
    trainings.on_changed.push_back([this](const trainings::Trainings::Shown& shown) {
        waiting.changed(shown);
        training_board.changed(shown);
    });
}

void Services::connect_progress() {
    people.on_password_set = [this](store::Tx& tx, OrganisationId organisation_id, PersonId person_id) {
        profiles.close_password_request(tx, organisation_id, person_id);
    };
    // On the page of whoever looks after people.
    profiles.on_password_request = [this](OrganisationId organisation_id, PersonId person_id,
                                          const std::optional<people::PasswordRequest>& request) {
        hub.post([=, topic = "organisation/" + to_string(organisation_id)](live::Hub& the_hub) {
            const std::string key = "password_request/" + to_string(person_id);
            if (request)
                the_hub.set(topic, key, people::json_of(*request));
            else
                the_hub.erase(topic, key);
        });
    };
    trainings.on_recorded.push_back([this](store::Tx& tx, const trainings::Training& training) {
        progress.settle(tx, training.run.organisation_id, training.run.id);
    });
    runs.on_named = [this](store::Tx& tx, OrganisationId organisation_id, RunId run_id) {
        progress.settle(tx, organisation_id, run_id);
    };
    chat.on_message = [this](OrganisationId organisation_id, const chat::Listeners& listeners,
                             const chat::Message& message) {
        chat_feed.said(organisation_id, listeners, message);
    };
    chat.on_growing = [this](OrganisationId organisation_id, RunId run_id, std::string_view so_far) {
        chat_feed.growing(organisation_id, run_id, so_far);
    };
}

void Services::load() {
    store.read([this](store::Read& read) {
        privacy.load(read);
        if (const auto id = imports.under_way(read)) import_on(*id);
        logins.load(read);
        site_keys.load(read);
        presence.load(read, devices);
        for (const people::Organisation& organisation : organisations.list(read)) {
            board.organisation_added(organisation.id);
            board.pairing_changed(pairing.state(read, organisation.id));
            for (const people::PasswordRequest& request : profiles.password_requests(read, organisation.id))
                profiles.on_password_request(organisation.id, request.person.id, request);
            for (const devices::PairingRequest& request : pairing.requests(read, organisation.id))
                board.pairing_requested(request);
        }
        for (const devices::Device& device : devices.all_paired(read))
            board.device_changed(device);
        for (const rooms::Room& room : rooms.all(read)) {
            tell_room(room);
            for (const rooms::Seat& seat : rooms.seats(read, room.organisation_id, room.id))
                tell_seat(room.organisation_id, seat);
        }
        director.load(read);
        waiting.load(read, devices, trainings);
        for (const people::Organisation& organisation : organisations.list(read))
            for (const trainings::Training& training : trainings.queue(read, organisation.id))
                training_board.changed({training, trainings.ticks(read, training.run.id),
                                        trainings.notes(read, training.run.id),
                                        trainings.scenario_of(read, training).content});
    });
}

// One such job waits at a time: when the writer is held up, the next tick does not add to its queue.
void Services::submit(std::string_view name, std::function<void(store::Tx&)> work,
                      std::atomic<bool>& under_way) {
    if (under_way.exchange(true)) return;
    try {
        store.submit({name,
                      [work = std::move(work)](store::Tx& tx) {
                          work(tx);
                          return store::Verdict::keep;
                      },
                      [&under_way, name](std::exception_ptr failure) {
                          under_way = false;
                          if (failure)
                              platform::log_warning(std::string(name) +
                                                    " did not reach the disk; it is tried again");
                      }});
    } catch (const platform::Error&) {
        under_way = false; // the queue is full, or the store stops; what is due stays due
    }
}

// Headsets that have their training and ask no more are doing it.
void Services::keep_busy(std::int64_t now_ms) {
    if (keeping_busy_) return;
    auto busy = waiting.take_busy(now_ms);
    if (busy.empty()) return;
    submit(
        "trainings running",
        [this, busy = std::move(busy)](store::Tx& tx) {
            for (const auto& [organisation_id, run_id] : busy)
                trainings.running(tx, organisation_id, run_id);
        },
        keeping_busy_);
}

void Services::tick() {
    const std::int64_t now_ms = clock.now_ms();
    presence.sweep(now_ms);
    director.tick();
    pace.set_lesson_runs(director.any_live());
    board.tick();
    training_board.tick();
    keep_busy(now_ms);
    if (presence.has_due(now_ms))
        submit(
            "keep reports", [this](store::Tx& tx) { presence.keep_due(tx); }, keeping_reports_);
    if (audit.has_due())
        submit(
            "flush audit", [this](store::Tx& tx) { audit.flush_due(tx); }, flushing_audit_);
    if (privacy.has_work())
        submit(
            "erase", [this](store::Tx& tx) { privacy.work(tx); }, erasing_);
    if (retention.is_due(now_ms))
        submit(
            "reduce events", [this](store::Tx& tx) { retention.work(tx); }, reducing_);
    if (logins.has_prolonged())
        submit(
            "keep logins", [this](store::Tx& tx) { logins.keep_prolonged(tx); }, keeping_logins_);
}

} // namespace app
