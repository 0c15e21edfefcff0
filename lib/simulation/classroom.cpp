#include "simulation/classroom.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/error.h"

namespace simulation {

namespace {

using Json = nlohmann::json;

constexpr double look_around_every_ms = 250;
constexpr double grace_ms = 20'000; // longer than any loss of Wi-Fi
constexpr double tell_every_ms = 5000;
constexpr double begin_spread_ms = 10; // between one headset and the next
constexpr std::size_t made_up_traces = 32;

double part(std::vector<double>& sorted, double share) {
    if (sorted.empty()) return 0;
    const auto index = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::min(sorted.size() - 1, index == 0 ? 0 : index - 1)];
}

Json distribution(std::vector<double> values) {
    std::ranges::sort(values);
    return {{"count", values.size()},
            {"median", part(values, 0.5)},
            {"p95", part(values, 0.95)},
            {"p99", part(values, 0.99)},
            {"most", values.empty() ? 0 : values.back()}};
}

// What all headsets did, added up.
class Tally {
public:
    void add(const Participant& participant, double now_ms) {
        const Headset& headset = participant.headset();
        add_line(participant.counts(), participant.is_connected());
        add_events(headset.events());
        add_commands(headset.counts(), headset.obeyed());
        count("signed_in") += headset.is_signed_in() ? 1 : 0;
        count("messages", "reports") += headset.counts().reports;
        count("messages", "pictures") += headset.counts().pictures;
        count("messages", "picture_bytes") += headset.counts().picture_bytes;
        count("messages", "hands") += headset.counts().hands;
        if (const auto off_ms = headset.media_off_ms(now_ms)) media_off_.push_back(std::abs(*off_ms));
        count("content", "bytes") += participant.download().bytes();
        count("content", "breaks") += participant.download().breaks();
        count("content", "whole") += participant.download().whole();
        count("content", "failed") += participant.download().failed();
        count("seeks") += headset.media().seeks();
        latenesses_.insert(latenesses_.end(), participant.lateness_ms().begin(),
                           participant.lateness_ms().end());
        if (const auto joined = headset.in_lesson_ms()) joins_.push_back(*joined);
        count("messages", "refused") += headset.counts().refused_messages;
        count("messages", "not_understood") += headset.counts().not_understood;
        if (participant.has_given_up()) ++faults_[participant.fault()];
        if (const auto trip = headset.clock_sync().round_trip_ms()) round_trips_.push_back(*trip);
    }

    Json json() const {
        Json all = Json::object();
        for (const auto& [name, value] : counts_)
            all[Json::json_pointer(name)] = value;
        all["runs"] = Json::object();
        for (const auto& [run, counts] : runs_)
            all["runs"][to_string(run)] = {{"made", counts.made}, {"acknowledged", counts.acknowledged}};
        std::vector<double> spreads;
        for (const auto& [command, times] : moments_) {
            const auto [first, last] = std::ranges::minmax(times);
            if (times.size() > 1) spreads.push_back(last - first);
        }
        all["skew_ms"] = distribution(skews_);
        all["spread_ms"] = distribution(spreads);
        all["round_trip_ms"] = distribution(round_trips_);
        all["machine_late_ms"] = distribution(latenesses_);
        all["media_off_ms"] = distribution(media_off_);
        all["in_lesson_ms"] = distribution(joins_);
        all["faults"] = faults_;
        return all;
    }

private:
    std::uint64_t& count(const std::string& name) { return counts_["/" + name]; }
    std::uint64_t& count(const std::string& group, const std::string& name) {
        return counts_["/" + group + "/" + name];
    }
    void add_line(const ConnectionCounts& line, bool is_connected) {
        count("connected") += is_connected ? 1 : 0;
        count("connections", "opened") += line.connects;
        count("connections", "lost") += line.losses;
        count("connections", "failed") += line.failed_connects;
    }
    void add_events(const EventLog& events) {
        count("events", "made") += events.made();
        count("events", "acknowledged") += events.acknowledged();
        count("events", "lost") += events.lost();
        count("events", "refused") += events.refused();
        count("events", "repeated_batches") += events.repeated_batches();
        for (const auto& [run, counts] : events.runs()) {
            runs_[run].made += counts.made;
            runs_[run].acknowledged += counts.acknowledged;
        }
    }
    void add_commands(const HeadsetCounts& counts, const std::vector<Obeyed>& all_obeyed) {
        count("commands", "received") += counts.commands;
        count("commands", "obeyed") += counts.obeyed;
        count("commands", "expired") += counts.expired;
        count("sign_ins", "good") += counts.sign_ins;
        count("sign_ins", "failed") += counts.failed_sign_ins;
        for (const Obeyed& obeyed : all_obeyed) {
            moments_[{obeyed.session_id, obeyed.number}].push_back(obeyed.true_ms);
            skews_.push_back(std::abs(obeyed.skew_ms));
        }
    }

    std::map<std::string, std::uint64_t> counts_; // by JSON pointer
    std::map<RunId, RunCounts> runs_;
    std::map<std::pair<SessionId, std::int64_t>, std::vector<double>> moments_;
    std::vector<double> skews_, round_trips_, latenesses_, media_off_, joins_;
    std::map<std::string, std::uint64_t> faults_;
};

} // namespace

