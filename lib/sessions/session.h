// Sessions: live lessons, their commands and each headset's answers, as the store keeps them. What is live in
// memory, and who is told, is the Director's; whoever wants something done to a session asks the Director.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "courses/lesson.h"
#include "people/people.h"
#include "sessions/transport.h"
#include "store/page.h"
#include "store/transaction.h"

namespace sessions {

struct SessionLesson {
    std::int64_t index = 0;
    std::int64_t lesson_id = 0;
    std::string title;
    courses::LessonKind kind = courses::LessonKind::video;
    std::string content;
    std::optional<std::int64_t> duration_ms;
};

struct Session {
    std::int64_t id = 0;
    std::int64_t organisation_id = 0;
    std::string title;
    people::PersonReference teacher;
    std::optional<std::int64_t> class_id, room_id;
    Transport transport;
    std::vector<SessionLesson> lessons;
    std::int64_t created_ms = 0;
    std::optional<std::int64_t> started_ms, stopped_ms;

    const SessionLesson* lesson() const; // the current one, or null: a session may run without any
    std::vector<std::optional<std::int64_t>> durations() const;
    std::int64_t position_at(std::int64_t now_ms) const;
};

struct NewSession {
    std::string title;
    std::int64_t teacher_id = 0;
    std::optional<std::int64_t> class_id, room_id; // neither: everybody of the organisation may join by id
    std::vector<std::int64_t> lesson_ids;
};

struct SessionFilter {
    std::optional<State> state;
    bool live = false; // running or paused
    std::optional<std::int64_t> teacher_id, class_id;
    std::optional<std::int64_t> student_id; // of a class that this person is in
};

// In the order of progress; a headset's state never goes back, but a late answer corrects `expired`.
enum class AnswerState { sent, received, running, done, failed, expired };
std::string_view name_of(AnswerState state);
AnswerState answer_state_of(std::string_view name);

struct CommandAnswer {
    std::int64_t device_id = 0;
    AnswerState state = AnswerState::sent;
    std::optional<double> skew_ms;
    std::string error;
};

struct Command {
    std::int64_t id = 0;
    std::int64_t session_id = 0;
    std::int64_t number = 0; // per session, from 1: a headset obeys only what is newer
    Action action = Action::start;
    std::string arguments = "{}"; // JSON
    std::int64_t lesson_index = 0;
    std::int64_t position_ms = 0;
    std::int64_t at_ms = 0; // when it takes effect
    std::optional<std::int64_t> created_by;
    std::int64_t created_ms = 0;
    std::int64_t expires_ms = 0;
    std::vector<CommandAnswer> answers; // one for each headset that it went to
};

class Sessions {
public:
    Session create(store::Tx& tx, std::int64_t organisation_id, const NewSession& session);
    Session get(store::Read& read, std::int64_t organisation_id, std::int64_t id); // Error not_found
    std::optional<Session> find(store::Read& read, std::int64_t organisation_id, std::int64_t id);
    store::Page<Session> list(store::Read& read, std::int64_t organisation_id, const SessionFilter& filter,
                              const store::PageRequest& page); // newest first
    // Live ones and those still to start, of every organisation: for start-up.
    std::vector<Session> all_open(store::Read& read);
    void add_lesson(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t lesson_id);
    void set_transport(store::Tx& tx, std::int64_t organisation_id, std::int64_t id,
                       const Transport& transport);

    // ---- who takes part ----
    // Paired headsets on the room's seats, those whose signed-in student is of the class, and those that
    // joined.
    std::vector<std::int64_t> candidates(store::Read& read, const Session& session);
    bool admits(store::Read& read, const Session& session, std::int64_t device_id);
    std::vector<std::int64_t> devices(store::Read& read, std::int64_t organisation_id,
                                      std::int64_t id); // that joined
    // The session that it joined last is where a headset is; joining again makes it the last.
    void join(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t device_id);
    std::optional<std::int64_t> live_session_of(store::Read& read, std::int64_t organisation_id,
                                                std::int64_t device_id);
    // A live session that wants the headset (by seat or class) and that it has not joined; the newest.
    std::optional<std::int64_t> session_calling(store::Read& read, std::int64_t organisation_id,
                                                std::int64_t device_id);

    // ---- commands ----
    // Gives it the next number, and one answer "sent" for each device.
    Command add_command(store::Tx& tx, std::int64_t organisation_id, Command command,
                        std::span<const std::int64_t> devices);
    std::optional<Command> find_command(store::Read& read, std::int64_t organisation_id, std::int64_t id,
                                        std::int64_t number);
    std::vector<Command> commands(store::Read& read, std::int64_t organisation_id, std::int64_t id,
                                  std::int64_t limit); // newest first
    // What a headset says of a command; the answer as it stands then. Error not_found when the command is not
    // for it.
    CommandAnswer answer(store::Tx& tx, std::int64_t organisation_id, std::int64_t id, std::int64_t number,
                         const CommandAnswer& answer);
    // Those that have not acted in time. Which answers it changed.
    std::vector<std::int64_t> expire(store::Tx& tx, std::int64_t organisation_id, std::int64_t id,
                                     std::int64_t number);

private:
    std::vector<SessionLesson> lessons_of(store::Read& read, std::int64_t id);
    std::vector<CommandAnswer> answers_of(store::Read& read, std::int64_t command_id);
};

} // namespace sessions
