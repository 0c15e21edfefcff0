// One simulated headset: it speaks the protocol and knows nothing of sockets or threads. Its owner tells it
// what the network did and what time it is, sends what it wants sent, and comes back when it says so. A test
// does the same with times of its own.
//
// `now_ms` is true time on any steady clock. The headset has a clock of its own, which is off and drifts like
// a real one, and it learns server time from the server alone.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live/clock_sync.h"
#include "platform/ids.h"
#include "simulation/event_log.h"
#include "simulation/gaze.h"
#include "simulation/media_clock.h"
#include "simulation/player.h"
#include "simulation/wearer.h"

namespace simulation {

struct OwnClock {
    double offset_ms = 0, drift_ppm = 0;
    double own_ms(double now_ms) const { return now_ms * (1 + drift_ppm * 1e-6) + offset_ms; }
    double true_ms(double own_ms_value) const { return (own_ms_value - offset_ms) / (1 + drift_ppm * 1e-6); }
};

struct HeadsetTraits {
    std::string serial_number, model = "Simulated", name;
    std::string nickname, pin;           // of the student who signs in on it; empty: nobody does
    std::optional<SessionId> session_id; // asks to join this one; otherwise the server knows where it belongs
    OwnClock clock;
    const GazeTrace* trace = nullptr; // outlives the headset
    std::uint64_t seed = 0;
    std::string start; // names this start of the simulator, so that batches don't repeat the last start's ids
    double picture_every_ms = 0; // sent even if not asked for; 0: when the server wants them
    double media_error_ppm = 0;  // how wrong its video decoder's clock is
    double hands_per_minute = 0; // how often the student raises a hand
};

struct Obeyed { // when it really acted on a command, to compare headsets with each other
    SessionId session_id;
    std::int64_t number = 0;
    double true_ms = 0, skew_ms = 0, at_ms = 0;
};

struct Heard { // when a command arrived
    std::int64_t number = 0;
    double true_ms = 0;
};

struct HeadsetCounts {
    std::uint64_t commands = 0, obeyed = 0, expired = 0;
    // A sign-in is good when its answer says so, or the next welcome where the line broke before the answer.
    std::uint64_t sign_ins = 0, failed_sign_ins = 0, refused_messages = 0, not_understood = 0, reports = 0,
                  pictures = 0, picture_bytes = 0, hands = 0;
};

struct OutgoingMessage {
    std::string content;
    bool binary = false;
};

class Headset {
public:
    explicit Headset(HeadsetTraits traits);

    void connected(double now_ms);
    void disconnected(double now_ms);
    void received(std::string_view text, double now_ms);
    // Does what is due, and says when to come again at the latest (any `received` may make that earlier).
    double act(double now_ms);
    std::vector<OutgoingMessage> take_messages();
    // Content that the box wants it to fetch (given once), and what it has of it.
    std::optional<nlohmann::json> take_fetch();
    void say_content(const nlohmann::json& items, bool complete);
    // Whether it has just been welcomed and must say what content it has.
    bool take_welcome() { return std::exchange(just_welcomed_, false); }
    // Makes no more events; those already made are still delivered.
    void stop_recording(double now_ms);

    const HeadsetTraits& traits() const { return traits_; }
    const Player& player() const { return player_; }
    const EventLog& events() const { return events_; }
    const HeadsetCounts& counts() const { return counts_; }
    const std::vector<Obeyed>& obeyed() const { return obeyed_; }
    const std::vector<Heard>& heard() const { return heard_; }
    DeviceId device_id() const { return device_id_; }
    bool is_signed_in() const { return signed_in_; }
    bool has_delivered_all() const { return events_.is_empty() && answers_.empty(); }
    const live::ClockSync& clock_sync() const { return sync_; }
    const MediaClock& media() const { return media_; }
    const Wearer& wearer() const { return wearer_; }
    double server_now_ms(double now_ms) const { return server_ms(now_ms); } // as it believes
    // How far what plays is from where it should be; nullopt while nothing plays.
    std::optional<double> media_off_ms(double now_ms) const;
    std::optional<double> in_lesson_ms() const {
        return in_lesson_ms_;
    } // from the last connection until it has caught up with the others

private:
    double server_ms(double now_ms) const;
    double true_from_server(double server) const;
    void say(const char* type, const std::string& data, std::int64_t eid = 0);
    void hear(const nlohmann::json& message, double now_ms);
    void hear_state(const nlohmann::json& data, double now_ms);
    void hear_welcome(const nlohmann::json& data, double now_ms);
    void hear_command(const nlohmann::json& data, double now_ms);
    void hear_reply(const nlohmann::json& message, double now_ms);
    void hear_events_reply(const nlohmann::json& message, std::int64_t eid, double now_ms);
    void hear_sign_in_reply(const nlohmann::json& message, double now_ms);
    void obey(double now_ms);
    void answer(SessionId session_id, std::int64_t number, const char* state, std::optional<double> skew_ms,
                const char* error = nullptr);
    void record_until(double now_ms);
    void playing_changed(double now_ms);
    void leave_zone(double now_ms);
    void record(double moment_ms);
    void add_event(const char* kind, double moment_ms, const Look& look, const std::string& more);
    void send_batches();
    void ask_clock(double now_ms);
    void sign_in(double now_ms);
    void report(double now_ms);
    void send_picture(double now_ms);
    void hear_pictures(const nlohmann::json& data, double now_ms);
    void raise_hand(double now_ms);
    void keep_in_time(double now_ms);
    double own_ms(double now_ms) const { return traits_.clock.own_ms(now_ms); }
    double next_due() const;

    const HeadsetTraits traits_;
    std::mt19937_64 random_;
    live::ClockSync sync_;
    std::optional<double> coarse_offset_ms_; // from the welcome, until the first round trip
    Player player_;
    MediaClock media_;
    Wearer wearer_;
    EventLog events_;
    HeadsetCounts counts_;
    std::vector<Obeyed> obeyed_;
    std::vector<Heard> heard_;
    std::vector<OutgoingMessage> messages_;
    std::map<std::int64_t, std::string> batches_under_way_; // by eid
    std::map<std::int64_t, std::string> answers_;           // by eid, kept until the server has them
    std::int64_t last_eid_ = 0;
    DeviceId device_id_;
    bool connected_ = false, welcomed_ = false, signed_in_ = false, recording_ = true;
    bool sign_in_asked_ = false; // and not answered yet
    int quick_clocks_ = 0;
    double next_clock_ms_ = 0, next_report_ms_ = 0, next_sign_in_ms_ = 0, next_picture_ms_ = 0;
    double next_batch_ms_ = 0, next_correction_ms_ = 0, picture_every_ms_ = 0, connected_ms_ = 0;
    double next_hand_ms_ = std::numeric_limits<double>::infinity();
    std::size_t most_picture_bytes_ = 0;
    std::optional<double> in_lesson_ms_;
    std::vector<std::string> fetches_; // JSON
    bool just_welcomed_ = false;
    double next_look_ms_ = std::numeric_limits<double>::infinity(); // to be recorded
    double skew_ms_ = 0, battery_ = 100;
    std::string zone_;
    double zone_since_ms_ = 0;
};

} // namespace simulation
