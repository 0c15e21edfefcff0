// The halls as dialect D's subscribers see them, kept in memory on the io thread: so a snapshot and the
// updates after it never miss or repeat a change, and no monitor page costs a query.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "dialects/seats/wire.h"

namespace dialects::seats {

class Halls {
public:
    void room_changed(const rooms::Room& room);
    void room_removed(std::int64_t room_id);
    void seat_changed(const rooms::Seat& seat);
    void seat_removed(std::int64_t room_id, std::int64_t seat_id);

    // Nothing when there is no such hall in that organisation.
    Json hall(std::int64_t organisation_id, std::int64_t room_id) const;
    Json halls_of(std::int64_t organisation_id) const; // in a cinema

    // What happened to a hall since the last call.
    struct Change {
        std::int64_t organisation_id = 0, room_id = 0;
        bool rebuilt = false; // more than the status of seats: whoever looks at it needs all of it again
        bool gone = false;
        std::set<std::int64_t> seats; // whose status changed
    };
    std::vector<Change> take_changes();
    bool has_changes() const { return !changes_.empty(); }
    Json hall_update(const Change& change) const;
    Json cinema_update(const Change& change) const;

private:
    struct Hall {
        rooms::Room room;
        std::map<std::int64_t, rooms::Seat> seats;
    };
    static Seats seats_of(const Hall& hall); // row by row
    Change& change_of(const Hall& hall);

    std::map<std::int64_t, Hall> halls_;
    std::map<std::int64_t, Change> changes_; // by room
};

} // namespace dialects::seats
