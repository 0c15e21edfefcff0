#include "dialects/lms/lms_routes.h"

#include "dialects/lms/control.h"
#include "dialects/lms/wire.h"
#include "http/serving/assets.h"
#include "people/people_routes.h"
#include "platform/error.h"

namespace dialects::lms {

namespace {

using http::Access;
using http::Answer;
using http::Call;

std::string school_of(store::Read& read, const Parts& parts, OrganisationId organisation_id) {
    return parts.organisations.get(read, organisation_id).name;
}

// ---- login ----

// Binds the headset to `person`, who has proven who they are. The client gets a login of that person on that
// headset or, while it waits for a tap, the token that will then be such a login.
std::string bind_headset(store::Tx& tx, const Parts& parts, const people::Person& person,
                         const devices::Headset& headset, const people::Source& source,
                         const std::string& user_agent) {
    const auto outcome = parts.pairing.bind_by_sign_in(tx, person, headset, source);
    if (!outcome.device) return outcome.token;
    return parts.logins
        .add_person(tx, person.organisation_id, person.id, platform::Proof::pin, user_agent,
                    outcome.device->id)
        .token;
}

Answer log_in(const Parts& parts, Call& call) {
    const LaxFields fields = fields_of(call);
    people::Claim claim;
    claim.by = people::Claim::By::pin;
    claim.name = fields.text("nickname");
    claim.secret = fields.text("pin");
    if (!call.caller.is_stranger())
        claim.organisation_id = call.caller.organisation_id; // a site key says which
    claim.source = people::source_of(call);
    const std::string serial_number = fields.optional_text("device_id", 80);
    const std::string user_agent = call.header("user-agent");
    std::string token, school;
    const auto person = parts.sign_in.prove(claim, [&](store::Tx& tx, const people::Person& proven) {
        school = school_of(tx, parts, proven.organisation_id);
        if (serial_number.empty())
            token = parts.logins
                        .add_person(tx, proven.organisation_id, proven.id, platform::Proof::pin, user_agent)
                        .token;
        else
            token = bind_headset(tx, parts, proven, {serial_number, "", ""}, claim.source, user_agent);
    });
    return http::json({{"token", token}, {"user", user_json(person, school)}}).on({{"person", person.id}});
}

// ---- what a teacher does ----

Answer create_session(const Parts& parts, Call& call, store::Tx& tx) {
    sessions::NewSession session;
    session.title = fields_of(call).text("title");
    session.teacher_id = call.caller.person_id;
    const auto made = parts.director.create(tx, call.caller.organisation_id, session);
    return http::json(session_json(made), 201).on({{"session", made.id}});
}

Answer add_lesson(const Parts& parts, Call& call, store::Tx& tx) {
    const LaxFields fields = fields_of(call);
    const auto id = fields.id<SessionId>("session_id");
    courses::NewLesson lesson;
    lesson.title = fields.text("title");
    lesson.content = fields.optional_text("content", 2000);
    const bool address = lesson.content.starts_with("http://") || lesson.content.starts_with("https://");
    lesson.kind = address ? courses::LessonKind::web : courses::LessonKind::video;
    try {
        own_session(tx, parts, call.caller, id);
    } catch (const platform::Error& error) {
        throw platform::Error(error.kind(), "Session not found or unauthorized");
    }
    const auto made = parts.lessons.add(tx, call.caller.organisation_id, lesson);
    const auto session = parts.director.add_lesson(tx, call.caller.organisation_id, id, made.id);
    std::string lesson_class = "General";
    if (session.class_id)
        lesson_class = parts.classes.get(tx, call.caller.organisation_id, *session.class_id).name;
    return http::json(lesson_json(made, lesson_class), 201).on({{"session", id}, {"lesson", made.id}});
}

// ---- what one sees ----

Answer list_classes(const Parts& parts, Call& call, store::Read& read) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const PersonId person_id = call.caller.person_id;
    const std::string school = school_of(read, parts, organisation_id);
    auto classes = parts.classes.of_teacher(read, organisation_id, person_id);
    for (auto& a_class : parts.classes.of_student(read, organisation_id, person_id))
        classes.push_back(std::move(a_class));
    Json list = Json::array();
    for (const auto& a_class : classes)
        list.push_back(class_json(a_class, parts.people.get(read, organisation_id, a_class.teacher.id),
                                  parts.classes.students(read, organisation_id, a_class.id), school));
    return http::json(list);
}

Answer list_results(const Parts& parts, Call& call, store::Read& read) {
    runs::RunFilter filter;
    filter.person_id = call.caller.person_id;
    Json list = Json::array();
    for (const auto& run : parts.runs.list(read, call.caller.organisation_id, filter, {1000, {}}).items)
        list.push_back(result_json(run));
    return http::json(list);
}

// Accepts text and numbers alike, because a form has only texts. The handlers report faults in Django's
// words.
http::Shape field() {
    return http::anything();
}

http::Shape user_shape() {
    return http::open_object({{"nickname", http::text(1, 200)}, {"school", http::text(1, 200)}});
}

http::Shape session_shape() {
    return http::open_object({{"id", http::identifier()},
                              {"title", http::text(0, 200)},
                              {"teacher", http::identifier()},
                              {"is_active", http::boolean()},
                              {"is_paused", http::boolean()},
                              {"created_at", http::time()},
                              {"started_at", http::nullable(http::time())},
                              {"stopped_at", http::nullable(http::time())}});
}

http::RouteBuilder in_dialect(http::RouteBuilder route, Access access) {
    return route.by(access).errors(error_answer).tagged("LMS dialect");
}

void add_login(http::RouteTable& table, const Parts& parts) {
    table.add(
        in_dialect(
            http::post("/api/login", "LMS dialect: sign in with nickname and PIN, perhaps on a headset"),
            Access::open)
            .slow()
            .takes(http::open_object({{"nickname?", field()}, {"pin?", field()}, {"device_id?", field()}}))
            .gives(http::open_object({{"token", http::text(1, 200)}, {"user", user_shape()}}))
            .errors(login_error_answer)
            .handled([parts](Call& call) { return log_in(parts, call); }));
}

http::Route control_route(const Parts& parts, const std::string& word, Act what, const std::string& message) {
    return in_dialect(http::post("/api/session/" + word, "LMS dialect: " + word + " a session"),
                      Access::teacher)
        .writes()
        .takes(http::open_object({{"session_id?", field()}}))
        .gives(http::open_object({{"message", http::text(1, 80)}}))
        .handled<store::Tx>([parts, what, message](Call& call, store::Tx& tx) {
            const auto id = fields_of(call).id<SessionId>("session_id");
            const auto acted = act(tx, parts, call.caller, id, what);
            return http::json({{"message", message}}).on({{"session", acted.session_id}});
        });
}

void add_sessions(http::RouteTable& table, const Parts& parts) {
    table.add(in_dialect(http::post("/api/session/create", "LMS dialect: make a session"), Access::teacher)
                  .writes()
                  .takes(http::open_object({{"title?", field()}}))
                  .gives(session_shape(), 201)
                  .handled<store::Tx>(
                      [parts](Call& call, store::Tx& tx) { return create_session(parts, call, tx); }));
    table.add(
        in_dialect(http::post("/api/session/addLesson", "LMS dialect: add a lesson to a session"),
                   Access::teacher)
            .writes()
            .takes(http::open_object({{"session_id?", field()}, {"title?", field()}, {"content?", field()}}))
            .gives(http::open_object({{"id", http::identifier()},
                                      {"title", http::text(0, 200)},
                                      {"content", http::text(0, 2000)},
                                      {"lesson_class", http::text(1, 200)}}),
                   201)
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return add_lesson(parts, call, tx); }));
    table.add(control_route(parts, "start", Act::start, "Session started"));
    table.add(control_route(parts, "pause", Act::pause, "Session paused"));
    table.add(control_route(parts, "stop", Act::stop, "Session stopped"));
}

