#include "chat/chat.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "chat/prompt.h"
#include "platform/error.h"
#include "platform/text.h"

namespace chat {

namespace {

constexpr store::SqlText message_columns = R"sql(
    SELECT m.id, m.run_id, m.role, p.id, p.nickname, m.kind, m.text, m.origin, m.entry, m.at_ms
    FROM chat_messages m LEFT JOIN persons p ON p.id = m.person_id WHERE m.run_id = ?1)sql";

Message message_of(const store::Statement& rows) {
    Message message;
    rows.read(message.id, message.run_id, message.role, message.person, message.kind, message.text,
              message.origin, message.entry, message.at_ms);
    return message;
}

} // namespace

struct Chat::Setting {
    trainings::Training training;
    Role role = Role::student; // the caller's
    bool may_write = false;
    std::optional<people::PersonReference> author;
    Character character;
    std::optional<scenarios::TicketTemplate> ticket;
    bool has_persona = false;
    KnowledgeBase knowledge;

    RunId run_id() const { return training.run.id; }
    OrganisationId organisation_id() const { return training.run.organisation_id; }
    Listeners listeners() const {
        const auto& person = training.run.person;
        return {person ? std::optional(person->id) : std::nullopt, training.run.device_id};
    }
};

Chat::Setting Chat::setting_of(store::Read& read, const platform::Caller& caller, RunId run_id) const {
    auto training = trainings_.find(read, caller.organisation_id, run_id);
    if (!training) platform::throw_not_found("run");
    Setting setting;
    setting.training = *std::move(training);
    const bool own = trainings::is_own(setting.training.run, caller);
    const bool staff = caller.person_id && caller.role >= platform::Role::viewer;
    if (!own && !staff) platform::throw_not_found("run");
    setting.role = own ? Role::student : Role::teacher;
    setting.may_write = own || caller.role >= platform::Role::teacher;
    if (own) setting.author = setting.training.run.person;
    auto nickname = read.query("SELECT id, nickname FROM persons WHERE organisation_id = ? AND id = ?",
                               caller.organisation_id, caller.person_id);
    if (nickname.step()) nickname.read(setting.author.emplace());
    auto scenario = trainings_.scenario_of(read, setting.training);
    setting.has_persona = scenario.content.persona.has_value();
    setting.character.persona = scenario.content.persona.value_or(scenarios::Persona{});
    setting.character.language = language_named(organisations_.get(read, caller.organisation_id).language);
    setting.ticket = std::move(scenario.content.ticket_template);
    setting.knowledge = std::move(scenario.content.knowledge_base);
    return setting;
}

Chat::Exchange Chat::say(const platform::Caller& caller, RunId run_id, const std::string& text,
                         const std::string& kind) {
    std::vector<Message> before;
    const Setting setting = store_.read([&](store::Read& read) {
        before = newest(read, run_id, remembered);
        return setting_of(read, caller, run_id);
    });
    if (!setting.may_write)
        throw platform::Error(platform::ErrorKind::forbidden, "You may read along, but not take part.");
    Message message;
    message.role = setting.role;
    message.person = setting.author;
    message.kind = kind;
    message.text = platform::trimmed(text);
    if (message.text.empty()) platform::throw_invalid("text", "must not be empty");
    Exchange exchange;
    exchange.message = store_.write("chat message", [&](store::Tx& tx) {
        const auto now = trainings_.find(tx, caller.organisation_id, run_id);
        if (!now || !trainings::is_open(now->phase)) platform::throw_conflict("This run has ended.");
        if (count(tx, run_id) >= most_messages) platform::throw_conflict("This conversation is full.");
        return add(tx, setting, message);
    });
    if (setting.role != Role::student || !setting.has_persona) return exchange;
    const Message reply = answer(setting, exchange.message, before);
    exchange.reply = store_.write("chat reply", [&](store::Tx& tx) { return add(tx, setting, reply); });
    return exchange;
}

Message Chat::add(store::Tx& tx, const Setting& setting, Message message) {
    std::optional<PersonId> person_id;
    if (message.person) person_id = message.person->id;
    message.run_id = setting.run_id();
    message.at_ms = tx.now_ms();
    message.id = tx.insert<MessageId>(
        "INSERT INTO chat_messages (run_id, role, person_id, kind, text, origin, entry, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        message.run_id, message.role, person_id, message.kind, message.text, message.origin, message.entry,
        message.at_ms);
    said(tx, setting.organisation_id(), setting.listeners(), message);
    return message;
}

