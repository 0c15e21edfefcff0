// The Timekeeper does what is due in a lesson because time has passed, without anybody's order: commands
// expire, headsets that have not come back after a restart stop counting as present, a lesson comes to its
// end, and a session whose lesson is finished ends by itself.
//
// It works on the io thread. A short job for the writer brings to the disk what must reach it; a job that the
// writer has no room for, or that fails, is due again with the next tick. Each job looks again in its
// transaction: an order may have come before it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/ids.h"
#include "sessions/director.h"
#include "sessions/floor.h"
#include "sessions/session.h"

namespace sessions {

class Timekeeper {
public:
    // On the writer, in a job's transaction.
    struct Work {
        std::function<void(store::Tx&, OrganisationId, DeviceId)> settle;
        std::function<void(store::Tx&, const Session&)> finish; // its lesson has come to its end
        std::function<void(store::Tx&, const Session&)> stop;
    };

    Timekeeper(const DirectorParts& parts, const Floor& floor, Work work)
        : parts_(parts), floor_(floor), work_(std::move(work)) {}

    void started(std::int64_t now_ms); // the server; headsets have a little time to come back
    void expect(OrganisationId organisation_id, const Command& command); // to expire
    void settle(OrganisationId organisation_id, DeviceId device_id);     // soon; from any thread
    void tick(std::int64_t now_ms);

private:
    struct Pending { // a command that will expire
        OrganisationId organisation_id;
        SessionId session_id;
        std::int64_t number, expires_ms;
    };
    void submit(std::string_view name, std::function<void(store::Tx&)> job, std::function<void()> again);
    void expire(const Pending& due);
    void watch_lessons(std::int64_t now_ms);
    void finish(const Session& session, std::int64_t finished_ms);
    void end(const Session& session);

    const DirectorParts& parts_;
    const Floor& floor_;
    Work work_;
    std::vector<Pending> pending_;
    std::set<std::pair<OrganisationId, DeviceId>> unsettled_; // the writer was busy; tried again
    std::optional<std::int64_t> absent_at_ms_;   // when to look for headsets that have not come back
    std::map<SessionId, std::int64_t> finished_; // when the lesson of a session came to its end: told already
    std::set<SessionId> ending_;
};

} // namespace sessions
