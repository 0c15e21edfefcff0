// Conversations: what a student, the scenario's persona and a teacher who steps in say to each other in a
// run. Every message is kept with the run.
//
// Invariants:
// - A student's message is on disk before anybody thinks about an answer, and is answered within three
//   seconds: by the configured endpoint, or by the embedded persona where there is no endpoint, or when it
//   fails or is slow.
// - Nothing of a conversation leaves the box unless an endpoint is configured.
// - Whatever answers is never shown the scenario's assessment.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/embedded_persona.h"
#include "chat/endpoint.h"
#include "chat/knowledge.h"
#include "people/organisation.h"
#include "platform/caller.h"
#include "platform/ids.h"
#include "platform/names.h"
#include "store/hook.h"
#include "store/page.h"
#include "store/store.h"
#include "trainings/training.h"

namespace chat {

enum class Role { student, persona, teacher };
constexpr auto names_of(Role) {
    return platform::names<Role>(
        {{Role::student, "student"}, {Role::persona, "persona"}, {Role::teacher, "teacher"}});
}

enum class Origin { person, endpoint, embedded };
constexpr auto names_of(Origin) {
    return platform::names<Origin>(
        {{Origin::person, ""}, {Origin::endpoint, "endpoint"}, {Origin::embedded, "embedded"}});
}

struct Message {
    MessageId id;
    RunId run_id;
    Role role = Role::student;
    std::optional<people::PersonReference> person; // who wrote it, where that is known
    std::string kind, text;                        // kind: the trainer dialect's type
    Origin origin = Origin::person;
    std::optional<std::int64_t> entry; // embedded persona: the entry of the knowledge base that it told
    std::int64_t at_ms = 0;
};

// The listeners of a run's conversation, besides the teachers who read along.
struct Listeners {
    std::optional<PersonId> person_id;
    std::optional<DeviceId> device_id;
};

class Chat {
public:
    static constexpr std::size_t longest_text = 1'000;   // code points of a person's message
    static constexpr std::int64_t most_messages = 1'000; // of a run
    static constexpr std::int64_t remembered = 20;       // messages that the persona remembers

    Chat(store::Store& store, Endpoint& endpoint, trainings::Trainings& trainings,
         people::Organisations& organisations)
        : store_(store), endpoint_(endpoint), trainings_(trainings), organisations_(organisations) {}

    struct Exchange {
        Message message;
        std::optional<Message> reply; // the persona's, to a student
    };
    // Waits for the store and perhaps for the endpoint: call it from workers only. Error not_found when the
    // run is neither the caller's own nor of the teacher's organisation; conflict when the run has ended, or
    // the conversation is full.
    Exchange say(const platform::Caller& caller, RunId run_id, const std::string& text,
                 const std::string& kind = "text");

    // Oldest first; `after` is the last message that the caller has. Error not_found as above.
    store::Page<Message> list(store::Read& read, const platform::Caller& caller, RunId run_id,
                              const store::PageRequest& page) const;
    std::vector<Message> newest(store::Read& read, RunId run_id, std::int64_t count) const;
    std::int64_t count(store::Read& read, RunId run_id) const;

    // Called after the commit, on the writer thread.
    store::After<OrganisationId, Listeners, Message> said;
    // The reply as it grows, on the worker; "" once it is complete, or will not come.
    store::After<OrganisationId, RunId, std::string> growing;

private:
    struct Setting; // what a conversation is about
    Setting setting_of(store::Read& read, const platform::Caller& caller, RunId run_id) const;
    Message add(store::Tx& tx, const Setting& setting, Message message);
    Message answer(const Setting& setting, const Message& message, const std::vector<Message>& before);
    std::optional<Finding> find(const Setting& setting, std::string_view text);
    std::optional<std::string> ask_endpoint(const Setting& setting, const std::string& text,
                                            const std::vector<Message>& before,
                                            const std::optional<Finding>& finding);

    store::Store& store_;
    Endpoint& endpoint_;
    trainings::Trainings& trainings_;
    people::Organisations& organisations_;
    Knowledge knowledge_;
    std::mutex indexing_;
};

nlohmann::json json_of(const Message& message);

} // namespace chat
