// The trainer dialect's users: the caller's progress, and the leaderboard.
#include "dialects/trainer/trainer_routes.h"
#include "dialects/trainer/wire.h"
#include "platform/error.h"

namespace dialects::trainer {

namespace {

using http::Access;
using http::Answer;
using http::Call;

Json performance_of(store::Read& read, const Parts& parts, const platform::Caller& caller) {
    return performance_json(parts.progress.performance(read, caller.organisation_id, caller.person_id),
                            parts.progress.standing(read, caller.organisation_id, caller.person_id));
}

Answer me(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const PersonId person_id = call.caller.person_id;
    Json data = user_json(parts.people.get(read, organisation_id, person_id),
                          parts.profiles.get(read, organisation_id, person_id),
                          parts.progress.total_xp(read, organisation_id, person_id));
    data["metrics"] = performance_of(read, parts, call.caller);
    return answer(parts, std::move(data));
}

Answer progress_per_scenario(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    Json data = Json::array();
    for (const auto& [id, progress] :
         parts.progress.by_scenario(read, organisation_id, call.caller.person_id)) {
        const auto scenario = parts.scenarios.find(read, organisation_id, id);
        if (!scenario) continue;
        Json json = progress_json(progress);
        json["scenarioId"] = scenario->public_id;
        json["title"] = scenario->content.title;
        json["difficulty"] = platform::name_of(scenario->content.difficulty);
        data.push_back(std::move(json));
    }
    const std::size_t total = data.size();
    return answer_with_meta(parts, std::move(data), {{"total", total}});
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
    table.add(
        reading("/api/v1/users/me", "Trainer dialect: the caller, with level, XP and metrics")
            .gives(answer_shape(object_shape({{"id", http::text(36, 36)}, {"metrics", object_shape()}})))
            .handled<store::Read>([parts](Call& call, store::Read& read) { return me(parts, call, read); }));
    table.add(reading("/api/v1/users/me/performance", "Trainer dialect: the caller's figures")
                  .gives(answer_shape(object_shape({{"level", http::integer(1, INT64_MAX)}})))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return answer(parts, performance_of(read, parts, call.caller));
                  }));
    table.add(reading("/api/v1/users/me/progress", "Trainer dialect: the caller's progress per scenario")
                  .gives(answer_shape(http::list(object_shape(), 1000)))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return progress_per_scenario(parts, call, read);
                  }));
    table.add(reading("/api/v1/users/leaderboard",
                      "Trainer dialect: who has most XP, as far as the school shows it")
                  .asks({{"limit?", http::anything()}})
                  .gives(answer_shape(http::list(object_shape(), progress::Progress::most_rows)))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return leaderboard(parts, call, read); }));
}

void add_trainer_routes(http::RouteTable& table, const Parts& parts) {
    add_auth_routes(table, parts);
    add_scenario_routes(table, parts);
    add_session_routes(table, parts);
    add_user_routes(table, parts);
}

} // namespace dialects::trainer
