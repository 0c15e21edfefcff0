// The trainer dialect's users: the caller's progress, and the leaderboard.
#include <algorithm>

#include "dialects/trainer/trainer_routes.h"
#include "dialects/trainer/wire.h"
#include "platform/error.h"
#include "platform/text.h"

namespace dialects::trainer {

namespace {

using http::Access;
using http::Answer;
using http::Call;

// Nobody notes when a person was changed: the sign-in is the newest that is known.
Answer me(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const PersonId person_id = call.caller.person_id;
    const auto person = parts.people.get(read, organisation_id, person_id);
    const auto profile = parts.profiles.get(read, organisation_id, person_id);
    Json data = user_json(person, profile, parts.progress.total_xp(read, organisation_id, person_id));
    data["updatedAt"] = platform::iso8601(std::max(person.created_ms, profile.last_login_ms.value_or(0)));
    return answer(parts, std::move(data));
}

// One metric a recorded session, newest first.
Json metrics_of(store::Read& read, const Parts& parts, const platform::Caller& caller) {
    Json data = Json::array();
    for (const auto& training : parts.trainings.of_person(read, caller.organisation_id, caller.person_id))
        if (training.phase == trainings::Phase::recorded)
            data.push_back(metric_json(training, parts.trainings.scenario_of(read, training),
                                       parts.progress.xp_of(read, caller.organisation_id, training.run.id)));
    return data;
}

Answer own_progress(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const PersonId person_id = call.caller.person_id;
    std::int64_t completed = 0, active = 0, last_ms = 0;
    for (const auto& [id, progress] : parts.progress.by_scenario(read, organisation_id, person_id)) {
        completed += progress.passed;
        active += progress.open;
    }
    for (const auto& training : parts.trainings.of_person(read, organisation_id, person_id))
        last_ms = std::max({last_ms, training.run.started_ms, training.recorded_ms.value_or(0)});
    const auto standing = parts.progress.standing(read, organisation_id, person_id);
    return answer(parts, {{"userId", user_uuid(person_id)},
                          {"level", standing.level},
                          {"xp", standing.xp},
                          {"completedScenarios", completed},
                          {"activeScenarios", active},
                          {"lastActivity", last_ms == 0 ? Json() : Json(platform::iso8601(last_ms))},
                          {"streakDays", standing.current_streak_days}});
}

Answer analytics(const Parts& parts, Call& call, store::Read& read) {
    const platform::Caller& caller = call.caller;
    const auto sums = parts.progress.performance(read, caller.organisation_id, caller.person_id);
    const auto standing = parts.progress.standing(read, caller.organisation_id, caller.person_id);
    std::int64_t active = 0;
    for (const auto& training : parts.trainings.of_person(read, caller.organisation_id, caller.person_id))
        active += trainings::is_open(training.phase);
    const auto share = [&](double of) {
        return sums.recorded == 0 ? 0.0 : of / static_cast<double>(sums.recorded);
    };
    return answer(
        parts,
        {{"userId", user_uuid(caller.person_id)},
         {"totalSessions", sums.sessions},
         {"completedSessions", sums.recorded},
         {"activeSessions", active},
         {"averageResolutionTime", share(static_cast<double>(sums.duration_ms) / 1000)},
         {"successRate", share(100 * static_cast<double>(sums.passed))},
         {"performance", performance_json(sums, standing)},
         {"levelProgression",
          {{"level", standing.level}, {"xp", standing.xp}, {"xpToNextLevel", standing.xp_to_next_level}}}});
}

Answer achievements(const Parts& parts, Call& call, store::Read& read) {
    const auto standing = parts.progress.standing(read, call.caller.organisation_id, call.caller.person_id);
    Json data = Json::array();
    for (const auto& reached : standing.achievements) {
        Json json = achievement_json(*reached.achievement);
        json.update({{"icon", ""}, {"tier", ""}, {"xpReward", 0}}); // Lectern's have none of these
        json["earnedAt"] = platform::iso8601(reached.at_ms);
        data.push_back(std::move(json));
    }
    return answer(parts, std::move(data));
}

// Where the school shows no names, callers find themselves and nobody else.
Answer leaderboard(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    progress::LeaderboardFilter filter;
    if (!call.query("limit").value_or("").empty()) filter.limit = *call.query_integer("limit");
    if (filter.limit < 1 || filter.limit > progress::Progress::most_rows)
        platform::throw_invalid("limit", "must be 1 to " + std::to_string(progress::Progress::most_rows));
    const auto mode = parts.progress.mode(read, organisation_id);
    Json data = Json::array();
    for (const auto& row : parts.progress.leaderboard(read, organisation_id, filter)) {
        const bool you = row.person_id == call.caller.person_id;
        const bool named = you || mode == progress::LeaderboardMode::names;
        data.push_back({{"rank", row.rank},
                        {"id", named ? Json(user_uuid(row.person_id)) : Json()},
                        {"userId", named ? Json(user_uuid(row.person_id)) : Json()},
                        {"firstName", named ? row.first_name : "Anonymous"},
                        {"lastName", named ? row.last_name : ""},
                        {"xp", row.xp},
                        {"level", progress::level_of(row.xp)},
                        {"completedSessions", row.runs},
                        {"isMe", you}});
    }
    const std::size_t total = data.size();
    return answer_with_meta(parts, std::move(data),
                            {{"total", total}, {"limit", filter.limit}, {"mode", platform::name_of(mode)}});
}

http::RouteBuilder reading(const char* path, const char* summary) {
    return in_dialect(http::get(path, summary), Access::student).reads();
}

} // namespace

void add_user_routes(http::RouteTable& table, const Parts& parts) {
    using Handler = Answer (*)(const Parts&, Call&, store::Read&);
    const auto add = [&](const char* path, const char* summary, http::Shape data, Handler handler) {
        table.add(reading(path, summary)
                      .gives(answer_shape(std::move(data)))
                      .handled<store::Read>([parts, handler](Call& call, store::Read& read) {
                          return handler(parts, call, read);
                      }));
    };
    const auto list = http::list(object_shape({{"id", http::text(1, 80)}}), 1000);
    const auto of_user = object_shape({{"userId", http::text(36, 36)}});
    add("/api/v1/users/me", "Trainer dialect: the caller, with level and XP",
        object_shape({{"id", http::text(36, 36)}, {"updatedAt", http::time()}}), me);
    add("/api/v1/users/me/performance", "Trainer dialect: the scores of the caller's sessions, newest first",
        list, [](const Parts& of, Call& call, store::Read& read) {
            return answer(of, metrics_of(read, of, call.caller));
        });
    add("/api/v1/users/me/progress", "Trainer dialect: how far the caller is", of_user, own_progress);
    add("/api/v1/users/me/analytics", "Trainer dialect: the caller's figures", of_user, analytics);
    add("/api/v1/users/me/achievements", "Trainer dialect: what the caller has reached", list, achievements);
    table.add(reading("/api/v1/users/leaderboard",
                      "Trainer dialect: who has most XP, as far as the school shows it")
                  .asks({{"limit?", http::anything()}})
                  .gives(answer_shape(http::list(object_shape(), progress::Progress::most_rows)))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return leaderboard(parts, call, read); }));
}

// Unknown paths are answered in this dialect's words.
void add_unknown(http::RouteTable& table) {
    for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"})
        table.add(http::RouteBuilder(method, "/api/v1/*rest", "Trainer dialect: nothing is here")
                      .memory()
                      .by(Access::open)
                      .counted()
                      .errors(error_answer)
                      .parses_itself()
                      .takes(http::anything())
                      .gives(http::nothing())
                      .tagged("trainer dialect")
                      .handled([](Call& call) -> Answer { throw_missing("Route " + call.path); }));
}

void add_trainer_routes(http::RouteTable& table, const Parts& parts) {
    add_auth_routes(table, parts);
    add_scenario_routes(table, parts);
    add_session_routes(table, parts);
    add_user_routes(table, parts);
    add_unknown(table);
}

} // namespace dialects::trainer
