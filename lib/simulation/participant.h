// A headset on the network: it pairs, connects again and again, and is away for a while when its Wi-Fi is
// lost.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "simulation/bad_line.h"
#include "simulation/download.h"
#include "simulation/headset.h"
#include "simulation/network.h"

namespace simulation {

struct ParticipantOptions {
    HeadsetTraits traits;
    // These two are as in ClassroomOptions.
    std::function<std::string(const std::string& serial_number)> pairing_code;
    std::string code_path;
    double losses_per_minute = 0, longest_loss_ms = 10'000;
    double begin_after_ms = 0;
    LineTraits line;                         // of its Wi-Fi, each way
    std::int64_t most_piece_bytes = 1 << 20; // of content, in one request
};

// How long to wait after this many failures in a row: twice as long each time, up to 2 s, varied by chance
// (`share` from 0 to 1). A class that lost its access point must not come back all at the same instant.
double pause_after_ms(int failures, double share);

struct ConnectionCounts {
    std::uint64_t connects = 0, losses = 0, failed_connects = 0, failed_pairings = 0;
};

class Participant final : public SocketListener {
public:
    Participant(Network& network, ParticipantOptions options);
    ~Participant() override;
    Participant(const Participant&) = delete;
    Participant& operator=(const Participant&) = delete;

    void begin();
    void stop_recording(); // and stop losing the Wi-Fi
    void leave();

    void on_open() override;
    void on_message(std::string_view text) override;
    void on_closed(int status) override;

    bool is_paired() const { return !token_.empty(); }
    bool is_connected() const { return connected_; }
    bool has_given_up() const { return !fault_.empty(); }
    const std::string& fault() const { return fault_; }
    const Headset& headset() const { return headset_; }
    const ConnectionCounts& counts() const { return counts_; }
    const Download& download() const { return download_; }
    // How late the machine was each time something was due: the machine's own noise, not the protocol's.
    const std::vector<double>& lateness_ms() const { return lateness_ms_; }

private:
    // One direction of a bad line: the messages on their way.
    struct Way {
        Way(LineTraits traits, std::uint64_t seed, std::unique_ptr<Timer> its_timer)
            : line(traits, seed), timer(std::move(its_timer)) {}
        BadLine line;
        std::deque<std::pair<double, OutgoingMessage>> messages;
        std::unique_ptr<Timer> timer;
    };
    void travel(Way& way, OutgoingMessage message, void (Participant::*arrive)(OutgoingMessage));
    void arrive_due(Way& way, void (Participant::*arrive)(OutgoingMessage));
    void arrive_here(OutgoingMessage message);
    void arrive_there(OutgoingMessage message);
    void clear_lines();
    void pair();
    void pair_with(const std::string& code);
    void ask(const std::string& path, const std::string& body, void (Participant::*hear)(const Response&));
    void hear_code(const Response& response);
    void hear_pairing(const Response& response);
    void refused(const Response& response);
    void connect();
    void lost();
    void away_for(double ms);
    double pause_ms();
    void again_in(double ms, void (Participant::*what)());
    void live(std::optional<double> due_ms = {});
    void plan_loss();
    double drawn(double least, double most);

    Network& network_;
    const ParticipantOptions options_;
    std::mt19937_64 random_;
    Headset headset_;
    std::unique_ptr<Timer> headset_timer_, network_timer_;
    std::shared_ptr<Socket> socket_;
    // an answer may come after this object is gone
    std::shared_ptr<bool> here_ = std::make_shared<bool>(true);
    std::string token_, fault_;
    bool connected_ = false, finishing_ = false, leaving_ = false;
    int failures_ = 0; // in a row
    ConnectionCounts counts_;
    Download download_;
    std::unique_ptr<Way> up_, down_; // null: the line is as good as the network itself
    std::vector<double> lateness_ms_;
};

} // namespace simulation
