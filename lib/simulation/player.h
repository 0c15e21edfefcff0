// What plays on a headset: the session's state, the position, and the commands that take effect a little
// later. All times are server time in milliseconds.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/ids.h"

namespace simulation {

struct Command {
    SessionId session_id;
    std::int64_t number = 0;
    std::string action;           // "play", "pause", "eyes_on_me" ...
    std::string arguments = "{}"; // JSON
    std::string content;          // of the lesson
    std::int64_t lesson_index = 0;
    std::optional<double> duration_ms;
    double position_ms = 0, at_ms = 0, expires_ms = 0;
    std::optional<RunId> run_id;

    // Commands share one numbering, but only a newer command of the same kind overtakes one: a "blink" that
    // takes effect at once must not swallow the "play" before it.
    std::string_view kind() const;
};
Command command_from(const nlohmann::json& data);

class Player {
public:
    // The state of the session that this headset is in; null when it is in none.
    void take_state(const nlohmann::json& state);

    // What to do with a command: obey it when its time comes, or nothing, because it was already obeyed or
    // overtaken.
    enum class Verdict { obey, known };
    Verdict take(const Command& command);
    std::optional<double> next_at_ms() const; // of the next command to obey
    struct Obeyed {
        Command command;
        bool counts = true; // false: a newer one of its kind was obeyed before it
    };
    Obeyed obey(); // obeys the next command now

    bool in_session() const { return bool(session_id_); }
    bool has_stopped() const { return state_ == "stopped"; }
    bool is_running() const { return state_ == "running"; }
    bool is_playing(double now_ms) const;      // it runs and has not come to its end
    double since_ms() const { return at_ms_; } // when the position was, or will be, position_ms
    double position_ms(double now_ms) const;
    SessionId session_id() const { return session_id_; }
    std::int64_t number() const {
        return number_;
    } // of the newest command that changed what plays and was obeyed, or came as a state
    const std::string& content() const { return content_; } // of the lesson
    RunId run_id() const { return run_id_; }                // none while unknown

private:
    void apply(const Command& command);
    std::int64_t newest(const Command& command) const; // the newest number of its kind that was obeyed

    SessionId session_id_;
    std::int64_t number_ = 0;
    RunId run_id_;
    std::string state_;
    double position_ms_ = 0, at_ms_ = 0;
    std::optional<double> duration_ms_;
    std::string content_;
    std::map<std::string, std::int64_t, std::less<>> controls_; // the newest number of each kind of control
    std::vector<Command> waiting_;                              // by at_ms
};

} // namespace simulation
