// The Director's half on the io thread: the headsets on the floor, their sockets, where each one is, and what
// it is told. None of it is on disk; Director::load() fills it again.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "devices/inspector.h"
#include "devices/presence.h"
#include "live/hub.h"
#include "platform/caller.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "sessions/participation.h"
#include "sessions/session.h"
#include "sessions/shown/board.h"

namespace sessions {

// A message that nobody asked for.
nlohmann::json pushed(const char* type, nlohmann::json data, std::int64_t now_ms);

class Floor {
public:
    struct Headset {
        OrganisationId organisation_id;
        std::vector<live::ClientId> clients; // its sockets; a broken one lives on for some seconds
        Place place;
        bool online = false;
    };

    Floor(live::Hub& hub, platform::Clock& clock, Board& board, devices::Inspector& inspector)
        : hub_(hub), clock_(clock), board_(board), inspector_(inspector) {}

    void connected(live::ClientId client, const platform::Caller& caller);
    void disconnected(live::ClientId client);
    // True when it came or went and has to be settled for that.
    bool presence_changed(const devices::Present& present);

    // An order is on disk: tell the headsets, and move them to where it puts them.
    void perform(const OrderSnapshot& ordered);
    void session_changed(const SessionSnapshot& session);
    // At start: the sessions that go on, and the headsets in them.
    void open(SessionSnapshot session, std::int64_t newest_playback);
    void move(OrganisationId organisation_id, const Place& place);
    // The same for one headset, which is told when it is somewhere else now.
    void settled(OrganisationId organisation_id, const Place& place);
    void tell(DeviceId device_id, const char* type, nlohmann::json data);

    std::optional<SessionId> session_of(DeviceId device_id) const;
    bool hears(DeviceId device_id) const; // it has an open socket of Lectern's own
    bool any_live() const { return !live_.empty(); }
    const std::map<DeviceId, Headset>& headsets() const { return headsets_; }
    // Organisation and headset of those that are not there although their run goes on.
    std::vector<std::pair<OrganisationId, DeviceId>> absent() const;

private:
    struct Live {
        SessionSnapshot session;
        std::int64_t number = 0; // of the newest command that changed what plays
    };
    void tell_command(const Ordered& ordered);
    void note(DeviceId device_id, std::string name);
    nlohmann::json state_of(DeviceId device_id, const Headset& headset) const;

    live::Hub& hub_;
    platform::Clock& clock_;
    Board& board_;
    devices::Inspector& inspector_;
    std::map<SessionId, Live> live_; // by session
    std::map<DeviceId, Headset> headsets_;
    std::map<live::ClientId, DeviceId> device_of_; // by socket
};

} // namespace sessions