Classroom::Classroom(Network& network, ClassroomOptions options)
    : network_(network), options_(std::move(options)), random_(options_.seed), timer_(network.timer()) {
    if (options_.traces.empty())
        for (std::size_t i = 0; i < std::min(options_.headsets, made_up_traces); ++i)
            options_.traces.push_back(made_up_trace(options_.seed + i));
    const double wall_offset_ms =
        std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch())
            .count() -
        network.now_ms();
    const auto error = [this](double most) {
        return std::uniform_real_distribution<double>(-most, most)(random_);
    };
    for (std::size_t i = 0; i < options_.headsets; ++i) {
        char number[32];
        std::snprintf(number, sizeof number, "%03zu", i + 1);
        ParticipantOptions participant;
        HeadsetTraits& traits = participant.traits;
        traits.serial_number = options_.prefix + "-" + number;
        traits.name = "Simulated " + std::string(number);
        if (i < options_.students.size()) {
            traits.nickname = options_.students[i].nickname;
            traits.pin = options_.students[i].pin;
        }
        traits.session_id = options_.session_id;
        traits.clock = {wall_offset_ms + error(options_.clock_error_ms), error(options_.drift_ppm)};
        traits.trace = &options_.traces[i % options_.traces.size()];
        traits.seed = random_();
        traits.start = options_.start;
        traits.picture_every_ms = options_.picture_every_ms;
        traits.media_error_ppm = error(options_.media_error_ppm);
        traits.hands_per_minute = options_.hands_per_minute;
        participant.line = options_.line;
        participant.most_piece_bytes = options_.most_piece_bytes;
        if (i == 0 && options_.slow_one_ms > 0) participant.line = {options_.slow_one_ms, 4, 0, 0, 0, 0};
        participant.pairing_code = options_.pairing_code;
        participant.code_path = options_.code_path;
        participant.losses_per_minute = options_.losses_per_minute;
        participant.longest_loss_ms = options_.longest_loss_ms;
        participant.begin_after_ms = static_cast<double>(i) * begin_spread_ms;
        participants_.push_back(std::make_unique<Participant>(network_, std::move(participant)));
    }
}

Classroom::~Classroom() = default;

void Classroom::start() {
    started_ms_ = network_.now_ms();
    for (const auto& participant : participants_)
        participant->begin();
    look_around();
}

void Classroom::finish() {
    if (finishing_) return;
    finishing_ = true;
    finish_by_ms_ = network_.now_ms() + grace_ms;
    for (const auto& participant : participants_)
        participant->stop_recording();
}

void Classroom::look_around() {
    const double now_ms = network_.now_ms();
    const auto is = [this](auto condition) { return std::ranges::all_of(participants_, condition); };
    if (now_ms >= next_tell_ms_) {
        next_tell_ms_ = now_ms + tell_every_ms;
        if (std::string line = progress(); line != told_) options_.tell(told_ = std::move(line));
    }
    const bool time_is_up = options_.for_ms && now_ms - started_ms_ >= *options_.for_ms;
    if (time_is_up || (options_.until_stopped && has_stopped()) ||
        is([](const auto& p) { return p->has_given_up(); }))
        finish();
    if (finishing_) {
        const bool delivered =
            is([](const auto& p) { return p->headset().has_delivered_all() || !p->is_paired(); });
        if (delivered || now_ms >= finish_by_ms_) return leave();
    }
    timer_->set(now_ms + look_around_every_ms, [this] { look_around(); });
}

bool Classroom::has_stopped() const {
    bool any = false;
    for (const auto& participant : participants_) {
        const Player& player = participant->headset().player();
        any |= player.has_stopped();
        if (player.in_session() && !player.has_stopped()) return false;
    }
    return any;
}

void Classroom::leave() {
    options_.tell(progress());
    for (const auto& participant : participants_)
        participant->leave();
    // Gives the farewells a moment to leave.
    timer_->set(network_.now_ms() + 100, [this] { network_.stop(); });
}

std::size_t Classroom::paired() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(participants_, [](const auto& p) { return p->is_paired(); }));
}

std::string Classroom::progress() const {
    std::size_t connected = 0, signed_in = 0, playing = 0;
    std::uint64_t made = 0, acknowledged = 0;
    for (const auto& participant : participants_) {
        connected += participant->is_connected() ? 1 : 0;
        signed_in += participant->headset().is_signed_in() ? 1 : 0;
        playing += participant->headset().player().is_running() ? 1 : 0;
        made += participant->headset().events().made();
        acknowledged += participant->headset().events().acknowledged();
    }
    return std::to_string(paired()) + " of " + std::to_string(participants_.size()) + " paired, " +
           std::to_string(connected) + " connected, " + std::to_string(signed_in) + " signed in, " +
           std::to_string(playing) + " playing; " + std::to_string(made) + " events, " +
           std::to_string(acknowledged) + " of them acknowledged";
}

Json Classroom::counts() const {
    Tally tally;
    for (const auto& participant : participants_)
        tally.add(*participant, network_.now_ms());
    Json counts = tally.json();
    counts["headsets"] = participants_.size();
    counts["paired"] = paired();
    return counts;
}

} // namespace simulation
