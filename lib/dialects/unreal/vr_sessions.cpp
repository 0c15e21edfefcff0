#include "dialects/unreal/vr_sessions.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platform/error.h"
#include "platform/plain_name.h"
#include "platform/text.h"

namespace dialects::unreal {

namespace {

using Json = nlohmann::json;

// The student that a customer stands for: by nickname, or by the id that a roster gave; else the student
// signed in on the headset.
std::optional<PersonId> student_of(store::Read& read, const platform::Caller& caller,
                                   const std::optional<std::string>& customer_id) {
    if (customer_id) {
        const auto found = read.id<PersonId>(
            "SELECT id FROM persons WHERE organisation_id = ?1 AND active = 1 AND role = 'student'"
            " AND (name_key = ?2 OR external_id = ?3) ORDER BY name_key = ?2 DESC LIMIT 1",
            caller.organisation_id, platform::name_key(*customer_id), std::string_view(*customer_id));
        if (found) return found;
    }
    return caller.person_id ? std::optional(caller.person_id) : std::nullopt;
}

runs::NewRun new_run(const platform::Caller& caller) {
    runs::NewRun run;
    run.origin = runs::Origin::unreal;
    if (caller.device_id) run.device_id = caller.device_id;
    return run;
}

// Whether events that name no session go on with this run of their headset: it began within a day, and is
// nobody else's than who is signed in now. An app that named a customer has said itself whose it is.
bool goes_on(const runs::Run& run, const platform::Caller& caller, std::int64_t now_ms) {
    constexpr std::int64_t day_ms = 24 * 3'600'000;
    if (now_ms - run.started_ms >= day_ms) return false;
    return !run.person || run.person->id == caller.person_id || Json::parse(run.data).contains("customer_id");
}

// Begins the ids of runs for events without headset and session.
constexpr std::string_view of_the_box = "events-";

} // namespace

std::optional<runs::Run> find_session(store::Read& read, const Parts& parts, const platform::Caller& caller,
                                      std::string_view public_id) {
    auto run = parts.runs.find_public(read, caller.organisation_id, public_id);
    if (!run || run->origin != runs::Origin::unreal) return std::nullopt;
    if (run->device_id && *run->device_id != caller.device_id) return std::nullopt;
    return run;
}

runs::Run begin_session(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                        const NewVrSession& session) {
    runs::NewRun run = new_run(caller);
    run.person_id = student_of(tx, caller, session.customer_id);
    run.started_ms = session.started_ms;
    Json data = Json::object();
    if (session.customer_id) data["customer_id"] = *session.customer_id;
    if (session.property_id) data["property_id"] = *session.property_id;
    if (session.device_type) data["device_type"] = *session.device_type;
    run.data = data.dump();
    runs::Run made = parts.runs.begin(tx, caller.organisation_id, run);
    if (!session.ended_ms) return made;
    runs::RunChange end;
    end.ended_ms = session.ended_ms;
    return parts.runs.change(tx, caller.organisation_id, made.id, end);
}

runs::Run end_session(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                      const std::string& public_id, std::int64_t ended_ms) {
    const auto run = find_session(tx, parts, caller, public_id);
    if (!run) throw platform::Error(platform::ErrorKind::not_found, "Session not found");
    if (run->ended_ms) return *run;
    runs::RunChange end;
    end.ended_ms = ended_ms;
    return parts.runs.change(tx, caller.organisation_id, run->id, end);
}

runs::Run session_of_events(store::Tx& tx, const Parts& parts, const platform::Caller& caller,
                            std::string_view public_id) {
    if (auto run = find_session(tx, parts, caller, public_id)) return *std::move(run);
    const bool taken = caller.device_id && public_id.starts_with(of_the_box);
    if (taken || parts.runs.find_public(tx, caller.organisation_id, public_id))
        throw platform::Error(platform::ErrorKind::not_found, "Session not found");
    runs::NewRun run = new_run(caller);
    run.person_id = student_of(tx, caller, std::nullopt);
    run.public_id = public_id;
    run.data = R"({"opened_by_events":true})";
    return parts.runs.begin(tx, caller.organisation_id, run);
}

runs::Run session_of_nobody(store::Tx& tx, const Parts& parts, const platform::Caller& caller) {
    if (!caller.device_id) {
        const std::string today = platform::iso8601(tx.now_ms()).substr(0, 10);
        return session_of_events(tx, parts, caller, std::string(of_the_box) + today);
    }
    auto running = parts.runs.current(tx, caller.organisation_id, caller.device_id, runs::Origin::unreal);
    if (running && goes_on(*running, caller, tx.now_ms())) return *std::move(running);
    return session_of_events(tx, parts, caller, "");
}

std::int64_t duration_s(const runs::Run& run, std::int64_t now_ms) {
    return (run.ended_ms.value_or(std::max(now_ms, run.started_ms)) - run.started_ms) / 1000;
}

} // namespace dialects::unreal
