#include "runs/run.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "platform/error.h"
#include "support/classroom.h"

using namespace std::chrono_literals;
using runs::Run;
using runs::RunState;
using support::Classroom;

namespace {

struct School : Classroom {
    DeviceId device = add_device("DPVR-07");

    Run begin(runs::NewRun run = {}) {
        run.device_id = device;
        return write([&](store::Tx& tx) { return services->runs.begin(tx, organisation, run); });
    }
};

} // namespace

TEST_CASE("a run may begin with nobody signed in and be named later, also after its end", "[runs]") {
    School school;
    const PersonId ada = school.add_student("Ada");
    const Run run = school.begin();
    CHECK_FALSE(run.person);
    CHECK(run.public_id.size() == 36);
    school.write([&](store::Tx& tx) {
        auto& runs = school.services->runs;
        CHECK(runs.current(tx, school.organisation, school.device)->id == run.id);
        runs.finish(tx, school.organisation, run.id, tx.now_ms());
        CHECK_FALSE(runs.current(tx, school.organisation, school.device));
        CHECK(runs.name(tx, school.organisation, run.id, ada).person->nickname == "Ada");
        CHECK_FALSE(runs.name(tx, school.organisation, run.id, std::nullopt).person);
        CHECK_THROWS_AS(runs.name(tx, school.organisation, run.id, PersonId(ada.value() + 100)),
                        platform::Error);
    });
}

TEST_CASE("time can start and stop counting several times", "[runs]") {
    School school;
    const std::int64_t start = school.clock.now_ms();
    const Run run = school.begin();
    school.write([&](store::Tx& tx) {
        auto& runs = school.services->runs;
        const auto time_at = [&](std::int64_t at_ms) {
            return runs.get(tx, school.organisation, run.id).time_in_lesson_at(at_ms);
        };
        CHECK(time_at(start + 5'000) == 0);
        runs.count_from(tx, school.organisation, run.id, start + 1'000);
        runs.count_from(tx, school.organisation, run.id, start + 3'000); // it counts already
        CHECK(time_at(start + 500) == 0);
        CHECK(time_at(start + 5'000) == 4'000);
        runs.count_until(tx, school.organisation, run.id, start + 5'000);
        runs.count_until(tx, school.organisation, run.id, start + 9'000);
        CHECK(time_at(start + 10'000) == 4'000);
        runs.count_from(tx, school.organisation, run.id, start + 20'000);
        runs.count_until(tx, school.organisation, run.id, start + 19'000); // taken back before it began
        CHECK(time_at(start + 30'000) == 4'000);
    });
}

TEST_CASE("progress is the share of the lesson that was watched", "[runs]") {
    struct Case {
        const char* what;
        std::optional<std::int64_t> duration_ms;
        std::int64_t watched_ms;
        double progress;
        bool completed;
    };
    const std::vector<Case> cases = {
        {"not at all", 60'000, 0, 0, false},        {"half", 60'000, 30'000, 0.5, false},
        {"nearly all", 60'000, 57'000, 0.95, true}, {"twice", 60'000, 120'000, 1, true},
        {"open end", std::nullopt, 1'000, 1, true}, {"open end, never there", std::nullopt, 0, 0, false},
    };
    School school;
    sessions::NewSession wanted;
    wanted.title = "Oceans";
    wanted.teacher_id = school.teacher;
    const SessionId session = school.write(
        [&](store::Tx& tx) { return school.services->sessions.create(tx, school.organisation, wanted).id; });
    for (const Case& each : cases) {
        INFO(each.what);
        runs::NewRun planned;
        planned.session_id = session;
        planned.lesson_id = school.add_lesson(each.what, each.duration_ms);
        const Run run = school.begin(planned);
        school.write([&](store::Tx& tx) {
            auto& runs = school.services->runs;
            if (each.watched_ms > 0) runs.count_from(tx, school.organisation, run.id, tx.now_ms());
            const Run ended = runs.finish(tx, school.organisation, run.id, tx.now_ms() + each.watched_ms);
            CHECK(ended.progress == each.progress);
            CHECK(ended.completed == each.completed);
            CHECK(ended.ended_ms == tx.now_ms() + each.watched_ms);
            // A finished run stays as it is.
            CHECK(runs.finish(tx, school.organisation, run.id, tx.now_ms() + 999'999).ended_ms ==
                  ended.ended_ms);
        });
    }
}

TEST_CASE("runs are found by filters", "[runs]") {
    School school;
    const PersonId ada = school.add_student("Ada");
    runs::NewRun of_ada;
    of_ada.person_id = ada;
    of_ada.origin = runs::Origin::unreal;
    of_ada.public_id = "the headset's own";
    const Run first = school.begin(of_ada), second = school.begin();
    school.read([&](store::Read& read) {
        const auto& runs = school.services->runs;
        const auto ids = [&](const runs::RunFilter& filter) {
            std::vector<RunId> found;
            for (const Run& run : runs.list(read, school.organisation, filter, {}).items)
                found.push_back(run.id);
            return found;
        };
        using Ids = std::vector<RunId>;
        CHECK(ids({}) == Ids{second.id, first.id});
        CHECK(ids({.person_id = ada}) == Ids{first.id});
        CHECK(ids({.device_id = school.device, .origin = runs::Origin::session}) == Ids{second.id});
        CHECK(ids({.state = RunState::finished}).empty());
        CHECK(runs.find_public(read, school.organisation, "the headset's own")->id == first.id);
        CHECK_FALSE(
            runs.find_public(read, OrganisationId(school.organisation.value() + 1), "the headset's own"));
        CHECK(runs.current(read, school.organisation, school.device)->id == second.id);
        CHECK(runs.current(read, school.organisation, school.device, runs::Origin::unreal)->id == first.id);
    });
}

TEST_CASE("the runs of a person, a session or a seat are found without going through the school's",
          "[runs]") {
    School school;
    for (const std::string of : {"person", "session", "seat"}) {
        INFO(of);
        const std::string plan = school.read([&](store::Read& read) {
            auto rows =
                read.query_text("EXPLAIN QUERY PLAN SELECT data FROM runs WHERE organisation_id = 1 AND " +
                                of + "_id = 1 AND id < 9 ORDER BY id DESC LIMIT 9");
            REQUIRE(rows.step());
            const auto [id, parent, unused, detail] =
                rows.values<std::int64_t, std::int64_t, std::int64_t, std::string>();
            return detail;
        });
        std::string search = "SEARCH runs USING INDEX runs_by_";
        search.append(of).append(" (").append(of).append("_id=? AND organisation_id=? AND rowid<?)");
        CHECK(plan == search);
    }
}

TEST_CASE("a public id is unique in its organisation", "[runs]") {
    School school;
    runs::NewRun run;
    run.public_id = "S-1";
    school.begin(run);
    CHECK_THROWS_AS(school.begin(run), platform::Error);
    school.write([&](store::Tx& tx) {
        const OrganisationId elsewhere = school.services->organisations.add(tx, {.name = "Elsewhere"}).id;
        CHECK(school.services->runs.begin(tx, elsewhere, run).public_id == "S-1");
    });
}
