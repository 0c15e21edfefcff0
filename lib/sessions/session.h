// Sessions: live lessons, their commands and each headset's answers, as the store keeps them. The Director
// keeps the live part in memory and tells headsets and pages; a caller that wants something done to a session
// asks the Director.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "courses/lesson.h"
#include "people/people.h"
#include "platform/ids.h"
#include "sessions/places.h"
#include "sessions/transport.h"
#include "store/page.h"
#include "store/transaction.h"

namespace sessions {

struct SessionLesson {
    std::int64_t index = 0;
    LessonId lesson_id;
    std::string title;
    courses::LessonKind kind = courses::LessonKind::video;
    std::string content;
    std::optional<std::int64_t> duration_ms;
};

struct Session {
    SessionId id;
    OrganisationId organisation_id;
    std::string title;
    people::PersonReference teacher;
    std::optional<ClassId> class_id;
    std::optional<RoomId> room_id;
    Transport transport;
    std::vector<SessionLesson> lessons;
    std::optional<DeviceId> display_device_id; // whose view everybody is shown, on the projector
    std::int64_t created_ms = 0;
    std::optional<std::int64_t> started_ms, stopped_ms;

    const SessionLesson* lesson() const; // the current one, or null: a session may have none
    std::vector<std::optional<std::int64_t>> durations() const; // of those that end by the clock
    std::int64_t position_at(std::int64_t now_ms) const;
    std::optional<std::int64_t> finishes_ms() const; // see transport.h
    bool is_finished(std::int64_t now_ms) const;
    std::optional<std::int64_t> ends_ms() const; // by itself, if nobody does anything; none: never
    // The lesson is live and at or over its planned time, whether or not that ends it.
    bool is_past_its_plan(std::int64_t now_ms) const;
};
// A session as a committed transaction left it. All who keep it in memory share it.
using SessionSnapshot = std::shared_ptr<const Session>;

struct NewSession {
    std::string title;
    PersonId teacher_id;
    std::optional<ClassId> class_id;
    std::optional<RoomId> room_id; // neither: all of the organisation may join by id
    std::vector<LessonId> lesson_ids;
    // The same class stays from that session: its students keep the headsets that they wore.
    std::optional<SessionId> goes_on_from;
};

struct SessionFilter {
    std::optional<State> state;
    bool live = false; // running or paused
    std::optional<PersonId> teacher_id;
    std::optional<ClassId> class_id;
    std::optional<PersonId> student_id; // in a class of this person
};

// In the order of progress. A headset's state never goes back, but a late answer corrects `expired`.
enum class AnswerState { sent, received, running, done, failed, expired };
constexpr auto names_of(AnswerState) {
    return platform::names<AnswerState>({{AnswerState::sent, "sent"},
                                         {AnswerState::received, "received"},
                                         {AnswerState::running, "running"},
                                         {AnswerState::done, "done"},
                                         {AnswerState::failed, "failed"},
                                         {AnswerState::expired, "expired"}});
}

struct CommandAnswer {
    DeviceId device_id;
    AnswerState state = AnswerState::sent;
    std::optional<double> skew_ms;
    std::string error;
};

struct Command {
    CommandId id;
    SessionId session_id;
    std::int64_t number = 0; // per session, from 1: a headset obeys only a newer one
    Action action = Action::start;
    std::string arguments = "{}";             // JSON
    std::string target = R"({"kind":"all"})"; // JSON: the headsets it was meant for
    std::int64_t lesson_index = 0;
    std::int64_t position_ms = 0;
    std::int64_t at_ms = 0; // when it takes effect
    std::optional<PersonId> created_by;
    std::int64_t created_ms = 0;
    std::int64_t expires_ms = 0;
    std::vector<CommandAnswer> answers; // one for each headset that it was sent to

    bool is_for_all() const; // also for headsets that join later
};

// What an order has done. All who are told of it share one.
struct Ordered {
    Session session;           // as the order left it
    Command command;           // with an answer "sent" for each headset that it goes to
    std::vector<Place> places; // of the headsets that it moves
};
using OrderSnapshot = std::shared_ptr<const Ordered>;

// A headset as a teacher knows it: by its name and by the student on it.
struct Taker {
    std::string name;
    std::optional<people::PersonReference> person;
};
using Takers = std::map<DeviceId, Taker>; // by device

class Sessions {
public:
    static constexpr std::size_t most_lessons = 100;

