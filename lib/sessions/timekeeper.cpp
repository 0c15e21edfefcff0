#include "sessions/timekeeper.h"

#include <algorithm>
#include <exception>

#include "platform/error.h"

namespace sessions {

namespace {

// After a restart, how long a headset may take to come back before its time in the lesson stops counting.
constexpr std::int64_t return_ms = 15'000;

} // namespace

void Timekeeper::started(std::int64_t now_ms) {
    absent_at_ms_ = now_ms + return_ms;
}

void Timekeeper::expect(OrganisationId organisation_id, const Command& command) {
    pending_.push_back({organisation_id, command.session_id, command.number, command.expires_ms});
}

// `again` runs on the io thread when the job did not reach the disk.
void Timekeeper::submit(std::string_view name, std::function<void(store::Tx&)> job,
                        std::function<void()> again) {
    const auto retry = [&hub = parts_.hub, again = std::move(again)] {
        hub.post([again](live::Hub&) { again(); });
    };
    const auto work = [job = std::move(job)](store::Tx& tx) {
        job(tx);
        return store::Verdict::keep;
    };
    try {
        parts_.store.submit({name, work, [retry](std::exception_ptr failure) {
                                 if (failure) retry();
                             }});
    } catch (const platform::Error&) {
        retry();
    }
}

void Timekeeper::settle(OrganisationId organisation_id, DeviceId device_id) {
    submit(
        "settle headset",
        [this, organisation_id, device_id](store::Tx& tx) { work_.settle(tx, organisation_id, device_id); },
        [this, organisation_id, device_id] { unsettled_.emplace(organisation_id, device_id); });
}

void Timekeeper::expire(const Pending& due) {
    const auto job = [this, due](store::Tx& tx) {
        if (parts_.sessions.expire(tx, due.organisation_id, due.session_id, due.number) == 0) return;
        const auto command =
            parts_.sessions.find_command(tx, due.organisation_id, due.session_id, due.number);
        if (!command) return;
        tx.after_commit([this, command] {
            parts_.hub.post([this, command](live::Hub&) { parts_.board.command_changed(*command); });
        });
    };
    submit("expire commands", job, [this, due] { pending_.push_back(due); });
}

void Timekeeper::finish(const Session& session, std::int64_t finished_ms) {
    finished_[session.id] = finished_ms;
    const auto job = [this, organisation_id = session.organisation_id, id = session.id,
                      finished_ms](store::Tx& tx) {
        const auto now = parts_.sessions.find(tx, organisation_id, id);
        if (now && now->finishes_ms() == finished_ms) work_.finish(tx, *now);
    };
    submit("finish lesson", job, [this, id = session.id] { finished_.erase(id); });
}

void Timekeeper::end(const Session& session) {
    if (!ending_.insert(session.id).second) return;
    const auto job = [this, organisation_id = session.organisation_id, id = session.id](store::Tx& tx) {
        const auto now = parts_.sessions.find(tx, organisation_id, id);
        const auto ends_ms = now ? now->ends_ms() : std::nullopt;
        if (ends_ms && tx.now_ms() >= *ends_ms) work_.stop(tx, *now);
        tx.after_commit([this, id] { parts_.hub.post([this, id](live::Hub&) { ending_.erase(id); }); });
    };
    submit("end session", job, [this, id = session.id] { ending_.erase(id); });
}

// Starts the jobs of lessons that have come to their end, and of sessions that nobody has stopped since.
void Timekeeper::watch_lessons(std::int64_t now_ms) {
    std::vector<SessionSnapshot> due; // a job that finds no room changes nothing of what is looped over
    floor_.for_each_live([&](const SessionSnapshot& session) {
        if (session->is_finished(now_ms)) due.push_back(session);
    });
    std::erase_if(finished_, [&](const auto& told) {
        return std::ranges::none_of(due, [&](const auto& session) { return session->id == told.first; });
    });
    for (const SessionSnapshot& session : due) {
        const std::int64_t finished_ms = *session->finishes_ms();
        const auto told = finished_.find(session->id);
        if (told == finished_.end() || told->second != finished_ms) finish(*session, finished_ms);
        if (now_ms >= *session->ends_ms()) end(*session);
    }
}

void Timekeeper::tick(std::int64_t now_ms) {
    std::vector<Pending> due;
    std::erase_if(pending_, [&](const Pending& command) {
        if (command.expires_ms > now_ms) return false;
        due.push_back(command);
        return true;
    });
    for (const Pending& command : due)
        expire(command);
    if (absent_at_ms_ && now_ms >= *absent_at_ms_) {
        absent_at_ms_.reset();
        for (const auto& headset : parts_.places.with_run())
            if (!parts_.presence.is_online(headset.second)) unsettled_.insert(headset);
    }
    for (const auto& [organisation_id, device_id] : std::exchange(unsettled_, {}))
        settle(organisation_id, device_id);
    watch_lessons(now_ms);
}

} // namespace sessions