void add_lists(http::RouteTable& table, const Parts& parts) {
    const auto class_shape = http::open_object({{"id", http::identifier()},
                                                {"name", http::text(0, 200)},
                                                {"teacher", user_shape()},
                                                {"students", http::list(user_shape(), 10000)}});
    table.add(in_dialect(http::get("/api/classes", "LMS dialect: the caller's classes"), Access::student)
                  .reads()
                  .gives(http::list(class_shape, 10000))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_classes(parts, call, read); }));
    const auto result_shape = http::open_object({{"id", http::identifier()},
                                                 {"student", http::identifier()},
                                                 {"lesson", http::integer(0, INT64_MAX).described("0: none")},
                                                 {"score", http::integer(-1'000'000'000, 1'000'000'000)},
                                                 {"completed", http::boolean()},
                                                 {"progress_data", http::open_object({})}});
    table.add(in_dialect(http::get("/api/results", "LMS dialect: the caller's own results"), Access::student)
                  .reads()
                  .gives(http::list(result_shape, 1000))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list_results(parts, call, read); }));
}

void add_page(http::RouteTable& table, const char* path, const char* summary, const char* file) {
    table.add(http::get(path, summary)
                  .memory()
                  .by(Access::open)
                  .counted()
                  .tagged("LMS dialect")
                  .handled([file](Call& call) { return http::asset(call, file); }));
}

} // namespace

void add_lms_routes(http::RouteTable& table, const Parts& parts) {
    add_login(table, parts);
    add_sessions(table, parts);
    add_lists(table, parts);
    add_page(table, "/index", "The virtual headset: take part from a phone", "headset.html");
    add_page(table, "/websocket", "A page to try the live socket with", "socket.html");
}

} // namespace dialects::lms
