// The half of Sessions that stores commands and each headset's answers.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "platform/error.h"
#include "platform/json_fields.h"
#include "sessions/controls.h"
#include "sessions/session.h"

namespace sessions {

namespace {

// How far an answer has come. A finished one stays; an expired one may still begin.
int progress_of(AnswerState state) {
    switch (state) {
        case AnswerState::sent:
            return 0;
        case AnswerState::received:
            return 1;
        case AnswerState::expired:
            return 2;
        case AnswerState::running:
            return 3;
        case AnswerState::done:
        case AnswerState::failed:
            return 4;
    }
    return 0;
}

constexpr store::SqlText command_columns = R"sql(
    SELECT id, session_id, number, action, arguments, coalesce(lesson_index, 0), coalesce(position_ms, 0),
           at_ms, created_by, created_ms, expires_ms, target
    FROM commands WHERE organisation_id = ?1 AND session_id = ?2 )sql";

Command command_of(const store::Statement& rows) {
    Command command;
    rows.read(command.id, command.session_id, command.number, command.action, command.arguments,
              command.lesson_index, command.position_ms, command.at_ms, command.created_by,
              command.created_ms, command.expires_ms, command.target);
    return command;
}

void read_answers(store::Read& read, Command& command) {
    auto rows = read.query(
        "SELECT device_id, state, skew_ms, error FROM command_answers WHERE command_id = ? ORDER BY "
        "device_id",
        command.id);
    while (rows.step()) {
        CommandAnswer& answer = command.answers.emplace_back();
        rows.read(answer.device_id, answer.state, answer.skew_ms, answer.error);
    }
}

} // namespace

Command Sessions::add_command(store::Tx& tx, OrganisationId organisation_id, Command command,
                              std::span<const DeviceId> devices) {
    command.created_ms = tx.now_ms();
    command.number =
        1 +
        tx.integer("SELECT max(number) FROM commands WHERE session_id = ?", command.session_id).value_or(0);
    command.id = tx.insert<CommandId>(
        "INSERT INTO commands (organisation_id, session_id, number, action, arguments, lesson_index, "
        "position_ms,"
        " at_ms, created_by, created_ms, expires_ms, target) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        organisation_id, command.session_id, command.number, command.action, command.arguments,
        command.lesson_index, command.position_ms, command.at_ms, command.created_by, command.created_ms,
        command.expires_ms, command.target);
    command.answers.clear();
    for (const DeviceId device_id : devices) {
        tx.run("INSERT INTO command_answers (command_id, device_id, state, at_ms) VALUES (?, ?, 'sent', ?)",
               command.id, device_id, tx.now_ms());
        command.answers.push_back({device_id, AnswerState::sent, {}, {}});
    }
    return command;
}

std::optional<Command> Sessions::find_command(store::Read& read, OrganisationId organisation_id, SessionId id,
                                              std::int64_t number) const {
    std::optional<Command> command;
    {
        static constexpr auto by_number = command_columns + "AND number = ?3";
        auto rows = read.query(by_number, organisation_id, id, number);
        if (rows.step()) command = command_of(rows);
    }
    if (command) read_answers(read, *command);
    return command;
}

std::vector<Command> Sessions::commands(store::Read& read, OrganisationId organisation_id, SessionId id,
                                        std::int64_t limit) const {
    std::vector<Command> commands;
    {
        static constexpr auto newest_first = command_columns + "ORDER BY number DESC LIMIT ?3";
        auto rows = read.query(newest_first, organisation_id, id, limit);
        while (rows.step()) {
            commands.push_back(command_of(rows));
        }
    }
    for (Command& command : commands) {
        read_answers(read, command);
    }
    return commands;
}

std::vector<Command> Sessions::held_commands(store::Read& read, OrganisationId organisation_id,
                                             SessionId id) const {
    std::vector<Command> commands;
    {
        static constexpr auto that_hold = command_columns + R"sql(
            AND action IN ('play', 'look', 'launch', 'eyes_on_me', 'release', 'volume', 'brightness')
            ORDER BY number DESC LIMIT 300)sql";
        auto rows = read.query(that_hold, organisation_id, id);
        while (rows.step())
            commands.push_back(command_of(rows));
    }
    std::ranges::reverse(commands);
    for (Command& command : commands)
        read_answers(read, command);
    return commands;
}