    Session create(store::Tx& tx, OrganisationId organisation_id, const NewSession& session);
    std::optional<Session> find(store::Read& read, OrganisationId organisation_id, SessionId id) const;
    Session get(store::Read& read, OrganisationId organisation_id, SessionId id) const; // Error not_found
    store::Page<Session> list(store::Read& read, OrganisationId organisation_id, const SessionFilter& filter,
                              const store::PageRequest& page) const; // newest first
    // For start-up: the live sessions of the whole box, and the newest of those that wait to start.
    std::vector<Session> all_open(store::Read& read) const;
    void add_lesson(store::Tx& tx, OrganisationId organisation_id, SessionId id, LessonId lesson_id);
    // Its sessions stay, without a room.
    void forget_room(store::Tx& tx, OrganisationId organisation_id, RoomId room_id);
    void set_teacher(store::Tx& tx, OrganisationId organisation_id, SessionId id, PersonId teacher_id);
    // Error invalid when that headset is not in the session.
    void set_display(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                     std::optional<DeviceId> device_id);
    void set_transport(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                       const Transport& transport);

    // ---- who takes part ----
    // Paired headsets on the room's seats, those whose signed-in student is in the class, and those that
    // joined.
    std::vector<DeviceId> candidates(store::Read& read, const Session& session) const;
    // Whether a headset may join by asking. A session without class and room admits every headset of its
    // organisation.
    bool admits(store::Read& read, const Session& session, DeviceId device_id) const;
    // Of `devices`, those that a control is meant for. Error invalid when it names a headset that is not
    // among them, or when none is left.
    std::vector<DeviceId> targeted(store::Read& read, const Session& session, const Target& target,
                                   const std::vector<DeviceId>& devices) const;
    std::vector<DeviceId> devices(store::Read& read, OrganisationId organisation_id, SessionId id) const;
    // The session's headsets with a signed-in student, except those signed in through a dialect.
    std::vector<DeviceId> worn_by_students(store::Read& read, OrganisationId organisation_id,
                                           SessionId id) const;
    // A headset is in the session that it joined last; joining again makes this one the last.
    void join(store::Tx& tx, OrganisationId organisation_id, SessionId id, DeviceId device_id);
    void leave(store::Tx& tx, OrganisationId organisation_id, SessionId id, DeviceId device_id);
    std::optional<SessionId> live_session_of(store::Read& read, OrganisationId organisation_id,
                                             DeviceId device_id) const;
    // The newest live session that wants the headset, by its seat or its student's class, and that it has not
    // joined yet.
    std::optional<SessionId> session_calling(store::Read& read, OrganisationId organisation_id,
                                             DeviceId device_id) const;

    // ---- commands ----
    // Gives it the next number, and an answer "sent" for each device.
    Command add_command(store::Tx& tx, OrganisationId organisation_id, Command command,
                        std::span<const DeviceId> devices);
    std::optional<Command> find_command(store::Read& read, OrganisationId organisation_id, SessionId id,
                                        std::int64_t number) const;
    std::vector<Command> commands(store::Read& read, OrganisationId organisation_id, SessionId id,
                                  std::int64_t limit) const; // newest first
    // The controls that headsets may still hold, oldest first, with the plays that ended some of them.
    std::vector<Command> held_commands(store::Read& read, OrganisationId organisation_id, SessionId id) const;
    // The number of the newest command that changes what plays; 0 if there is none.
    std::int64_t newest_playback(store::Read& read, SessionId id) const;
    // The headsets that were told something newer of the same kind than that command.
    std::vector<DeviceId> overtaken(store::Read& read, const Command& command) const;
    // The name and the student of each headset that a command went to.
    Takers takers(store::Read& read, OrganisationId organisation_id, SessionId id) const;
    // Records a headset's answer to a command and returns the answer as it stands then. Error not_found when
    // the command is not for this headset.
    CommandAnswer answer(store::Tx& tx, OrganisationId organisation_id, SessionId id, std::int64_t number,
                         const CommandAnswer& answer);
    // Expires the answers of headsets that have not begun to act. Returns how many.
    std::int64_t expire(store::Tx& tx, OrganisationId organisation_id, SessionId id, std::int64_t number);
};

nlohmann::json json_of(const Session& session);
nlohmann::json json_of(const SessionLesson* lesson); // null without a lesson
nlohmann::json json_of(const Command& command, const Takers& takers);
nlohmann::json json_of(const Target& target);

} // namespace sessions
