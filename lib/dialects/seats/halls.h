// The halls as subscribers of the seats dialect see them, kept in memory on the io thread. So a snapshot and
// the updates after it never miss or repeat a change, and a monitor page costs no query.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "dialects/seats/wire.h"
#include "platform/ids.h"

namespace dialects::seats {

class Halls {
public:
    void room_changed(const rooms::Room& room);
    void room_removed(RoomId room_id);
    void seat_changed(const rooms::Seat& seat);
    void seat_removed(RoomId room_id, SeatId seat_id);

    // Null when the organisation has no such hall.
    Json hall(OrganisationId organisation_id, RoomId room_id) const;
    Json halls_of(OrganisationId organisation_id) const; // in a cinema

    // The changes of a hall since the last call.
    struct Change {
        OrganisationId organisation_id;
        RoomId room_id;
        bool rebuilt = false; // more than seats' status changed: its viewers need all of it again
        bool gone = false;
        std::set<SeatId> seats; // whose status changed
    };
    std::vector<Change> take_changes();
    bool has_changes() const { return !changes_.empty(); }
    Json hall_update(const Change& change) const;
    Json cinema_update(const Change& change) const;

private:
    struct Hall {
        rooms::Room room;
        std::map<SeatId, rooms::Seat> seats;
    };
    static Seats seats_of(const Hall& hall); // row by row
    Change& change_of(const Hall& hall);

    std::map<RoomId, Hall> halls_;
    std::map<RoomId, Change> changes_; // by room
};

} // namespace dialects::seats