std::int64_t Sessions::newest_playback(store::Read& read, SessionId id) const {
    return read
        .integer(
            "SELECT max(number) FROM commands WHERE session_id = ? AND action IN"
            " (SELECT value FROM json_each(?))",
            id, actions_of(CommandKind::playback))
        .value_or(0);
}

std::vector<DeviceId> Sessions::overtaken(store::Read& read, const Command& command) const {
    const std::string actions = actions_of(kind_of(command.action));
    auto rows = read.query(
        "SELECT DISTINCT a.device_id FROM commands c JOIN command_answers a ON a.command_id = c.id"
        " WHERE c.session_id = ? AND c.number > ? AND c.action IN (SELECT value FROM json_each(?))",
        command.session_id, command.number, actions);
    std::vector<DeviceId> devices;
    while (rows.step())
        devices.push_back(rows.values<DeviceId>());
    return devices;
}

bool Command::is_for_all() const {
    const auto parsed = nlohmann::json::parse(target);
    return platform::JsonFields(parsed).get<Target::Kind>("kind") == Target::Kind::all;
}

Takers Sessions::takers(store::Read& read, OrganisationId organisation_id, SessionId id) const {
    auto rows = read.query(
        "SELECT d.id, d.name, p.id, p.nickname FROM devices d LEFT JOIN persons p ON p.id = coalesce("
        " (SELECT l.person_id FROM logins l WHERE l.device_id = d.id AND l.person_id IS NOT NULL AND "
        "l.expires_ms > ?3"
        "  ORDER BY l.id DESC LIMIT 1),"
        " (SELECT s.person_id FROM seats s WHERE s.device_id = d.id))"
        " WHERE d.organisation_id = ?1 AND d.id IN (SELECT a.device_id FROM command_answers a"
        "  JOIN commands c ON c.id = a.command_id WHERE c.session_id = ?2)",
        organisation_id, id, read.now_ms());
    Takers takers;
    while (rows.step()) {
        DeviceId device_id;
        Taker taker;
        rows.read(device_id, taker.name, taker.person);
        takers.emplace(device_id, std::move(taker));
    }
    return takers;
}

CommandAnswer Sessions::answer(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                               std::int64_t number, const CommandAnswer& answer) {
    const auto command = tx.id<CommandId>(
        "SELECT id FROM commands WHERE organisation_id = ? AND session_id = ? AND number = ?",
        organisation_id, id, number);
    // A headset that joined after the command was given may answer it too.
    if (!command || !tx.integer("SELECT 1 FROM session_devices WHERE session_id = ? AND device_id = ?", id,
                                answer.device_id))
        platform::throw_not_found("command for this headset");
    CommandAnswer before{answer.device_id, AnswerState::sent, {}, {}};
    {
        auto rows = tx.query(
            "SELECT state, skew_ms, error FROM command_answers WHERE command_id = ? AND device_id = ?",
            command, answer.device_id);
        if (rows.step()) rows.read(before.state, before.skew_ms, before.error);
    }
    if (progress_of(answer.state) <= progress_of(before.state)) return before;
    tx.run(
        "INSERT INTO command_answers (command_id, device_id, state, skew_ms, error, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, error = excluded.error,"
        " skew_ms = coalesce(excluded.skew_ms, skew_ms), at_ms = excluded.at_ms",
        command, answer.device_id, answer.state, answer.skew_ms, answer.error, tx.now_ms());
    CommandAnswer after = answer;
    if (!after.skew_ms) after.skew_ms = before.skew_ms;
    return after;
}

std::int64_t Sessions::expire(store::Tx& tx, OrganisationId organisation_id, SessionId id,
                              std::int64_t number) {
    return tx.run(
        "UPDATE command_answers SET state = 'expired', at_ms = ?4 WHERE state IN ('sent', 'received')"
        " AND command_id = (SELECT id FROM commands WHERE organisation_id = ?1 AND session_id = ?2 AND "
        "number = ?3)",
        organisation_id, id, number, tx.now_ms());
}

} // namespace sessions
