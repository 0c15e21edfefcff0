#include "bench/report_bench.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "app/services.h"
#include "bench/bench.h"
#include "bench/load.h"
#include "bench/school.h"

namespace bench {

namespace {

constexpr int students = 25, events_a_run = 5000, batch_events = 100;
constexpr int asked = 40;

// A school that has taught this many lessons, each to a class of 25 for eight minutes, ten looks a second. It
// is made with the server's own classes, because it would take longer over the network.
class Past {
public:
    explicit Past(app::Services& services) : services_(services) {
        services_.store.write("bench", [this](store::Tx& tx) {
            organisation_ = tx.id<OrganisationId>("SELECT id FROM organisations").value();
            teacher_ = tx.id<PersonId>("SELECT id FROM persons WHERE role = 'administrator'").value();
            for (int i = 0; i < students; ++i)
                people_.push_back(tx.insert<PersonId>(
                    "INSERT INTO persons (organisation_id, role, nickname, name_key, created_ms)"
                    " VALUES (?1, 'student', ?2, ?2, 0)",
                    organisation_, "student " + std::to_string(i)));
            class_ = tx.insert<ClassId>(
                "INSERT INTO classes (organisation_id, name, teacher_id, created_ms)"
                " VALUES (?, 'Bench', ?, 0)",
                organisation_, teacher_);
            for (const PersonId person : people_)
                tx.run("INSERT INTO class_students (class_id, person_id) VALUES (?, ?)", class_, person);
            courses::NewLesson lesson;
            lesson.title = "Coral reef";
            lesson.duration_ms = 500'000;
            lesson_ = services_.lessons.add(tx, organisation_, lesson).id;
        });
    }

    void teach_one() {
        sessions::NewSession wanted;
        wanted.title = "Lesson " + std::to_string(++taught_);
        wanted.teacher_id = teacher_;
        wanted.class_id = class_;
        wanted.lesson_ids = {lesson_};
        services_.store.write("bench", [&](store::Tx& tx) {
            session = services_.sessions.create(tx, organisation_, wanted).id;
            tx.run("UPDATE sessions SET state = 'stopped', started_ms = 1, stopped_ms = 2 WHERE id = ?",
                   session);
        });
        for (std::size_t i = 0; i < people_.size(); ++i)
            services_.store.write("bench", [&](store::Tx& tx) { attend(tx, i); });
    }

    // The latest.
    SessionId session;
    RunId run;

private:
    void attend(store::Tx& tx, std::size_t student) {
        runs::NewRun begun;
        begun.session_id = session;
        begun.lesson_id = lesson_;
        begun.person_id = people_[student];
        const runs::Run made = services_.runs.begin(tx, organisation_, begun);
        run = made.id;
        std::vector<runs::Event> events(batch_events);
        for (int from = 0; from < events_a_run; from += batch_events) {
            for (int i = 0; i < batch_events; ++i)
                events[static_cast<std::size_t>(i)] = look(student, from + i);
            services_.ingest.take(tx, {organisation_, DeviceId()}, made, std::to_string(from), events);
        }
    }

    runs::Event look(std::size_t student, int tenth) const {
        static const std::string targets[] = {"turtle", "shark", "coral", "anchor", "diver"};
        runs::Event event;
        event.kind = tenth % 150 == 149 ? "interaction" : "gaze";
        event.at_ms = 1'788'249'600'000 + tenth * 100;
        event.position_ms = tenth * 100;
        event.yaw_deg = std::round(600 * std::sin(tenth * 0.013 + static_cast<double>(student % 5))) / 10;
        event.pitch_deg = std::round(200 * std::cos(tenth * 0.017)) / 10;
        event.target = targets[static_cast<std::size_t>(tenth / 40) % std::size(targets)];
        event.dwell_ms = 100;
        return event;
    }

    app::Services& services_;
    OrganisationId organisation_;
    PersonId teacher_;
    ClassId class_;
    LessonId lesson_;
    int taught_ = 0;
    std::vector<PersonId> people_;
};

std::vector<double> ask_often(const School& school, const std::string& path) {
    std::vector<double> ms;
    for (int i = 0; i < asked; ++i) {
        const auto since = std::chrono::steady_clock::now();
        ask(school.port(), "GET", path, school.token);
        ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count());
    }
    return ms;
}

void add_rows(Table& table, const std::filesystem::path& folder, int lessons) {
    SessionId session;
    RunId run;
    { School(open_school(folder)); } // sets the folder up
    double fill_s = 0;
    {
        platform::BoxClock clock(folder);
        platform::SystemRandom random;
        app::Services services({.folder = folder}, clock, random, [](std::function<void()>) {});
        Past past(services);
        fill_s = measure([&] {
                     for (int i = 0; i < lessons; ++i)
                         past.teach_one();
                 }).wall_s;
        session = past.session;
        run = past.run;
    }
    const School school = open_school_again(folder);
    const std::string in_session = "/v1/sessions/" + to_string(session);
    struct {
        const char* name;
        std::string path;
    } const reports[] = {{"a run's report", "/v1/runs/" + to_string(run) + "/insights"},
                         {"a class's report", in_session + "/insights"},
                         {"a class's debrief", in_session + "/debrief"},
                         {"a class's summary", in_session + "/summary"}};
    const double events = lessons * students * double{events_a_run};
    std::printf("%s events of %d runs, written in %.0f s (%s events/s, a transaction a run)\n",
                number(events).c_str(), lessons * students, fill_s, number(events / fill_s).c_str());
    for (const auto& report : reports) {
        const std::vector<double> ms = ask_often(school, report.path);
        table.add({report.name + std::string(" of ") + number(lessons * students) + " runs",
                   number(median(ms), 1), number(percentile(ms, 95), 1)});
    }
}

} // namespace

void run_report_bench(const std::filesystem::path& folder) {
    Table table({"reports over HTTP", "ms median", "ms p95"});
    add_rows(table, folder / "small", 8);
    add_rows(table, folder / "large", 80);
    table.print();
}

} // namespace bench
