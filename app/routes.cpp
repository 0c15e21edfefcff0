#include "app/routes.h"

#include "admin/audit_routes.h"
#include "admin/backup_routes.h"
#include "app/appliance.h"
#include "app/system_routes.h"
#include "app/wiring.h"
#include "chat/chat_routes.h"
#include "courses/content_routes.h"
#include "courses/course_routes.h"
#include "courses/lesson_routes.h"
#include "devices/device_routes.h"
#include "dialects/dpvr/dpvr_routes.h"
#include "dialects/lms/lms_routes.h"
#include "dialects/lms/lms_sockets.h"
#include "dialects/seats/seats_routes.h"
#include "dialects/trainer/trainer_routes.h"
#include "dialects/training/training_routes.h"
#include "dialects/unreal/unreal_routes.h"
#include "http/serving/assets.h"
#include "http/serving/openapi.h"
#include "insights/insight_routes.h"
#include "live/live_routes.h"
#include "people/people_routes.h"
#include "people/profile_routes.h"
#include "progress/progress_routes.h"
#include "rooms/room_routes.h"
#include "runs/run_routes.h"
#include "scenarios/scenario_routes.h"
#include "sessions/before/due.h"
#include "sessions/session_routes.h"
#include "timetable/timetable_routes.h"
#include "trainings/training_routes.h"

namespace app {

namespace {

dialects::lms::Parts lms_parts(Services& s) {
    return {s.store,   s.organisations, s.people, s.classes,  s.logins,   s.sign_in, s.devices,
            s.pairing, s.lessons,       s.runs,   s.sessions, s.director, s.hub};
}

dialects::training::Parts training_parts(Services& s, bool tls) {
    return {s.store,   s.clock,    s.audit,   s.organisations, s.people,    s.logins,  s.sign_in,
            s.devices, s.presence, s.pairing, s.scenarios,     s.trainings, s.waiting, tls};
}

void add_trainer(http::RouteTable& table, Services& s) {
    dialects::trainer::add_trainer_routes(
        table, {s.store, s.clock, s.hasher, s.organisations, s.people, s.profiles, s.invitations, s.logins,
                s.sign_in, s.scenarios, s.runs, s.trainings, s.progress, s.chat});
}

} // namespace

void add_routes(http::RouteTable& table, Services& s, Appliance& appliance) {
    people::add_people_routes(
        table,
        {s.store, s.hasher, s.random, s.organisations, s.people, s.classes, s.logins, s.site_keys, s.sign_in,
         s.setup, s.second_factor, s.invitations, s.login_cards, s.imports, s.privacy, appliance.uses_tls(),
         [&s](store::Read& read, OrganisationId organisation_id, DeviceId device_id) {
             return devices::json_of(s.devices.get(read, organisation_id, device_id), s.presence);
         }});
    people::add_profile_routes(table, s.profiles);
    devices::add_device_routes(table, {s.devices, s.presence, s.pairing, s.logins, s.sign_in, s.guesses,
                                       s.organisations, s.people, s.classes, s.clock, s.inspector,
                                       [&appliance] { return appliance.addresses(); }, sessions::class_due});
    rooms::add_room_routes(table, s.rooms);
    courses::add_lesson_routes(table, s.lessons);
    courses::add_course_routes(table, s.courses);
    timetable::add_timetable_routes(table, s.timetable);
    courses::add_content_routes(table, {s.store, s.contents, s.content_files, s.pace});
    sessions::add_session_routes(table, {s.sessions, s.director, s.lessons, s.presence, s.fetching, s.clock});
    runs::add_run_routes(table, s.runs, s.ingest);
    scenarios::add_scenario_routes(table, s.scenarios);
    trainings::add_training_routes(table, {s.store, s.clock, s.trainings, s.waiting});
    insights::add_insight_routes(table, {s.sessions, s.runs, s.people, s.classes});
    progress::add_progress_routes(table, s.progress, s.classes);
    chat::add_chat_routes(table, s.chat, s.chat_feed, s.chat_endpoint);
    live::add_live_routes(table, s.hub, s.clock);
    live::add_topic_push(table);
    dialects::dpvr::add_dpvr_routes(table, appliance.dpvr());
    dialects::lms::add_lms_routes(table, lms_parts(s));
    dialects::training::add_training_routes(table, training_parts(s, appliance.uses_tls()));
    dialects::unreal::add_unreal_routes(table, {s.runs, s.ingest, s.random, s.clock});
    add_trainer(table, s);
    admin::add_audit_routes(table, s.store);
    admin::add_backup_routes(table,
                             {s.store, s.backups, s.nightly, s.setup, s.folder, appliance.options().restart,
                              [&s] { return s.store.read(sessions::is_lesson_on); }});
    add_system_routes(table, appliance);
    http::add_documentation_routes(table);
    http::add_asset_routes(table);
}

void add_socket_dialects(Sockets& sockets, http::RouteTable& table, Services& s, bool tls) {
    auto lms = std::make_unique<dialects::lms::Sockets>(lms_parts(s), sockets.messages());
    connect(s, *lms);
    sockets.add(std::move(lms));
    const dialects::seats::Parts parts{s.organisations, s.people,  s.logins,        s.second_factor,
                                       s.invitations,   s.guesses, s.known_sources, s.rooms,
                                       s.hub,           s.clock,   s.random,        tls};
    auto seats = std::make_unique<dialects::seats::Sockets>(parts, sockets.messages());
    dialects::seats::add_seats_routes(table, parts, *seats);
    connect(s, *seats);
    sockets.add(std::move(seats));
}

} // namespace app