Message Chat::answer(const Setting& setting, const Message& message, const std::vector<Message>& before) {
    Message reply;
    reply.role = Role::persona;
    reply.kind = "text";
    const auto finding = find(setting, message.text);
    if (auto text = ask_endpoint(setting, message.text, before, finding)) {
        reply.text = *std::move(text);
        reply.origin = Origin::endpoint;
        return reply;
    }
    std::vector<Said> told;
    for (const Message& one : before)
        if (one.role != Role::teacher) told.push_back({one.role == Role::student, one.text, one.entry});
    auto [text, thing] = reply_to(message.text, setting.character, setting.knowledge, told, finding);
    reply.text = std::move(text);
    reply.entry = thing;
    reply.origin = Origin::embedded;
    return reply;
}

// A knowledge base enters the index with its first question.
std::optional<Finding> Chat::find(const Setting& setting, std::string_view text) {
    if (setting.knowledge.empty()) return std::nullopt;
    const std::string scope = Knowledge::scope_of(setting.knowledge);
    const auto search = [&](store::Read& read) -> std::optional<std::optional<Finding>> {
        if (knowledge_.indexed_of(read, scope) < static_cast<std::int64_t>(setting.knowledge.size()))
            return std::nullopt;
        return knowledge_.search(read, scope, setting.knowledge.size(), text);
    };
    if (const auto found = store_.read(search)) return *found;
    const std::lock_guard one_at_a_time(indexing_);
    while (store_.write("index knowledge",
                        [&](store::Tx& tx) { return knowledge_.index_some(tx, scope, setting.knowledge); })) {
    }
    return store_.read(search).value_or(std::nullopt);
}

std::optional<std::string> Chat::ask_endpoint(const Setting& setting, const std::string& text,
                                              const std::vector<Message>& before,
                                              const std::optional<Finding>& finding) {
    if (!endpoint_.is_configured()) return std::nullopt;
    std::vector<Prompt> prompts{
        {"system", system_prompt(setting.character, setting.ticket, setting.knowledge, finding)}};
    for (const Message& message : before)
        prompts.push_back(
            prompt_of(message.role == Role::persona, message.role == Role::teacher, message.text));
    prompts.push_back(prompt_of(false, false, text));
    const auto grow = [&](std::string_view so_far) {
        growing.now(setting.organisation_id(), setting.run_id(), std::string(so_far));
    };
    auto answer = endpoint_.ask(prompts, grow);
    grow("");
    return answer;
}

store::Page<Message> Chat::list(store::Read& read, const platform::Caller& caller, RunId run_id,
                                const store::PageRequest& page) const {
    const auto training = trainings_.find(read, caller.organisation_id, run_id);
    const bool staff = caller.person_id && caller.role >= platform::Role::viewer;
    if (!training || (!staff && !trainings::is_own(training->run, caller))) platform::throw_not_found("run");
    static constexpr auto page_oldest_first = message_columns + " AND m.id > ?2 ORDER BY m.id LIMIT ?3";
    auto rows = read.query(page_oldest_first, run_id, page.after.value_or(0), page.limit + 1);
    return store::read_page<Message>(std::move(rows), page, message_of);
}

std::vector<Message> Chat::newest(store::Read& read, RunId run_id, std::int64_t count) const {
    static constexpr auto newest_first = message_columns + " ORDER BY m.id DESC LIMIT ?2";
    auto rows = read.query(newest_first, run_id, count);
    std::vector<Message> messages;
    while (rows.step())
        messages.push_back(message_of(rows));
    std::ranges::reverse(messages);
    return messages;
}

std::int64_t Chat::count(store::Read& read, RunId run_id) const {
    return read.integer("SELECT count(*) FROM chat_messages WHERE run_id = ?", run_id).value_or(0);
}

nlohmann::json json_of(const Message& message) {
    return {{"id", message.id},
            {"run_id", message.run_id},
            {"role", platform::name_of(message.role)},
            {"person", people::json_of(message.person)},
            {"kind", message.kind},
            {"text", message.text},
            {"origin", message.origin == Origin::person ? nlohmann::json()
                                                        : nlohmann::json(platform::name_of(message.origin))},
            {"sent_at", platform::iso8601(message.at_ms)}};
}

} // namespace chat
