#include "simulation/headset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "platform/error.h"
#include "platform/json_fields.h"
#include "simulation/picture.h"

namespace simulation {

namespace {

using Json = nlohmann::json;
using platform::JsonFields;

constexpr double report_every_ms = 1000;
constexpr double batch_every_ms = 1000;
constexpr double clock_every_ms = 1000;
// until it knows server time well enough to act together with the others
constexpr double quick_clock_every_ms = 60;
constexpr int quick_clocks = 10;
constexpr std::size_t enough_trips = 5; // to know server time to a few milliseconds
constexpr double sign_in_again_ms = 15'000;
constexpr std::size_t most_batches_under_way = 4;
constexpr std::size_t most_answers_kept = 200;
constexpr double never = std::numeric_limits<double>::infinity();
constexpr std::array<const char*, 5> targets{"coral", "turtle", "shark", "anchor", "diver"};

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// An error that no later try can mend. One that we don't know is of a newer box: trying again would hold up what
// waits behind it.
bool is_final(const Json& error) {
    static const std::set<std::string> passing{"TooManyRequests", "Unavailable", "StorageFull", "Internal"};
    return error.is_string() && !passing.contains(error.get<std::string>());
}

} // namespace

Headset::Headset(HeadsetTraits traits)
    : traits_(std::move(traits)),
      random_(traits_.seed),
      media_(traits_.media_error_ppm),
      wearer_(traits_.seed + 7),
      events_(traits_.serial_number + "-" + traits_.start) {
    battery_ = std::uniform_real_distribution<double>(35, 100)(random_);
    picture_every_ms_ = traits_.picture_every_ms;
}

// ---- time ----

double Headset::server_ms(double now_ms) const {
    return traits_.clock.own_ms(now_ms) + sync_.offset_ms().value_or(coarse_offset_ms_.value_or(0));
}

double Headset::true_from_server(double server) const {
    return traits_.clock.true_ms(server - sync_.offset_ms().value_or(coarse_offset_ms_.value_or(0)));
}

// ---- what the network tells ----

void Headset::connected(double now_ms) {
    connected_ = true;
    connected_ms_ = now_ms;
    in_lesson_ms_.reset();
    picture_every_ms_ = traits_.picture_every_ms; // the server asks for them again
    quick_clocks_ = quick_clocks;
    next_clock_ms_ = now_ms;
    // Spread over the second, like a class in which nobody switches on all headsets at once.
    next_report_ms_ = now_ms + std::uniform_real_distribution<double>(0, report_every_ms)(random_);
    next_picture_ms_ = now_ms + std::uniform_real_distribution<double>(0, traits_.picture_every_ms)(random_);
    if (traits_.hands_per_minute > 0)
        next_hand_ms_ =
            now_ms + std::exponential_distribution<double>(traits_.hands_per_minute / 60'000)(random_);
}

void Headset::disconnected(double) {
    connected_ = welcomed_ = false;
    messages_.clear();
    batches_under_way_.clear();
    events_.connection_lost();
}

void Headset::received(std::string_view text, double now_ms) {
    try {
        hear(Json::parse(text), now_ms);
    } catch (const Json::exception&) {
        ++counts_.not_understood;
    } catch (const platform::Error&) { // a field that doesn't fit
        ++counts_.not_understood;
    }
}

void Headset::hear(const Json& message, double now_ms) {
    const JsonFields fields(message);
    const auto type = fields.get<std::string>("type");
    const Json& data = fields.json("data");
    if (!fields.json("eid").is_null())
        hear_reply(message, now_ms);
    else if (type == "welcome")
        hear_welcome(data, now_ms);
    else if (type == "state")
        hear_state(data, now_ms);
    else if (type == "command")
        hear_command(data, now_ms);
    else if (type == "content.fetch")
        fetches_.push_back(data.dump());
    else if (type == "pictures")
        hear_pictures(data, now_ms);
    else if (type == "person" && JsonFields(data).json("person").is_null()) {
        signed_in_ = false;
        next_sign_in_ms_ = traits_.nickname.empty() ? never : now_ms + sign_in_again_ms;
    }
}

void Headset::hear_welcome(const Json& json, double now_ms) {
    const JsonFields data(json);
    welcomed_ = just_welcomed_ = true;
    if (!sync_.offset_ms()) coarse_offset_ms_ = data.get<double>("server_ms") - traits_.clock.own_ms(now_ms);
    device_id_ = data.object("device").get<DeviceId>("id");
    signed_in_ = !data.json("person").is_null();
    if (std::exchange(sign_in_asked_, false) && signed_in_) ++counts_.sign_ins;
    next_sign_in_ms_ = signed_in_ || traits_.nickname.empty() ? never : now_ms;
    // The headset has not heard answers that were sent while the line was down.
    for (const auto& [eid, answer_data] : answers_)
        say("command.answer", answer_data, eid);
    hear_state(data.json("session"), now_ms);
    if (traits_.session_id && !player_.in_session())
        say("session.join", R"({"session_id":)" + to_string(*traits_.session_id) + "}");
}

void Headset::hear_state(const Json& data, double now_ms) {
    record_until(now_ms);
    const std::pair before{player_.session_id(), player_.number()};
    player_.take_state(data);
    wearer_.take_controls(JsonFields(data).json("controls"), server_ms(now_ms));
    playing_changed(now_ms);
    // The state already shows the newest command's outcome, even if the headset never heard the command
    // itself.
    const std::pair place{player_.session_id(), player_.number()};
    if (player_.number() > 0 && place != before) answer(place.first, place.second, "done", std::nullopt);
}

void Headset::hear_command(const Json& data, double now_ms) {
    ++counts_.commands;
    const Command command = command_from(data);
    heard_.push_back({command.number, now_ms});
    record_until(now_ms);
    const bool is_known = player_.take(command) == Player::Verdict::known;
    answer(command.session_id, command.number, is_known ? "done" : "received", std::nullopt);
}

void Headset::hear_reply(const Json& json, double now_ms) {
    const JsonFields message(json);
    const Json& eid_value = message.json("eid");
    const std::int64_t eid = eid_value.is_string() ? std::atoll(eid_value.get<std::string>().c_str())
                                                   : eid_value.get<std::int64_t>();
    const auto type = message.get<std::string>("type");
    const bool good = message.get_or("status", std::string()) != "error";
    if (!good) ++counts_.refused_messages;
    if (type == "clock" && good) {
        const JsonFields data = message.object("data");
        sync_.add(data.get<double>("t0"), data.get<double>("t1"), traits_.clock.own_ms(now_ms));
    } else if (type == "events") {
        hear_events_reply(json, eid, now_ms);
    } else if (type == "command.answer") {
        if (good || is_final(message.json("error"))) answers_.erase(eid);
    } else if (type == "content.report" && good) {
        fetches_.push_back(message.json("data").dump());
    } else if (type == "headset.sign_in") {
        hear_sign_in_reply(json, now_ms);
    }
}

void Headset::hear_events_reply(const Json& json, std::int64_t eid, double now_ms) {
    const JsonFields message(json);
    const auto batch = batches_under_way_.extract(eid);
    if (batch.empty()) return;
    if (message.get_or("status", std::string()) != "error") {
        const JsonFields data = message.object("data");
        events_.acknowledge(batch.mapped(), data.get<RunId>("run_id"), data.get<bool>("repeated"));
        send_batches();
    } else if (is_final(message.json("error"))) {
        events_.refuse(batch.mapped());
    } else { // the box is busy or full: send it with the next batch
        events_.retry(batch.mapped());
        next_batch_ms_ = now_ms + batch_every_ms;
    }
}

void Headset::hear_sign_in_reply(const Json& message, double now_ms) {
    sign_in_asked_ = false;
    signed_in_ = JsonFields(message).get_or("status", std::string()) != "error";
    ++(signed_in_ ? counts_.sign_ins : counts_.failed_sign_ins);
    next_sign_in_ms_ = signed_in_ ? never : now_ms + sign_in_again_ms;
}

// ---- what it does by itself ----

double Headset::act(double now_ms) {
    while (player_.next_at_ms() && true_from_server(*player_.next_at_ms()) <= now_ms)
        obey(now_ms);
    if (now_ms >= next_correction_ms_) keep_in_time(now_ms);
    if (connected_ && player_.in_session() && sync_.samples() >= enough_trips && !in_lesson_ms_)
        in_lesson_ms_ = now_ms - connected_ms_;
    if (now_ms >= next_batch_ms_) {
        record_until(now_ms);
        next_batch_ms_ = now_ms + batch_every_ms;
        if (connected_) events_.seal();
    }
    if (connected_ && welcomed_) {
        send_batches();
        if (now_ms >= next_clock_ms_) ask_clock(now_ms);
        if (now_ms >= next_sign_in_ms_) sign_in(now_ms);
        if (now_ms >= next_report_ms_) report(now_ms);
        if (picture_every_ms_ > 0 && now_ms >= next_picture_ms_) send_picture(now_ms);
        if (now_ms >= next_hand_ms_) raise_hand(now_ms);
    }
    return next_due();
}

double Headset::next_due() const {
    double due = std::min(next_batch_ms_, next_correction_ms_);
    if (player_.next_at_ms()) due = std::min(due, true_from_server(*player_.next_at_ms()));
    if (connected_ && welcomed_) {
        due = std::min({due, next_clock_ms_, next_sign_in_ms_, next_report_ms_, next_hand_ms_});
        if (picture_every_ms_ > 0) due = std::min(due, next_picture_ms_);
    }
    return due;
}

std::optional<Json> Headset::take_fetch() {
    if (fetches_.empty()) return std::nullopt;
    Json fetch = Json::parse(fetches_.back()); // the newest one says everything
    fetches_.clear();
    return fetch;
}

void Headset::say_content(const Json& items, bool complete) {
    if (connected_ && welcomed_) say("content.report", Json{{"items", items}, {"complete", complete}}.dump());
}

std::vector<OutgoingMessage> Headset::take_messages() {
    return std::exchange(messages_, {});
}

void Headset::stop_recording(double now_ms) {
    record_until(now_ms);
    recording_ = false;
    events_.seal();
    send_batches();
}

void Headset::obey(double now_ms) {
    record_until(now_ms);
    const double server_now = server_ms(now_ms);
    const auto [command, counts] = player_.obey();
    if (counts) wearer_.obey(command);
    playing_changed(now_ms);
    if (command.expires_ms > 0 && server_now > command.expires_ms) {
        ++counts_.expired; // too late to act together, but not to catch up with the others
        answer(command.session_id, command.number, "failed", server_now - command.at_ms,
               "came after it had expired");
        return;
    }
    skew_ms_ = server_now - command.at_ms;
    ++counts_.obeyed;
    if (command.kind() == "playback")
        obeyed_.push_back({command.session_id, command.number, now_ms, skew_ms_, command.at_ms});
    if (command.action == "play") answer(command.session_id, command.number, "running", skew_ms_);
    answer(command.session_id, command.number, "done", skew_ms_);
}

void Headset::answer(SessionId session_id, std::int64_t number, const char* state,
                     std::optional<double> skew_ms, const char* error) {
    std::string data = R"({"session_id":)" + to_string(session_id) + R"(,"number":)" +
                       std::to_string(number) + R"(,"state":")" + state + '"';
    if (skew_ms) data += R"(,"skew_ms":)" + fixed(*skew_ms, 3);
    if (error) data += std::string(R"(,"error":")") + error + '"';
    data += '}';
    const std::int64_t eid = ++last_eid_;
    if (answers_.size() == most_answers_kept) answers_.erase(answers_.begin());
    answers_[eid] = data;
    if (connected_ && welcomed_) say("command.answer", data, eid);
}

void Headset::keep_in_time(double now_ms) {
    next_correction_ms_ = now_ms + correct_every_ms;
    const double server = server_ms(now_ms);
    if (player_.is_playing(server))
        media_.correct(player_.position_ms(server), own_ms(now_ms));
    else
        media_.set(player_.position_ms(server), false, own_ms(now_ms));
}

std::optional<double> Headset::media_off_ms(double now_ms) const {
    if (!player_.is_playing(server_ms(now_ms))) return std::nullopt;
    return media_.position_ms(own_ms(now_ms)) - player_.position_ms(server_ms(now_ms));
}

// ---- events ----

void Headset::record_until(double now_ms) {
    if (!recording_) return;
    for (; next_look_ms_ <= now_ms; next_look_ms_ += look_every_ms) {
        if (player_.is_playing(server_ms(next_look_ms_)))
            record(next_look_ms_);
        else
            leave_zone(next_look_ms_); // at the end of the lesson
    }
}

// Call after every change of what plays, when everything before it has been recorded.
void Headset::playing_changed(double now_ms) {
    const double server = server_ms(now_ms);
    media_.set(player_.position_ms(server), player_.is_playing(server), own_ms(now_ms));
    if (!player_.is_running()) {
        leave_zone(now_ms);
        next_look_ms_ = never;
    } else {
        next_look_ms_ = std::max(now_ms, true_from_server(player_.since_ms()));
    }
}

void Headset::leave_zone(double now_ms) {
    if (zone_.empty() || !recording_) return;
    const auto dwell = std::llround(std::max(0.0, now_ms - zone_since_ms_));
    const Look look = traits_.trace->at(player_.position_ms(server_ms(now_ms)));
    add_event("zone_exit", now_ms, look, R"(,"zone":")" + zone_ + R"(","dwell_ms":)" + std::to_string(dwell));
    zone_.clear();
}

void Headset::record(double moment_ms) {
    const double server = server_ms(moment_ms);
    const Look look = wearer_.look(traits_.trace->at(player_.position_ms(server)), server);
    add_event("gaze", moment_ms, look, "");
    const std::string_view zone = zone_of(look);
    if (zone != zone_) {
        leave_zone(moment_ms);
        zone_ = zone;
        zone_since_ms_ = moment_ms;
        add_event("zone_enter", moment_ms, look, R"(,"zone":")" + zone_ + '"');
    }
    if (std::uniform_int_distribution<int>(0, 149)(random_) == 0) { // on average every 15 s
        const std::size_t which = std::uniform_int_distribution<std::size_t>(0, targets.size() - 1)(random_);
        add_event("interaction", moment_ms, look,
                  std::string(R"(,"target":")") + targets[which] + R"(","dwell_ms":800)");
    }
}

void Headset::add_event(const char* kind, double moment_ms, const Look& look, const std::string& more) {
    const double server = server_ms(moment_ms);
    char text[256];
    std::snprintf(
        text, sizeof text,
        R"({"kind":"%s","at_ms":%lld,"sent_ms":%lld,"position_ms":%lld,"yaw_deg":%.1f,"pitch_deg":%.1f)",
        kind, std::llround(server), std::llround(traits_.clock.own_ms(moment_ms)),
        std::llround(player_.position_ms(server)), look.yaw_deg, look.pitch_deg);
    events_.add(player_.run_id(), text + more + '}');
}

void Headset::send_batches() {
    if (!connected_ || !welcomed_) return;
    while (const Batch* batch = events_.next_to_send(most_batches_under_way)) {
        const std::int64_t eid = ++last_eid_;
        batches_under_way_[eid] = batch->id;
        std::string data = R"({"batch_id":")" + batch->id + '"';
        if (batch->run_id)
            data += R"(,"run_id":)" + to_string(batch->run_id) + R"(,"reported_total":)" +
                    std::to_string(batch->made);
        say("events", data + R"(,"events":[)" + batch->events + "]}", eid);
    }
}

// ---- small messages ----

void Headset::say(const char* type, const std::string& data, std::int64_t eid) {
    if (eid == 0) eid = ++last_eid_;
    messages_.push_back({std::string(R"({"type":")") + type + R"(","data":)" + data + R"(,"eid":)" +
                         std::to_string(eid) + '}'});
}

void Headset::ask_clock(double now_ms) {
    say("clock", R"({"t0":)" + fixed(traits_.clock.own_ms(now_ms), 3) + '}');
    next_clock_ms_ = now_ms + (--quick_clocks_ > 0 ? quick_clock_every_ms : clock_every_ms);
}

void Headset::sign_in(double now_ms) {
    say("headset.sign_in", Json{{"nickname", traits_.nickname}, {"pin", traits_.pin}}.dump());
    sign_in_asked_ = true;
    next_sign_in_ms_ = now_ms + sign_in_again_ms; // unless the answer says better
}

void Headset::report(double now_ms) {
    const double server = server_ms(now_ms);
    const double position = media_.position_ms(own_ms(now_ms));
    const Look look = wearer_.look(traits_.trace->at(player_.in_session() ? position : server), server);
    battery_ = std::max(1.0, battery_ - 1.0 / 120); // two and a half hours of lessons
    std::string data =
        R"({"battery":)" + std::to_string(std::llround(battery_)) +
        R"(,"charging":false,"storage_free":48318382080,"app":"lectern.simulator","app_version":"1")";
    const std::string& content = wearer_.launched().empty() ? player_.content() : wearer_.launched();
    if (player_.in_session() && !content.empty()) data += R"(,"content":)" + Json(content).dump();
    if (player_.in_session()) data += R"(,"position_ms":)" + std::to_string(std::llround(position));
    if (sync_.round_trip_ms()) {
        data += R"(,"round_trip_ms":)" + fixed(*sync_.round_trip_ms(), 2);
        data += R"(,"clock_offset_ms":)" + fixed(*sync_.offset_ms(), 3);
    }
    if (const auto off_ms = media_off_ms(now_ms)) data += R"(,"skew_ms":)" + fixed(*off_ms, 3);
    data += R"(,"gaze":{"yaw_deg":)" + fixed(look.yaw_deg, 1) + R"(,"pitch_deg":)" +
            fixed(look.pitch_deg, 1) + "}}";
    say("headset.report", data);
    ++counts_.reports;
    next_report_ms_ = now_ms + report_every_ms;
}

// How often pictures are wanted, how good and how large; never while nobody watches.
void Headset::hear_pictures(const Json& data, double now_ms) {
    const JsonFields fields(data);
    picture_every_ms_ = fields.get_or("interval_ms", 0.0);
    most_picture_bytes_ = fields.get_or("max_bytes", std::size_t{0});
    next_picture_ms_ = now_ms + std::uniform_real_distribution<double>(0, picture_every_ms_)(random_);
}

void Headset::send_picture(double now_ms) {
    next_picture_ms_ = now_ms + picture_every_ms_;
    const double position = media_.position_ms(own_ms(now_ms));
    std::string picture =
        '\x01' + picture_of(wearer_.look(traits_.trace->at(position), server_ms(now_ms)), position);
    if (most_picture_bytes_ > 0 && picture.size() > most_picture_bytes_ + 1) return;
    ++counts_.pictures;
    counts_.picture_bytes += picture.size();
    messages_.push_back({std::move(picture), true});
}

void Headset::raise_hand(double now_ms) {
    static const std::array<const char*, 4> questions{"", "Is that a shark?", "Where do I look?",
                                                      "Why is it dark?"};
    next_hand_ms_ =
        now_ms + std::exponential_distribution<double>(traits_.hands_per_minute / 60'000)(random_);
    if (!player_.is_playing(server_ms(now_ms))) return;
    const std::size_t which = std::uniform_int_distribution<std::size_t>(0, questions.size() - 1)(random_);
    say("headset.hand", Json{{"question", questions[which]}}.dump());
    ++counts_.hands;
}

} // namespace simulation
