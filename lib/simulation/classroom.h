// A class of simulated headsets: it pairs them, keeps them connected, loses their Wi-Fi on request, and
// counts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "platform/ids.h"
#include "simulation/gaze.h"
#include "simulation/network.h"
#include "simulation/participant.h"

namespace simulation {

struct Student {
    std::string nickname, pin;
};

struct ClassroomOptions {
    std::size_t headsets = 1;
    std::string prefix = "SIM"; // of serial numbers: a second class needs another one
    // the first wears the first headset, and so on; the remaining headsets have nobody
    std::vector<Student> students;
    // Where pairing codes come from: a function, which may block for a moment, or a path that answers with
    // {connect_code}. With neither, headsets pair by their student's sign-in.
    std::function<std::string(const std::string& serial_number)> pairing_code;
    std::string code_path;
    std::vector<GazeTrace> traces; // empty: made up
    std::uint64_t seed = 1;
    std::string start;            // different for each start, because it makes the batches' ids unique
    double clock_error_ms = 0;    // headsets' clocks are wrong by up to this much
    double drift_ppm = 0;         // and drift by up to this much
    double losses_per_minute = 0; // of the Wi-Fi, for each headset
    double longest_loss_ms = 10'000;
    double picture_every_ms = 0;
    double media_error_ppm = 0;  // of their video decoders, up to this much
    double hands_per_minute = 0; // of each student
    LineTraits line;             // of each headset's Wi-Fi, each way
    double slow_one_ms = 0;      // the delay of the first headset instead
    std::optional<SessionId> session_id;
    std::int64_t most_piece_bytes = 1 << 20; // of content, in one request
    std::optional<double> for_ms;
    bool until_stopped = false; // ends when the session that they were in has stopped
    std::function<void(const std::string&)> tell = [](const std::string&) {
    }; // how it goes, a line now and then
};

class Classroom {
public:
    Classroom(Network& network, ClassroomOptions options);
    ~Classroom();

    void start();
    // Stops recording, delivers what is left (within 20 s), says goodbye, and stops the network.
    void finish();
    // What happened so far; `lectern simulate --json` prints it.
    nlohmann::json counts() const;
    std::size_t paired() const;
    const std::vector<std::unique_ptr<Participant>>& participants() const { return participants_; }

private:
    void look_around();
    bool has_stopped() const;
    void leave();
    std::string progress() const;

    Network& network_;
    ClassroomOptions options_;
    std::mt19937_64 random_;
    std::vector<std::unique_ptr<Participant>> participants_;
    std::unique_ptr<Timer> timer_;
    double started_ms_ = 0, finish_by_ms_ = 0;
    bool finishing_ = false;
    std::string told_;
    double next_tell_ms_ = 0;
};

} // namespace simulation
