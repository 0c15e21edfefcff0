// The Director conducts what is live. It puts headsets into sessions, begins and ends their runs, and sends
// every order to the headsets as soon as it is on disk. A caller that wants a session changed asks
// the Director, not Sessions.
//
// It has two halves, which share only what a mutex guards:
// - On the writer, in the caller's transaction (`Tx&`): orders, answers, who joins what. They work from SQL
//   alone.
// - On the io thread, after the commit: the sockets of headsets (floor.h) and the topics of pages (board.h).
//   An order comes here once, as one immutable snapshot that they share.
//   The store holds everything needed to go on after kill -9: load() brings it back, and a session that was
//   running keeps running.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "devices/inspector.h"
#include "devices/presence.h"
#include "live/hub.h"
#include "people/signing_in/logins.h"
#include "platform/caller.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "rooms/room.h"
#include "runs/run.h"
#include "sessions/hands.h"
#include "sessions/headset_socket.h"
#include "sessions/places.h"
#include "sessions/session.h"
#include "sessions/shown/board.h"
#include "sessions/shown/pictures.h"
#include "store/hook.h"
#include "store/store.h"

namespace sessions {

struct DirectorParts { // all of it outlives the Director
    store::Store& store;
    live::Hub& hub;
    platform::Clock& clock;
    Sessions& sessions;
    runs::Runs& runs;
    devices::Presence& presence;
    rooms::Rooms& rooms;
    people::Logins& logins;
    Places& places;
    Board& board;
    Hands& hands;
    Pictures& pictures;
    devices::Inspector& inspector;
    SocketLimits limits;
};

enum class HandMove { raise, lower, unwell, well };

class Director {
public:
    explicit Director(DirectorParts parts);
    ~Director();

    // At start-up, before the io thread runs.
    void load(store::Read& read);

    // ---- on the writer ----
    Session create(store::Tx& tx, OrganisationId organisation_id, const NewSession& session);
    Session add_lesson(store::Tx& tx, OrganisationId organisation_id, SessionId id, LessonId lesson_id);
    // Error conflict when the session's state does not allow it. `person_id`: the person who gives the order.
    // `session`: as this transaction reads it.
    OrderSnapshot order(store::Tx& tx, const Session& session, const Order& order,
                        std::optional<PersonId> person_id);
    // Repeats a command under a new number for the headsets that have not done it (or those of them that are
    // named) and have not been told anything newer of its kind.
    OrderSnapshot retry(store::Tx& tx, OrganisationId organisation_id, SessionId id, std::int64_t number,
                        const std::optional<std::vector<DeviceId>>& device_ids,
                        std::optional<PersonId> person_id);
    // Stops the live sessions of the organisation; only one teacher's, if a teacher is given.
    std::vector<Session> stop_all(store::Tx& tx, OrganisationId organisation_id,
                                  std::optional<PersonId> teacher_id, std::optional<PersonId> person_id);
    // Another teacher takes the session over.
    Session take_over(store::Tx& tx, OrganisationId organisation_id, SessionId id, PersonId teacher_id);
    // Shows everybody what that headset's student sees, or stops showing it.
    Session show(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                 std::optional<DeviceId> device_id);
    // A spare takes the place of a flat headset: its seat, its student, and its run with the position.
    struct Swapped {
        std::optional<SeatId> seat_id;
        std::optional<RunId> run_id;
        std::optional<people::PersonReference> person;
    };
    Swapped swap(store::Tx& tx, OrganisationId organisation_id, SessionId id, DeviceId device_id,
                 DeviceId spare_id);
    // A headset asks for a session by its id. Error forbidden when it is for another class or room.
    void join(store::Tx& tx, OrganisationId organisation_id, SessionId id, DeviceId device_id);
    CommandAnswer answer(store::Tx& tx, OrganisationId organisation_id, SessionId id, std::int64_t number,
                         const CommandAnswer& answer);
    // A student raises a hand (error conflict outside a session), feels unwell, or takes that back.
    Hand move_hand(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id, HandMove move,
                   const std::string& question = {});
    // The teacher has seen to them: to all who wait in a session, or to these. Returns those that waited.
    std::vector<DeviceId> lower_hands(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                                      const std::optional<std::vector<DeviceId>>& device_ids);
    // Puts a headset where it belongs: into the session that calls it, with a run for the student on it.
    // Returns its current run when it is in a lesson. For Ingest::on_unnamed_run.
    std::optional<RunId> settle(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);

    // ---- from any thread: something changed that may concern a lesson ----
    void came_or_went(OrganisationId organisation_id, DeviceId device_id);   // online, offline
    void device_removed(OrganisationId organisation_id, DeviceId device_id); // unpaired
    void signed_in(OrganisationId organisation_id, DeviceId device_id,
                   const std::optional<people::PersonReference>& person);
    // Sends a message to a headset, if it is there.
    void tell(DeviceId device_id, const char* type, const nlohmann::json& data);
    void seat_changed(OrganisationId organisation_id, const rooms::Seat& seat);

    // ---- on the io thread ----
    // Its socket is open as the hub's `client`: welcome it with the state of its lesson. It takes the place of an
    // older socket in that role.
    void headset_connected(live::ClientId client, const platform::Caller& caller,
                           SocketRole role = SocketRole::device);
    void headset_disconnected(live::ClientId client);
    // About every second: does what is due by now (timekeeper.h).
    void tick();
    bool any_live() const;
    // A few times a second: tells headsets whether they are watched.
    void ask_for_pictures();
    // Whether a headset receives its commands itself and answers them: then nothing else may answer for it.
    bool answers_itself(DeviceId device_id) const;

    // Every order, once it is on disk and headsets and pages have been told: dialects announce it in their own
    // words. On the io thread.
    store::After<OrderSnapshot> ordered;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// How long after a session has stopped its class may go on in another one.
inline constexpr std::int64_t going_on_ms = 60LL * 60 * 1000;
// The half of create() for a class that goes on from an earlier session (going_on.cpp). Error invalid when it
// can't.
void go_on(store::Tx& tx, const DirectorParts& parts, const Session& session, SessionId before_id);

// The half of swap() that changes the store (swap.cpp).
Director::Swapped exchange_headsets(store::Tx& tx, const DirectorParts& parts, const Session& session,
                                    DeviceId device_id, DeviceId spare_id);

} // namespace sessions
