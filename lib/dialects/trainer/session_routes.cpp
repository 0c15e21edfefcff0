// The trainer dialect's sessions: runs of scenarios, their conversation, and their end.
#include "dialects/trainer/trainer_routes.h"
#include "dialects/trainer/wire.h"
#include "platform/error.h"

namespace dialects::trainer {

namespace {

using http::Access;
using http::Answer;
using http::Call;

// The caller's own; for staff, any of the organisation's.
trainings::Training session_of(store::Read& read, const Parts& parts, const Call& call) {
    const auto run = parts.runs.find_public(read, call.caller.organisation_id, call.parameter("id"));
    auto training = run ? parts.trainings.find(read, call.caller.organisation_id, run->id) : std::nullopt;
    if (!training) throw_missing("Session");
    const bool own = training->run.person && training->run.person->id == call.caller.person_id;
    if (!own && call.caller.role < platform::Role::viewer)
        throw platform::Error(platform::ErrorKind::forbidden, "Access denied to this session");
    return *std::move(training);
}

Json json_of(store::Read& read, const Parts& parts, const trainings::Training& training) {
    return session_of_training(read, parts, training, chat::Chat::most_messages);
}

// The caller's sessions, newest first: those that run, or those that ended.
Answer list(const Parts& parts, Call& call, store::Read& read, bool open) {
    Json data = Json::array();
    for (const auto& training :
         parts.trainings.of_person(read, call.caller.organisation_id, call.caller.person_id))
        if (open ? trainings::is_open(training.phase) : training.phase == trainings::Phase::recorded)
            data.push_back(session_of_training(read, parts, training, messages_in_list));
    const std::size_t total = data.size();
    return answer_with_meta(parts, std::move(data), {{"total", total}});
}

Answer messages(const Parts& parts, Call& call, store::Read& read) {
    const auto training = session_of(read, parts, call);
    Json data = Json::array();
    for (const auto& message :
         parts.chat.list(read, call.caller, training.run.id, {chat::Chat::most_messages, {}}).items)
        data.push_back(message_json(message, training.run.public_id));
    const std::size_t total = data.size();
    return answer_with_meta(parts, std::move(data), {{"total", total}});
}

Answer say(const Parts& parts, Call& call) {
    const auto training = parts.store.read([&](store::Read& read) { return session_of(read, parts, call); });
    Fields fields(call);
    const std::string text = fields.text("message", 1, chat::Chat::longest_text);
    const std::string type = fields.optional_text("type", 1, 40).value_or("user");
    if (!trainings::is_open(training.phase)) fields.fault("session", "Session is not active");
    fields.throw_if_faulty();
    const auto said = parts.chat.say(call.caller, training.run.id, text, type);
    const std::string& session = training.run.public_id;
    return answer_with_message(parts,
                               {{"success", true},
                                {"message", message_json(said.message, session)},
                                {"reply", said.reply ? message_json(*said.reply, session) : Json()}},
                               "Message sent successfully", 201)
        .on({{"run", training.run.id}, {"message", said.message.id}});
}

// Sent again, it gets the same answer: a run is scored, and gives experience, only once.
Answer resolve(const Parts& parts, Call& call, store::Tx& tx) {
    const auto training = session_of(tx, parts, call);
    const OrganisationId organisation_id = call.caller.organisation_id;
    if (!training.run.person || training.run.person->id != call.caller.person_id)
        throw platform::Error(platform::ErrorKind::forbidden, "Access denied to this session");
    Fields fields(call);
    trainings::Record record;
    record.resolution = fields.text("resolution", 10, 500);
    record.escalated = fields.flag("escalated");
    fields.throw_if_faulty();
    const auto recorded = parts.trainings.record(tx, organisation_id, training.run.id, record);
    const auto award = parts.progress.settle(tx, organisation_id, training.run.id);
    Json data = json_of(tx, parts, recorded);
    data["xpEarned"] = award ? award->xp : 0;
    data["totalXp"] = award ? award->total_xp : 0;
    data["level"] = progress::level_of(award ? award->total_xp : 0);
    data["achievements"] = Json::array();
    if (award)
        for (const auto* achievement : award->achievements)
            data["achievements"].push_back(achievement_json(*achievement));
    return answer_with_message(parts, std::move(data), "Session resolved").on({{"run", training.run.id}});
}

http::Shape session_shape() {
    return object_shape({{"id", http::text(1, 200)},
                         {"scenarioId", http::text(1, 80)},
                         {"status", http::one_of({"active", "completed", "abandoned"})},
                         {"startedAt", http::time()}});
}

http::Shape chat_shape() {
    return object_shape(
        {{"id", http::text(36, 36)}, {"senderType", http::one_of({"user", "customer", "system"})}});
}

void add_conversation(http::RouteTable& table, const Parts& parts) {
    table.add(
        in_dialect(http::get("/api/v1/sessions/:id/messages", "Trainer dialect: what was said in a session"),
                   Access::student)
            .reads()
            .gives(answer_shape(http::list(chat_shape(), chat::Chat::most_messages)))
            .handled<store::Read>(
                [parts](Call& call, store::Read& read) { return messages(parts, call, read); }));
    table.add(in_dialect(http::post("/api/v1/sessions/:id/messages",
                                    "Trainer dialect: talk with the scenario's persona"),
                         Access::student)
                  .slow()
                  .takes(http::open_object({{"message?", http::anything()}, {"type?", http::anything()}}))
                  .gives(answer_shape(object_shape(
                             {{"message", chat_shape()}, {"reply", http::nullable(chat_shape())}})),
                         201)
                  .handled([parts](Call& call) { return say(parts, call); }));
}

} // namespace

void add_session_routes(http::RouteTable& table, const Parts& parts) {
    table.add(
        in_dialect(http::get("/api/v1/sessions/active/me", "Trainer dialect: the caller's sessions that run"),
                   Access::student)
            .reads()
            .gives(answer_shape(http::list(session_shape(), 1000)))
            .handled<store::Read>(
                [parts](Call& call, store::Read& read) { return list(parts, call, read, true); }));
    table.add(in_dialect(http::get("/api/v1/sessions/completed/me",
                                   "Trainer dialect: the caller's sessions that ended"),
                         Access::student)
                  .reads()
                  .gives(answer_shape(http::list(session_shape(), 1000)))
                  .handled<store::Read>(
                      [parts](Call& call, store::Read& read) { return list(parts, call, read, false); }));
    table.add(in_dialect(http::get("/api/v1/sessions/:id", "Trainer dialect: one session"), Access::student)
                  .reads()
                  .gives(answer_shape(session_shape()))
                  .handled<store::Read>([parts](Call& call, store::Read& read) {
                      return answer(parts, json_of(read, parts, session_of(read, parts, call)));
                  }));
    table.add(
        in_dialect(
            http::post("/api/v1/sessions/:id/resolve", "Trainer dialect: end a session, score it, give XP"),
            Access::student)
            .writes()
            .takes(http::open_object({{"resolution?", http::anything()}, {"escalated?", http::anything()}}))
            .gives(answer_shape(session_shape()))
            .handled<store::Tx>([parts](Call& call, store::Tx& tx) { return resolve(parts, call, tx); }));
    add_conversation(table, parts);
}

} // namespace dialects::trainer
