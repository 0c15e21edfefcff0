// A stock DPVR headset as docs/dpvr.md describes it: it says a heartbeat when the test lets two seconds pass,
// answers no order, and its player does what RDC can. Its loading takes no time.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "dialects/dpvr/frames.h"

namespace support {

class FakeDpvr {
public:
    FakeDpvr(std::uint16_t port, std::string serial_number);
    ~FakeDpvr();
    FakeDpvr(FakeDpvr&& other) noexcept;
    FakeDpvr(const FakeDpvr&) = delete;
    FakeDpvr& operator=(const FakeDpvr&) = delete;

    // Two seconds have passed: the player has gone on, and the next heartbeat goes out.
    void beat();
    // Takes the orders that have come; true once one of them is of that type.
    bool hears(std::uint16_t type);
    // Beats until one of that type comes, at most so long; the orders before it are obeyed too.
    bool beats_until(std::uint16_t type);
    void send_raw(const std::string& bytes);
    bool is_cut_off(); // the box has closed

    std::vector<dialects::dpvr::Frame> orders; // all that came
    nlohmann::json body_of_last(std::uint16_t type) const;
    double position_s = 0;
    std::string state, path; // of the player; "": it does not run
    int volume = -1, battery = 77;
    bool keys_blocked = false;

private:
    void obey(const dialects::dpvr::Frame& frame);
    bool read_some(int patience_ms);

    std::string serial_number_;
    dialects::dpvr::FrameReader reader_;
    int descriptor_ = -1;
    bool cut_off_ = false;
};

} // namespace support
