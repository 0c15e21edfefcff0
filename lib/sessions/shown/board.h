// The Board: what pages see of what is live, as topics of the hub.
//   organisation/ID  "device/3", "session/12" (running and paused ones), "pairing", "pairing_request/5"
//   room/7           "room", "seat/31"
//   session/12       "session", "command/3" (the newest five), "hands" (who waits),
//                    "help" (who needs it: help.h)
//   pictures/3       no entries: small pictures of what headset 3 sees are relayed there (pictures.h)
//   view/3           the same, large
// Any module may tell it of a change, from any thread; it works on the io thread. Who wears a headset, whether
// it is online and which session it is in, it asks their owners when it shows them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "devices/device.h"
#include "devices/pairing.h"
#include "devices/presence.h"
#include "live/hub.h"
#include "people/people.h"
#include "people/signing_in/logins.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "rooms/room.h"
#include "sessions/hands.h"
#include "sessions/places.h"
#include "sessions/session.h"

namespace sessions {

class Board {
public:
    static constexpr std::int64_t commands_shown = 5;

    Board(live::Hub& hub, platform::Clock& clock, const devices::Presence& presence,
          const people::Logins& logins, const Places& places);
    ~Board();

    // ---- any thread ----
    void organisation_added(OrganisationId organisation_id);
    void device_changed(const devices::Device& device);
    void device_removed(OrganisationId organisation_id, DeviceId device_id);
    void presence_changed(DeviceId device_id);
    void person_changed(DeviceId device_id); // somebody signed in or out on it
    void room_changed(const rooms::Room& room);
    void room_removed(OrganisationId organisation_id, RoomId room_id);
    void seat_changed(OrganisationId organisation_id, const rooms::Seat& seat);
    void seat_removed(RoomId room_id, SeatId seat_id);
    void pairing_changed(const devices::PairingState& state);
    void pairing_requested(const devices::PairingRequest& request);
    void pairing_request_closed(OrganisationId organisation_id, PairingRequestId request_id);

    void answered(SessionId session_id, std::int64_t number, const CommandAnswer& answer);
    void hand_changed(const Hand& hand);
    void content_changed(DeviceId device_id, const nlohmann::json& progress); // fetching.h

    // ---- io thread ----
    void session_changed(const SessionSnapshot& session);
    void command_changed(const Command& command); // a new one, or all of its answers changed
    void controls_loaded(SessionId session_id, const std::vector<Command>& commands); // at start
    // The headset has come to another place. `before`: the session that it was in.
    void device_moved(DeviceId device_id, std::optional<SessionId> before);
    // About every second: shows silent headsets as away, and takes sessions off the board an hour after they
    // stopped.
    void tick();
    std::optional<Taker> taker(DeviceId device_id) const;
    nlohmann::json hand(DeviceId device_id) const; // as its headset is told
    // What controls have left on a headset: see controls.h.
    nlohmann::json controls(SessionId session_id, DeviceId device_id) const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace sessions
