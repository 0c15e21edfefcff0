#include "simulation/participant.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/json_fields.h"

namespace simulation {

namespace {

using Json = nlohmann::json;

constexpr double first_pause_ms = 250, longest_pause_ms = 2000;

} // namespace

double pause_after_ms(int failures, double share) {
    return std::min(longest_pause_ms, first_pause_ms * std::exp2(failures)) * (0.5 + share);
}

Participant::Participant(Network& network, ParticipantOptions options)
    : network_(network),
      options_(std::move(options)),
      random_(options_.traits.seed + 1),
      headset_(options_.traits),
      headset_timer_(network.timer()),
      network_timer_(network.timer()),
      download_(
          network,
          [this](const nlohmann::json& item) {
              headset_.say_content(nlohmann::json::array({item}), false);
              live();
          },
          options_.most_piece_bytes) {
    if (options_.line.is_perfect()) return;
    up_ = std::make_unique<Way>(options_.line, random_(), network.timer());
    down_ = std::make_unique<Way>(options_.line, random_(), network.timer());
}

Participant::~Participant() {
    if (socket_) socket_->drop();
}

void Participant::begin() {
    again_in(options_.begin_after_ms, &Participant::pair);
}

void Participant::again_in(double ms, void (Participant::*what)()) {
    network_timer_->set(network_.now_ms() + ms, [this, what] { (this->*what)(); });
}

double Participant::drawn(double least, double most) {
    return std::uniform_real_distribution<double>(least, most)(random_);
}

// ---- pairing ----

void Participant::pair() {
    const HeadsetTraits& traits = options_.traits;
    if (options_.pairing_code) {
        try {
            pair_with(options_.pairing_code(traits.serial_number));
        } catch (const platform::Error& error) {
            fault_ = error.what();
        }
    } else if (!options_.code_path.empty()) {
        ask(options_.code_path, "", &Participant::hear_code);
    } else {
        const Json body{{"serial_number", traits.serial_number},
                        {"model", traits.model},
                        {"nickname", traits.nickname},
                        {"pin", traits.pin}};
        ask("/v1/pairings/sign-in", body.dump(), &Participant::hear_pairing);
    }
}

void Participant::pair_with(const std::string& code) {
    const HeadsetTraits& traits = options_.traits;
    const Json body{{"code", code},
                    {"serial_number", traits.serial_number},
                    {"model", traits.model},
                    {"name", traits.name}};
    ask("/v1/pairings", body.dump(), &Participant::hear_pairing);
}

void Participant::ask(const std::string& path, const std::string& body,
                      void (Participant::*hear)(const Response&)) {
    network_.ask(path, "", body, [this, hear, here = std::weak_ptr<bool>(here_)](const Response& response) {
        if (!here.expired() && !leaving_) (this->*hear)(response);
    });
}

void Participant::hear_code(const Response& response) {
    const Json body = Json::parse(response.body, nullptr, false);
    const Json& code = platform::JsonFields(body).json("connect_code");
    if (response.status != 200 || !code.is_number_integer()) return refused(response);
    const std::string digits = std::to_string(code.get<int>());
    pair_with(std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits);
}

void Participant::hear_pairing(const Response& response) {
    // 202: the token works once a teacher lets the headset in.
    if (response.status != 201 && response.status != 202) return refused(response);
    const Json body = Json::parse(response.body, nullptr, false);
    token_ = platform::JsonFields(body).get_or("token", std::string());
    failures_ = 0;
    if (token_.empty())
        fault_ = "the answer to pairing has no token";
    else
        connect();
}

void Participant::refused(const Response& response) {
    ++counts_.failed_pairings;
    const bool may_pass = response.status == 0 || response.status == 429 || response.status >= 500;
    if (may_pass) return again_in(pause_ms(), &Participant::pair);
    fault_ = "pairing: " + std::to_string(response.status);
    const Json body = Json::parse(response.body, nullptr, false);
    const platform::JsonFields problem(body);
    if (body.is_object()) fault_ += " " + problem.get_or("detail", problem.get_or("title", std::string()));
}

// ---- the line ----

void Participant::connect() {
    socket_ = network_.open("/v1/live", token_, *this);
}

void Participant::on_open() {
    connected_ = true;
    failures_ = 0;
    ++counts_.connects;
    headset_.connected(network_.now_ms());
    download_.line_back();
    plan_loss();
    live();
}

void Participant::on_message(std::string_view text) {
    OutgoingMessage message{std::string(text), false};
    if (down_)
        travel(*down_, std::move(message), &Participant::arrive_here);
    else
        arrive_here(std::move(message));
}

void Participant::travel(Way& way, OutgoingMessage message, void (Participant::*arrive)(OutgoingMessage)) {
    way.messages.emplace_back(way.line.arrival_ms(network_.now_ms()), std::move(message));
    if (way.messages.size() == 1) arrive_due(way, arrive);
}

// Delivers the messages that have arrived and comes back for the next.
void Participant::arrive_due(Way& way, void (Participant::*arrive)(OutgoingMessage)) {
    while (!way.messages.empty() && way.messages.front().first <= network_.now_ms()) {
        OutgoingMessage message = std::move(way.messages.front().second);
        way.messages.pop_front();
        (this->*arrive)(std::move(message));
    }
    if (!way.messages.empty())
        way.timer->set(way.messages.front().first, [this, &way, arrive] { arrive_due(way, arrive); });
}

void Participant::arrive_here(OutgoingMessage message) {
    headset_.received(message.content, network_.now_ms());
    live();
}

void Participant::arrive_there(OutgoingMessage message) {
    if (socket_) socket_->send(std::move(message.content), message.binary);
}

void Participant::clear_lines() {
    for (Way* way : {up_.get(), down_.get()}) {
        if (!way) continue;
        way->messages.clear();
        way->timer->cancel();
    }
}

void Participant::on_closed(int) {
    if (!connected_) ++counts_.failed_connects;
    socket_.reset();
    away_for(pause_ms());
}

void Participant::lost() {
    if (finishing_) return;
    ++counts_.losses;
    socket_->drop();
    socket_.reset();
    away_for(drawn(options_.longest_loss_ms / 10, options_.longest_loss_ms));
}

void Participant::away_for(double ms) {
    connected_ = false;
    clear_lines();
    headset_.disconnected(network_.now_ms());
    download_.line_lost();
    if (!leaving_) again_in(ms, &Participant::connect);
}

double Participant::pause_ms() {
    return pause_after_ms(failures_++, drawn(0, 1));
}

void Participant::plan_loss() {
    if (options_.losses_per_minute <= 0) return;
    again_in(std::exponential_distribution<double>(options_.losses_per_minute / 60'000)(random_),
             &Participant::lost);
}

// ---- what the headset does ----

// `due_ms`: the time for which it was woken.
void Participant::live(std::optional<double> due_ms) {
    const double now_ms = network_.now_ms();
    const auto obeyed = headset_.counts().obeyed;
    const double due = headset_.act(now_ms);
    if (due_ms && headset_.counts().obeyed > obeyed) lateness_ms_.push_back(now_ms - *due_ms);
    if (headset_.take_welcome()) headset_.say_content(download_.held(), true);
    if (const auto fetch = headset_.take_fetch()) download_.take(*fetch, token_);
    for (OutgoingMessage& message : headset_.take_messages()) {
        if (up_ && socket_)
            travel(*up_, std::move(message), &Participant::arrive_there);
        else
            arrive_there(std::move(message));
    }
    headset_timer_->set(due, [this, due] { live(due); });
}

void Participant::stop_recording() {
    finishing_ = true;
    headset_.stop_recording(network_.now_ms());
    live();
}

void Participant::leave() {
    leaving_ = true;
    headset_timer_->cancel();
    network_timer_->cancel();
    clear_lines();
    if (socket_) socket_->close();
    socket_.reset();
}

} // namespace simulation
