// A headset fetches content from the box: a piece at a time, resumed where a break left it, verified by
// SHA-256. The bytes themselves are dropped, because a simulated headset shows nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "simulation/network.h"

namespace simulation {

class Download {
public:
    // `report`: {"sha256", "state", "received_bytes"} for the server.
    using Report = std::function<void(const nlohmann::json& item)>;
    // Fetches pieces of at most `most_piece_bytes`, and never larger ones than the server allows.
    Download(Network& network, Report report, std::int64_t most_piece_bytes = 1 << 20);
    ~Download();

    // Handles the push content.fetch. Content that is already there is reported and not fetched again.
    void take(const nlohmann::json& push, const std::string& token);
    nlohmann::json held() const; // complete files, as the items of a report
    // The Wi-Fi is gone, and with it the transfer; what had arrived is kept. When the line is back, fetching
    // goes on there.
    void line_lost();
    void line_back();
    std::uint64_t bytes() const { return bytes_; }
    std::uint64_t breaks() const { return breaks_; } // pieces that did not arrive whole
    std::size_t whole() const { return whole_.size(); }
    std::size_t failed() const { return failed_; }
    bool is_idle() const { return waiting_.empty(); }

private:
    struct Item;
    void next();
    void hear(const Response& response);
    void keep(const std::string& bytes);
    void end(const char* state);

    Network& network_;
    const Report report_;
    std::unique_ptr<Timer> timer_;
    std::deque<std::unique_ptr<Item>> waiting_; // the first one is being fetched
    std::map<std::string, std::int64_t> whole_; // by SHA-256
    std::string token_;
    const std::int64_t most_piece_bytes_;
    std::int64_t piece_bytes_ = 0;
    std::uint64_t bytes_ = 0, breaks_ = 0;
    std::size_t failed_ = 0;
    std::shared_ptr<Transfer> under_way_;
    bool away_ = false;
    double next_report_ms_ = 0;
};

} // namespace simulation
