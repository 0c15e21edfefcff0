#include "dialects/dpvr/headsets.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "devices/remote_controlled.h"
#include "dialects/dpvr/lesson_video.h"
#include "platform/error.h"
#include "platform/json_fields.h"
#include "platform/log.h"

namespace dialects::dpvr {

namespace {

using sessions::Action;

constexpr std::string_view model = "DPVR, by its remote control";
constexpr const char* not_by_rdc =
    "This headset is controlled by DPVR's remote control, which can't do that.";

// The lesson that a player can play; null: none, or another kind.
const sessions::SessionLesson* video_lesson(const sessions::Session& session) {
    const sessions::SessionLesson* lesson = session.lesson();
    return lesson != nullptr && lesson->kind == courses::LessonKind::video ? lesson : nullptr;
}

} // namespace

int local_offset_minutes(std::int64_t at_ms) {
    const auto seconds = static_cast<std::time_t>(at_ms / 1000);
    std::tm local{};
    return ::localtime_r(&seconds, &local) == nullptr ? 0 : static_cast<int>(local.tm_gmtoff / 60);
}

void Headsets::heard(Links::LinkNumber number, const Heartbeat& heartbeat) {
    parts_.hub.post([this, number, heartbeat](live::Hub&) {
        const auto [place, is_new] = linked_.try_emplace(number);
        Linked& linked = place->second;
        linked.last = heartbeat;
        if (is_new) {
            linked.since_ms = parts_.clock.now_ms();
            look_up(number);
        }
        if (!linked.known) return;
        report(linked);
        set_right(number, linked);
    });
}

void Headsets::gone(Links::LinkNumber number) {
    parts_.hub.post([this, number](live::Hub&) {
        const auto found = linked_.find(number);
        if (found == linked_.end()) return;
        leave(found->second);
        linked_.erase(found);
    });
}

void Headsets::leave(Linked& linked) {
    if (linked.known) parts_.presence.disconnected(linked.known->device_id, parts_.clock.now_ms());
    linked.known.reset();
}

// ---- joining ----

std::vector<devices::Device> Headsets::join(store::Tx& tx, OrganisationId organisation_id,
                                            const std::vector<Joining>& headsets) {
    std::vector<devices::Device> joined;
    for (const Joining& headset : headsets) {
        auto device = parts_.devices.by_serial_number(tx, headset.serial_number);
        if (device && device->organisation_id != organisation_id)
            platform::throw_conflict("The headset " + headset.serial_number +
                                     " is paired with another organisation: unpair it there first.");
        if (!device) {
            // A code for this serial number alone: the teacher has just named it.
            const auto code =
                parts_.pairing.make_code(tx, organisation_id, std::nullopt, headset.serial_number);
            device =
                parts_.pairing
                    .pair_with_code(tx, code.code, {headset.serial_number, std::string(model), headset.name})
                    .device;
        }
        devices::take_in(tx, organisation_id, headset.serial_number);
        joined.push_back(*std::move(device));
    }
    tx.after_commit([this] {
        parts_.hub.post([this](live::Hub&) {
            for (const auto& [number, linked] : linked_)
                if (!linked.known) look_up(number);
        });
    });
    return joined;
}

void Headsets::unpairing(store::Tx& tx, OrganisationId organisation_id, DeviceId device_id) {
    if (const auto device = parts_.devices.find(tx, organisation_id, device_id))
        devices::let_go(tx, organisation_id, device->serial_number);
}

void Headsets::unpaired(DeviceId device_id) {
    parts_.hub.post([this, device_id](live::Hub&) {
        for (auto& [number, linked] : linked_) {
            if (!linked.known || linked.known->device_id != device_id) continue;
            tell(number, plain_order(MessageType::stop));
            tell(number, keys_order(false));
            linked.known.reset(); // presence has forgotten it already
        }
    });
}

void Headsets::look_up(Links::LinkNumber number) {
    struct Found {
        std::string serial;
        std::optional<Known> known;
    };
    auto result = std::make_shared<Found>(Found{linked_.at(number).last.serial, {}});
    const auto look = [result, parts = parts_](store::Read& read) {
        const auto organisation_id = devices::taken_in_by(read, result->serial);
        const auto device = parts.devices.by_serial_number(read, result->serial);
        if (organisation_id && device && device->organisation_id == *organisation_id)
            result->known = Known{*organisation_id, device->id};
    };
    const auto done = [this, result, number](std::exception_ptr fault) {
        if (fault) return; // the next link of this headset asks again
        parts_.hub.post([this, result, number](live::Hub&) { found(number, result->known); });
    };
    try {
        parts_.store.submit_read(look, done);
    } catch (const platform::Error&) {
        platform::log_warning("DPVR: a headset is not let in yet, because the store is too busy");
    }
}

void Headsets::found(Links::LinkNumber number, const std::optional<Known>& known) {
    const auto place = linked_.find(number);
    if (place == linked_.end() || !known || place->second.known) return;
    Linked& linked = place->second;
    linked.known = known;
    parts_.presence.connected(known->device_id, parts_.clock.now_ms());
    parts_.presence.said_hello(known->device_id, {"dpvr"});
    report(linked);
}

std::vector<Headsets::Waiting> Headsets::waiting() const {
    std::vector<Waiting> waiting;
    for (const auto& [number, linked] : linked_)
        if (!linked.known)
            waiting.push_back({linked.last.serial, linked.last.battery_percent, linked.since_ms});
    return waiting;
}

// ---- what it says ----

void Headsets::report(Linked& linked) {
    devices::Report report;
    if (linked.last.battery_percent) report.battery = *linked.last.battery_percent;
    report.app = linked.last.running_app;
    if (const auto& player = linked.last.player; player && linked.in_lesson) {
        report.position_ms = std::llround(player->position_s * 1000);
        report.content = player->path;
    }
    parts_.presence.seen(linked.known->device_id, report, parts_.clock.now_ms());
}

const sessions::Session* Headsets::session_of(const Linked& linked) const {
    const auto session_id = parts_.places.session_of(linked.known->device_id);
    if (!session_id) return nullptr;
    const auto found = sessions_.find(*session_id);
    return found == sessions_.end() ? nullptr : found->second.get();
}

// A session that began before this start of the box, or that no order has gone to since.
void Headsets::look_up_session(OrganisationId organisation_id, SessionId session_id) {
    sessions_[session_id] = nullptr; // asked for
    auto result = std::make_shared<sessions::Session>();
    const auto look = [result, organisation_id, session_id, parts = parts_](store::Read& read) {
        *result = parts.sessions.get(read, organisation_id, session_id);
    };
    const auto done = [this, result, session_id](std::exception_ptr fault) {
        parts_.hub.post([this, result, session_id, failed = static_cast<bool>(fault)](live::Hub&) {
            sessions::SessionSnapshot& known = sessions_[session_id];
            if (known) return; // an order has come meanwhile, and it is newer
            if (!failed && result->transport.is_live())
                known = result;
            else
                sessions_.erase(session_id);
        });
    };
    try {
        parts_.store.submit_read(look, done);
    } catch (const platform::Error&) {
        sessions_.erase(session_id);
    }
}

// Compares what the headset says with what it should be doing.
void Headsets::set_right(Links::LinkNumber number, Linked& linked) {
    const auto session_id = parts_.places.session_of(linked.known->device_id);
    if (session_id && !sessions_.contains(*session_id))
        return look_up_session(linked.known->organisation_id, *session_id);
    const sessions::Session* session = session_of(linked);
    const std::int64_t now_ms = parts_.clock.now_ms();
    if (session == nullptr || now_ms < linked.away_until_ms || now_ms - linked.told_ms < set_right_every_ms)
        return;
    // An app of ours on the same headset obeys by itself.
    if (parts_.director.answers_itself(linked.known->device_id) || session->is_finished(now_ms)) return;
    const sessions::SessionLesson* lesson = video_lesson(*session);
    const auto video = lesson == nullptr ? std::nullopt : video_of(lesson->content);
    if (!video) return;
    const auto& player = linked.last.player;
    const bool runs = session->transport.state == sessions::State::running;
    const bool shows = player && player->path == video->path && player->state != "STOPED";
    if (runs && !shows) return play(number, linked, *session);
    if (!shows) return;
    const std::int64_t off_ms = std::llround(player->position_s * 1000) - session->position_at(now_ms);
    if (runs && player->state == "PAUSE") {
        tell(number, resume_order(now_ms, local_offset_minutes(now_ms)));
    } else if (!runs && player->state == "PLAYING") {
        tell(number, plain_order(MessageType::pause));
    } else if (std::abs(off_ms) > far_off_ms) {
        tell(number, seek_order(session->position_at(now_ms)));
    } else {
        return;
    }
    linked.told_ms = now_ms;
}

// ---- what it is told ----

void Headsets::play(Links::LinkNumber number, Linked& linked, const sessions::Session& session) {
    const auto video = video_of(session.lesson()->content);
    tell(number, keys_order(true));
    tell(number, play_order(video->path, video->surface, video->eyes, true));
    linked.told_ms = parts_.clock.now_ms();
    linked.in_lesson = true;
}

void Headsets::ordered(const sessions::OrderSnapshot& ordered) {
    const sessions::Session& session = ordered->session;
    if (session.transport.is_live())
        sessions_[session.id] = sessions::SessionSnapshot(ordered, &session);
    else
        sessions_.erase(session.id);
    for (auto& [number, linked] : linked_) {
        if (!linked.known || parts_.director.answers_itself(linked.known->device_id)) continue;
        const DeviceId device_id = linked.known->device_id;
        const auto& answers = ordered->command.answers;
        if (std::ranges::find(answers, device_id, &sessions::CommandAnswer::device_id) == answers.end())
            continue;
        answer(device_id, *ordered, obey(number, linked, *ordered));
    }
}

std::string Headsets::obey(Links::LinkNumber number, Linked& linked, const sessions::Ordered& ordered) {
    const sessions::Session& session = ordered.session;
    const sessions::Command& command = ordered.command;
    const Json parsed = Json::parse(command.arguments);
    const platform::JsonFields arguments(parsed);
    const sessions::SessionLesson* lesson = video_lesson(session);
    const bool plays = lesson != nullptr && video_of(lesson->content).has_value();
    linked.told_ms = parts_.clock.now_ms();
    switch (command.action) {
        case Action::start:
            if (lesson == nullptr) return "DPVR's remote control plays videos; this lesson is none.";
            if (!plays) return "The lesson's video has no file name that a headset could have.";
            linked.away_until_ms = 0;
            play(number, linked, session);
            return "";
        case Action::pause:
            tell(number, plain_order(MessageType::pause));
            return "";
        case Action::resume:
            tell(number, resume_order(command.at_ms, local_offset_minutes(command.at_ms)));
            return "";
        case Action::seek:
        case Action::catch_up:
            tell(number, seek_order(session.position_at(command.at_ms)));
            return "";
        case Action::stop:
            tell(number, plain_order(MessageType::stop));
            tell(number, keys_order(false));
            linked.in_lesson = false;
            linked.away_until_ms = 0;
            return "";
        case Action::volume:
            tell(number, volume_order(static_cast<int>(arguments.get<std::int64_t>("percent"))));
            return "";
        case Action::recenter:
            tell(number, plain_order(MessageType::recentre));
            return "";
        case Action::eyes_on_me: // all that it can: the picture stands still
            linked.away_until_ms = arguments.get<std::int64_t>("until_ms");
            tell(number, plain_order(MessageType::pause));
            return "";
        case Action::release:
            linked.away_until_ms = 0;
            if (session.transport.state == sessions::State::running)
                tell(number, resume_order(command.at_ms, local_offset_minutes(command.at_ms)));
            return "";
        case Action::launch:
            return launch(number, linked, arguments);
        case Action::look:
        case Action::message:
        case Action::brightness:
        case Action::identify:
            break;
    }
    return not_by_rdc;
}

// An app is named "package" or "package/activity".
std::string Headsets::launch(Links::LinkNumber number, Linked& linked,
                             const platform::JsonFields& arguments) {
    const auto kind = arguments.get<std::string>("kind"), content = arguments.get<std::string>("content");
    if (kind == platform::name_of(courses::LessonKind::app)) {
        const auto slash = content.find('/');
        tell(number, start_app_order(content.substr(0, slash),
                                     slash == content.npos ? "" : content.substr(slash + 1)));
    } else if (const auto video = video_of(content);
               kind == platform::name_of(courses::LessonKind::video) && video) {
        tell(number, play_order(video->path, video->surface, video->eyes, true));
    } else {
        return not_by_rdc;
    }
    linked.away_until_ms = INT64_MAX; // until the next play
    return "";
}

void Headsets::answer(DeviceId device_id, const sessions::Ordered& ordered, const std::string& fault) {
    const auto work = [parts = parts_, device_id, fault, organisation_id = ordered.session.organisation_id,
                       session_id = ordered.session.id, number = ordered.command.number](store::Tx& tx) {
        sessions::CommandAnswer answer;
        answer.device_id = device_id;
        answer.state = fault.empty() ? sessions::AnswerState::done : sessions::AnswerState::failed;
        answer.error = fault;
        parts.director.answer(tx, organisation_id, session_id, number, answer);
        return store::Verdict::keep;
    };
    try {
        parts_.store.submit({"answer for a DPVR headset", work, [](std::exception_ptr) {}});
    } catch (const platform::Error&) {
        platform::log_warning("DPVR: the answer of a headset was lost: the store is too busy");
    }
}

} // namespace dialects::dpvr
