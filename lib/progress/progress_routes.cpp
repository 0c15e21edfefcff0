#include "progress/progress_routes.h"

#include <nlohmann/json.hpp>

#include "http/serving/lists.h"
#include "platform/error.h"

namespace progress {

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;
using store::Read;
using store::Tx;

constexpr std::int64_t most_count = 1'000'000'000;

http::Shape count_shape() {
    return http::integer(0, most_count);
}

http::Fields achievement_fields() {
    return {{"id", http::text(1, 40)},
            {"title", http::text(1, 80)},
            {"description", http::text(1, 200)},
            {"least", http::integer(1, most_count)}};
}

http::Shape achievement_shape() {
    return http::object(achievement_fields()).named("Achievement");
}

http::Shape standing_shape() {
    http::Fields reached = achievement_fields();
    reached.emplace_back("run_id", http::nullable(http::identifier()));
    reached.emplace_back("reached_at", http::time());
    return http::object(
               {{"person", http::person_reference()},
                {"xp", count_shape()},
                {"level", http::integer(1, most_count)},
                {"xp_to_next_level", http::integer(1, xp_a_level)},
                {"runs", count_shape()},
                {"scenarios_passed", count_shape()},
                {"faultless_runs", count_shape()},
                {"helped", count_shape()},
                {"longest_streak_days", count_shape()},
                {"current_streak_days", count_shape()},
                {"achievements", http::list(http::object(reached).named("ReachedAchievement"), 1000)}})
        .named("Progress");
}

http::Shape history_shape() {
    const auto scenario = http::object({{"id", http::identifier()},
                                        {"title", http::text(0, 200)},
                                        {"version", http::integer(0, most_count)}});
    return http::object({{"run_id", http::identifier()},
                         {"scenario", scenario},
                         {"started_at", http::time()},
                         {"recorded_at", http::nullable(http::time())},
                         {"score", http::nullable(http::number(0, 1e9))},
                         {"passed", http::boolean()},
                         {"xp", http::nullable(count_shape())}})
        .named("TrainingHistory");
}

http::Shape leaderboard_shape() {
    const auto row = http::object({{"rank", http::integer(1, most_count)},
                                   {"person", http::nullable(http::person_reference())},
                                   {"you", http::boolean()},
                                   {"xp", count_shape()},
                                   {"level", http::integer(1, most_count)},
                                   {"runs", count_shape()}});
    return http::object({{"mode", http::one_of<LeaderboardMode>()},
                         {"items", http::list(row.named("LeaderboardRow"), Progress::most_rows)}})
        .named("Leaderboard");
}

// When it is anonymous, callers find themselves in it and nobody else.
Answer leaderboard(const Progress& progress, people::Classes& classes, Call& call, Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    LeaderboardFilter filter;
    filter.class_id = call.query_id<ClassId>("class");
    filter.limit = call.query_integer("limit").value_or(filter.limit);
    if (filter.class_id) classes.get(read, organisation_id, *filter.class_id);
    const LeaderboardMode mode = progress.mode(read, organisation_id);
    Json items = Json::array();
    for (const LeaderboardRow& row : progress.leaderboard(read, organisation_id, filter)) {
        const bool you = row.person_id == call.caller.person_id;
        const bool named = you || mode == LeaderboardMode::names;
        items.push_back(
            {{"rank", row.rank},
             {"person",
              named ? people::json_of(people::PersonReference{row.person_id, row.nickname}) : Json()},
             {"you", you},
             {"xp", row.xp},
             {"level", level_of(row.xp)},
             {"runs", row.runs}});
    }
    return http::json({{"mode", platform::name_of(mode)}, {"items", items}});
}

http::RouteBuilder in_progress(http::RouteBuilder route, Access access) {
    return route.by(access).tagged("progress");
}

void add_own(http::RouteTable& table, Progress& progress) {
    table.add(in_progress(http::get("/v1/progress", "What the caller has reached"), Access::student)
                  .reads()
                  .gives(standing_shape())
                  .handled<Read>([&progress](Call& call, Read& read) {
                      return http::json(json_of(
                          progress.standing(read, call.caller.organisation_id, call.caller.person_id)));
                  }));
    table.add(in_progress(http::get("/v1/progress/history", "The caller's runs of scenarios, newest first"),
                          Access::student)
                  .reads()
                  .asks(http::paging_fields())
                  .gives(http::page_of(history_shape()))
                  .handled<Read>([&progress](Call& call, Read& read) {
                      return http::page_answer(
                          progress.history(read, call.caller.organisation_id, call.caller.person_id,
                                           http::page_request<store::PageRequest>(call)));
                  }));
    table.add(in_progress(http::get("/v1/achievements", "All achievements that there are"), Access::signed_in)
                  .reads()
                  .gives(http::page_of(achievement_shape()))
                  .handled<Read>([](Call&, Read&) {
                      Json items = Json::array();
                      for (const Achievement& achievement : all_achievements())
                          items.push_back(json_of(achievement));
                      return http::json({{"items", items}, {"next", nullptr}});
                  }));
}

void add_of_others(http::RouteTable& table, Progress& progress) {
    table.add(in_progress(http::get("/v1/people/:id/progress", "What somebody has reached"), Access::viewer)
                  .reads()
                  .gives(standing_shape())
                  .handled<Read>([&progress](Call& call, Read& read) {
                      return http::json(json_of(
                          progress.standing(read, call.caller.organisation_id, call.id<PersonId>("id"))));
                  }));
    table.add(in_progress(
                  http::get("/v1/people/:id/progress/history", "Somebody's runs of scenarios, newest first"),
                  Access::viewer)
                  .reads()
                  .asks(http::paging_fields())
                  .gives(http::page_of(history_shape()))
                  .handled<Read>([&progress](Call& call, Read& read) {
                      return http::page_answer(
                          progress.history(read, call.caller.organisation_id, call.id<PersonId>("id"),
                                           http::page_request<store::PageRequest>(call)));
                  }));
    table.add(in_progress(http::post("/v1/people/:id/helped", "Note that somebody has helped another"),
                          Access::teacher)
                  .writes()
                  .takes(http::object({}))
                  .gives(standing_shape(), 201)
                  .handled<Tx>([&progress](Call& call, Tx& tx) {
                      const OrganisationId organisation_id = call.caller.organisation_id;
                      progress.note_help(tx, organisation_id, call.id<PersonId>("id"), call.caller.person_id);
                      return http::json(
                                 json_of(progress.standing(tx, organisation_id, call.id<PersonId>("id"))),
                                 201)
                          .on({{"person", call.id<PersonId>("id")}});
                  }));
}

} // namespace

void add_progress_routes(http::RouteTable& table, Progress& progress, people::Classes& classes) {
    add_own(table, progress);
    add_of_others(table, progress);
    table.add(
        in_progress(http::get("/v1/leaderboard", "Who has most experience, as far as the school shows it"),
                    Access::student)
            .reads()
            .asks({{"class?", http::identifier()}, {"limit?", http::integer(1, Progress::most_rows)}})
            .gives(leaderboard_shape())
            .handled<Read>([&progress, &classes](Call& call, Read& read) {
                return leaderboard(progress, classes, call, read);
            }));
}

} // namespace progress
