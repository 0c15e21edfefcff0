#include "insights/report.h"

#include <algorithm>
#include <map>

#include "platform/error.h"
#include "runs/ingest.h"

namespace insights {

namespace {

using sessions::Session;

std::vector<StudentReport> runs_of(store::Read& read, const Session& session,
                                   std::optional<LessonId> lesson_id) {
    auto rows = read.query(
        "SELECT r.id, p.id, p.nickname, d.id, d.name, r.completed, r.progress, r.score, r.time_in_lesson_ms"
        " + CASE WHEN r.counting_from_ms IS NULL THEN 0 ELSE max(?4 - r.counting_from_ms, 0) END"
        " FROM runs r LEFT JOIN persons p ON p.id = r.person_id LEFT JOIN devices d ON d.id = r.device_id"
        " WHERE r.session_id = ?2 AND r.organisation_id = ?1 AND (?3 IS NULL OR r.lesson_id = ?3)"
        " ORDER BY r.id",
        session.organisation_id, session.id, lesson_id, read.now_ms());
    std::vector<StudentReport> runs;
    while (rows.step()) {
        StudentReport& run = runs.emplace_back();
        rows.read(run.run_ids.emplace_back(), run.person, run.device_id, run.device_name, run.completed,
                  run.progress, run.score, run.time_in_lesson_ms);
        run.attempts = 1;
    }
    for (StudentReport& run : runs) {
        run.rollup = runs::Ingest::rollup(read, session.organisation_id, run.run_ids.front());
        run.slices = runs::slices_of(read, run.run_ids.front());
    }
    return runs;
}

void add_run(StudentReport& student, const StudentReport& run) {
    student.run_ids.push_back(run.run_ids.front());
    ++student.attempts;
    student.completed = student.completed || run.completed;
    student.progress = std::max(student.progress, run.progress);
    if (run.score) student.score = std::max(student.score.value_or(*run.score), *run.score);
    student.time_in_lesson_ms += run.time_in_lesson_ms;
    student.device_id = run.device_id;
    student.device_name = run.device_name;
    student.rollup.add(run.rollup);
    add_to(student.slices, run.slices);
}

// Joins the runs of one student; runs of nobody stay apart by headset.
std::vector<StudentReport> by_student(std::vector<StudentReport> runs) {
    std::vector<StudentReport> students;
    std::map<std::pair<PersonId, DeviceId>, std::size_t> place_of;
    for (StudentReport& run : runs) {
        const std::pair key{run.person ? run.person->id : PersonId(),
                            run.person ? DeviceId() : run.device_id.value_or(DeviceId())};
        const auto [place, is_new] = place_of.try_emplace(key, students.size());
        if (is_new)
            students.push_back(std::move(run));
        else
            add_run(students[place->second], run);
    }
    return students;
}

void add_absent(store::Read& read, const Session& session, std::vector<StudentReport>& students) {
    if (!session.class_id) return;
    auto rows = read.query(
        "SELECT p.id, p.nickname FROM class_students c JOIN persons p ON p.id = c.person_id"
        " WHERE c.class_id = ?2 AND p.organisation_id = ?1 AND p.active = 1",
        session.organisation_id, session.class_id);
    std::vector<StudentReport> absent;
    while (rows.step()) {
        auto person = rows.values<people::PersonReference>();
        const bool known = std::ranges::any_of(students, [&](const StudentReport& student) {
            return student.person && student.person->id == person.id;
        });
        if (!known) absent.emplace_back().person = std::move(person);
    }
    std::ranges::move(absent, std::back_inserter(students));
}

const sessions::SessionLesson* lesson_of(store::Read& read, const Session& session, const ReportWish& wish) {
    const auto with_id = [&](LessonId id) -> const sessions::SessionLesson* {
        const auto found = std::ranges::find(session.lessons, id, &sessions::SessionLesson::lesson_id);
        return found == session.lessons.end() ? nullptr : &*found;
    };
    if (wish.lesson_id) {
        const auto* lesson = with_id(*wish.lesson_id);
        if (!lesson) platform::throw_not_found("lesson in this session");
        return lesson;
    }
    const auto first = read.id<LessonId>(
        "SELECT lesson_id FROM runs WHERE session_id = ?2 AND organisation_id = ?1 AND lesson_id IS NOT NULL"
        " ORDER BY id LIMIT 1",
        session.organisation_id, session.id);
    if (first)
        if (const auto* lesson = with_id(*first)) return lesson;
    return session.lessons.empty() ? nullptr : &session.lessons.front();
}

// Where the teacher last asked everybody to look, in this lesson.
std::optional<Target> target_of(store::Read& read, const Session& session,
                                const sessions::SessionLesson* lesson) {
    auto rows = read.query(
        "SELECT json_extract(arguments, '$.yaw_deg'), json_extract(arguments, '$.pitch_deg') FROM commands"
        " WHERE organisation_id = ?1 AND session_id = ?2 AND action = 'look'"
        " AND (?3 IS NULL OR lesson_index = ?3) ORDER BY number DESC LIMIT 1",
        session.organisation_id, session.id, lesson ? std::optional(lesson->index) : std::nullopt);
    if (!rows.step()) return std::nullopt;
    const auto [yaw_deg, pitch_deg] = rows.values<std::optional<double>, std::optional<double>>();
    if (!yaw_deg || !pitch_deg) return std::nullopt;
    Target target;
    target.direction = {*yaw_deg, *pitch_deg};
    return target;
}

Figures figures_of(const StudentReport& student) {
    Figures figures;
    figures.took_part = student.took_part();
    figures.is_named = student.person.has_value();
    figures.completed = student.completed;
    figures.time_in_lesson_ms = static_cast<double>(student.time_in_lesson_ms);
    figures.engagement = student.measures.engagement;
    figures.agreement = student.measures.agreement;
    figures.attention = student.measures.attention;
    figures.score = student.score;
    figures.missing_events = student.missing_events();
    return figures;
}

std::optional<double> median_of(const std::vector<Figures>& all, std::optional<double> Figures::*figure) {
    std::vector<double> values;
    for (const Figures& one : all)
        if (one.took_part && one.*figure) values.push_back(*(one.*figure));
    return median(std::move(values));
}

void compare(Report& report) {
    ClassReport& of_class = report.of_class;
    for (const StudentReport& student : report.students) {
        ++of_class.students;
        of_class.took_part += student.took_part() ? 1 : 0;
        of_class.completed += student.completed ? 1 : 0;
        of_class.rollup.add(student.rollup);
        add_to(of_class.slices, student.slices);
    }
    std::vector<Figures> all;
    std::vector<double> interactions;
    for (StudentReport& student : report.students) {
        student.measures = measures_of(student.slices, of_class.slices, report.target);
        all.push_back(figures_of(student));
        if (student.took_part()) interactions.push_back(static_cast<double>(student.measures.interactions));
    }
    Figures& medians = of_class.medians;
    for (const auto figure : {&Figures::time_in_lesson_ms, &Figures::engagement, &Figures::agreement,
                              &Figures::attention, &Figures::score})
        medians.*figure = median_of(all, figure);
    medians.completed = of_class.took_part > 0 && 2 * of_class.completed >= of_class.took_part;
    of_class.median_interactions = median(std::move(interactions));
    for (std::size_t i = 0; i < all.size(); ++i)
        report.students[i].reasons = reasons_for(all[i], medians);
}

void list_what_to_look_at(Report& report) {
    const auto weight = [&](std::size_t index) {
        int sum = 0;
        for (const Reason& reason : report.students[index].reasons)
            sum += reason.weight;
        return sum;
    };
    for (std::size_t i = 0; i < report.students.size(); ++i)
        if (!report.students[i].reasons.empty()) report.look_first.push_back(i);
    std::ranges::stable_sort(report.look_first, std::ranges::greater{}, weight);
}

std::vector<FunnelStep> funnel_of(const std::vector<StudentReport>& students) {
    std::vector<FunnelStep> funnel{{"invited"},        {"took_part"},  {"looked"},
                                   {"went_somewhere"}, {"interacted"}, {"completed"}};
    for (const StudentReport& student : students) {
        const runs::Rollup& rollup = student.rollup;
        const bool reached[] = {true,
                                student.took_part(),
                                rollup.gaze_total > 0,
                                rollup.kinds.contains(runs::event_kind::zone_enter) || !rollup.zones.empty(),
                                student.measures.interactions > 0,
                                student.completed};
        for (std::size_t i = 0; i < funnel.size(); ++i)
            funnel[i].students += reached[i] ? 1 : 0;
    }
    return funnel;
}

} // namespace

std::int64_t StudentReport::missing_events() const {
    return std::max<std::int64_t>(rollup.reported_total.value_or(0) - rollup.events, 0);
}

Report report_of(store::Read& read, const Session& session, const ReportWish& wish) {
    Report report;
    report.lesson = lesson_of(read, session, wish);
    report.target = wish.target ? wish.target : target_of(read, session, report.lesson);
    const auto lesson_id = report.lesson ? std::optional(report.lesson->lesson_id) : std::nullopt;
    report.students = by_student(runs_of(read, session, lesson_id));
    add_absent(read, session, report.students);
    std::ranges::stable_sort(report.students, {}, [](const StudentReport& student) {
        return std::pair(!student.person, student.person ? student.person->nickname : student.device_name);
    });
    compare(report);
    list_what_to_look_at(report);
    report.funnel = funnel_of(report.students);
    return report;
}

std::vector<Moment> timeline_of(const Report& report) {
    std::vector<Moment> timeline;
    for (const runs::Slice& everybody : report.of_class.slices) {
        Moment& moment = timeline.emplace_back();
        moment.number = everybody.number;
        moment.looks = everybody.looks;
        moment.interactions = everybody.interactions;
        std::int64_t engaged = 0, compared = 0;
        double common = 0;
        for (const StudentReport& student : report.students) {
            const runs::Slice* const own = find_slice(student.slices, everybody.number);
            if (!own) continue;
            ++moment.students;
            engaged += is_engaged(*own, everybody) ? 1 : 0;
            if (const auto found = agreement(*own, everybody)) {
                common += *found;
                ++compared;
            }
        }
        if (moment.students > 0)
            moment.engagement = static_cast<double>(engaged) / static_cast<double>(moment.students);
        if (compared > 0) moment.agreement = common / static_cast<double>(compared);
        if (report.target && everybody.looks > 0)
            moment.attention = static_cast<double>(looks_at(everybody, *report.target)) /
                               static_cast<double>(everybody.looks);
    }
    return timeline;
}

} // namespace insights
