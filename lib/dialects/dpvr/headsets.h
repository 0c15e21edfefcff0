// The DPVR headsets of the box: which of them have joined a school, what they say, and what they are told.
//
// A serial number is a name and no proof. An unknown one waits until a teacher takes it in; until then it hears
// nothing, and whatever it says is only shown. Whoever reaches the port can pose as a headset that has joined,
// though, which is why docs/dpvr.md asks for a network of their own.
//
// No order is answered. So what has been sent counts as done, each heartbeat is compared with the lesson, and
// what differs is put right, seldom enough that a slow player is not driven mad.
//
// io thread, where nothing else is said.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dialects/dpvr/links.h"
#include "dialects/dpvr/parts.h"
#include "platform/ids.h"
#include "platform/json_fields.h"

namespace dialects::dpvr {

struct Joining {
    std::string serial_number, name; // an empty name is made from the serial number
};

class Headsets {
public:
    static constexpr std::size_t most_at_once = 200;          // of a list that joins
    static constexpr std::int64_t set_right_every_ms = 8'000; // a player needs some seconds to start a video
    static constexpr std::int64_t far_off_ms = 1'500;         // RDC knows whole seconds only

    explicit Headsets(const Parts& parts) : parts_(parts) {}

    // Before the port opens: how frames get to a headset.
    void send_by(std::function<void(Links::LinkNumber, std::string)> send) { send_ = std::move(send); }
    bool is_on() const { return static_cast<bool>(send_); }

    // ---- from the port, on its thread ----
    void heard(Links::LinkNumber number, const Heartbeat& heartbeat);
    void gone(Links::LinkNumber number);

    // ---- writer ----
    // A teacher takes them in: each gets a place of the licence, unless it has one. Error conflict.
    std::vector<devices::Device> join(store::Tx& tx, OrganisationId organisation_id,
                                      const std::vector<Joining>& headsets);
    void unpairing(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id);

    struct Waiting {
        std::string serial_number;
        std::optional<int> battery;
        std::int64_t since_ms = 0;
    };
    std::vector<Waiting> waiting() const; // heard, and in no school
    void ordered(const sessions::OrderSnapshot& ordered);
    void unpaired(DeviceId device_id); // any thread

private:
    struct Known {
        OrganisationId organisation_id;
        DeviceId device_id;
        bool operator==(const Known&) const = default;
    };
    struct Linked {
        Heartbeat last;
        std::int64_t since_ms = 0;
        std::int64_t told_ms = 0;       // the last order about what plays
        std::optional<Known> known;     // nothing: it has joined no school
        std::int64_t away_until_ms = 0; // from its lesson: eyes on the teacher, or another app
        bool in_lesson = false;         // it was told to play
    };

    void look_up(Links::LinkNumber number);
    void look_up_session(OrganisationId organisation_id, SessionId session_id);
    void found(Links::LinkNumber number, const std::optional<Known>& known);
    void report(Linked& linked);
    void set_right(Links::LinkNumber number, Linked& linked);
    void play(Links::LinkNumber number, Linked& linked, const sessions::Session& session);
    // Why it can't be done; "" when it was sent.
    std::string obey(Links::LinkNumber number, Linked& linked, const sessions::Ordered& ordered);
    std::string launch(Links::LinkNumber number, Linked& linked, const platform::JsonFields& arguments);
    void answer(DeviceId device_id, const sessions::Ordered& ordered, const std::string& fault);
    void tell(Links::LinkNumber number, std::string frame) { send_(number, std::move(frame)); }
    const sessions::Session* session_of(const Linked& linked) const;
    void leave(Linked& linked);

    Parts parts_;
    std::function<void(Links::LinkNumber, std::string)> send_;
    std::map<Links::LinkNumber, Linked> linked_;
    std::map<SessionId, sessions::SessionSnapshot> sessions_; // live ones, as the newest order left them
};

// How far the box's own zone is from UTC at that time: a headset obeys times on its own clock, in its own zone.
int local_offset_minutes(std::int64_t at_ms);

} // namespace dialects::dpvr
