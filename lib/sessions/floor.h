// The Director's half on the io thread: the sockets of headsets, what plays, and what each headset is told.
// Places knows where a headset is, Presence whether it is online. Nothing here is on disk; Director::load()
// fills it again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "devices/inspector.h"
#include "live/hub.h"
#include "platform/caller.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "runs/batch_numbers.h"
#include "sessions/headset_socket.h"
#include "sessions/places.h"
#include "sessions/session.h"
#include "sessions/shown/board.h"

namespace sessions {

// A message that nobody asked for.
nlohmann::json pushed(const char* type, nlohmann::json data, std::int64_t now_ms);

class Floor {
public:
    struct Headset {
        live::ClientId device = 0, run = 0; // its socket in each role; 0: none
        bool is_there() const { return device != 0 || run != 0; }
        live::ClientId lesson() const { return run != 0 ? run : device; }     // shows what plays
        live::ClientId headset() const { return device != 0 ? device : run; } // obeys the rest
    };

    struct Parts { // all of it outlives the Floor
        live::Hub& hub;
        platform::Clock& clock;
        Board& board;
        Places& places;
        devices::Inspector& inspector;
        const runs::BatchNumbers& numbers;
        SocketLimits limits;
    };
    explicit Floor(const Parts& parts)
        : hub_(parts.hub),
          clock_(parts.clock),
          board_(parts.board),
          places_(parts.places),
          inspector_(parts.inspector),
          numbers_(parts.numbers),
          limits_(parts.limits) {}

    void connected(live::ClientId client, const platform::Caller& caller, SocketRole role);
    void disconnected(live::ClientId client);

    // An order is on disk: tell the headsets.
    void perform(const OrderSnapshot& ordered);
    void session_changed(const SessionSnapshot& session);
    // At start: the sessions that go on.
    void open(SessionSnapshot session, std::int64_t newest_playback);
    // The headset is there now.
    void move(OrganisationId organisation_id, const Place& place);
    // The same, and it is told if it was somewhere else.
    void settled(OrganisationId organisation_id, const Place& place);
    void tell(DeviceId device_id, const char* type, nlohmann::json data);

    bool hears(DeviceId device_id) const; // it has an open socket of Lectern's own
    bool any_live() const { return !live_.empty(); }
    void for_each_live(const std::function<void(const SessionSnapshot&)>& see) const;
    const std::map<DeviceId, Headset>& headsets() const { return headsets_; }

private:
    struct Live {
        SessionSnapshot session;
        std::int64_t number = 0; // of the newest command that changed what plays
    };
    void tell_command(const Ordered& ordered);
    void note(DeviceId device_id, std::string name);
    nlohmann::json stored_batches(DeviceId device_id) const;
    nlohmann::json state_of(const Place& place) const;

    live::Hub& hub_;
    platform::Clock& clock_;
    Board& board_;
    Places& places_;
    devices::Inspector& inspector_;
    const runs::BatchNumbers& numbers_;
    const SocketLimits limits_;
    std::map<SessionId, Live> live_; // by session
    std::map<DeviceId, Headset> headsets_;
    std::map<live::ClientId, DeviceId> device_of_; // by socket
};

} // namespace sessions
