// The trainer dialect's wire: its envelope, its errors, its objects in camelCase, its UUIDs, and how it reads
// what its clients send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialects/trainer/parts.h"
#include "http/serving/call.h"
#include "http/serving/route.h"
#include "platform/ids.h"

namespace dialects::trainer {

using Json = nlohmann::json;

// ---- the envelope ----
// {success, data, meta?, message?, timestamp}
http::Answer answer(const Parts& parts, Json data, int status = 200);
http::Answer answer_with_meta(const Parts& parts, Json data, Json meta);
http::Answer answer_with_message(const Parts& parts, Json data, const std::string& message, int status = 200);
// {success: false, error, code, message, details?, retryAfter?, timestamp}. A password is not repeated in
// details.
http::Answer error_answer(const http::Call& call, const platform::Error& error);
inline constexpr const char* wrong_login = "Invalid email or password";
[[noreturn]] void throw_missing(const std::string& what); // "Scenario": 404 "Scenario not found"

// ---- what comes ----
// Reads fields one by one and then throws one Error that names all the faulty ones.
class Fields {
public:
    explicit Fields(const http::Call& call) : fields_(call.fields()) {}
    // Lengths in code points, without surrounding spaces. Line breaks are text.
    std::string text(const char* name, std::size_t least, std::size_t most);
    std::optional<std::string> optional_text(const char* name, std::size_t least, std::size_t most);
    std::string email(const char* name);
    std::string password(const char* name); // one that is to be set
    std::string secret(const char* name);   // one that is to be proven: whatever it is, but not ""
    bool flag(const char* name);            // false when absent
    std::optional<Json> object(const char* name, std::size_t most_bytes);
    void fault(const std::string& name, const std::string& message) { faults_.push_back({name, message}); }
    void throw_if_faulty() const;

private:
    platform::JsonFields fields_;
    std::vector<platform::FieldError> faults_;
};

// ---- ids ----
// A person and a message have no UUID of their own; theirs is made from the integer id (version 8).
std::string user_uuid(PersonId person_id);
std::string message_uuid(MessageId message_id);
std::string metric_uuid(RunId run_id);

// ---- what goes ----
Json user_json(const people::Person& person, const people::Profile& profile, std::int64_t xp);
Json scenario_json(const scenarios::Scenario& scenario, const std::vector<std::string>& prerequisites,
                   bool for_staff);
Json progress_json(const progress::ScenarioProgress& progress);
// `said`: the messages that go with it, oldest first.
Json session_json(const trainings::Training& training, const scenarios::Scenario& scenario,
                  std::optional<std::int64_t> xp, std::int64_t messages,
                  const std::vector<chat::Message>& said);
// A recorded session's scores, 0 to 100. A part that its scenario does not assess has the whole's.
Json metric_json(const trainings::Training& training, const scenarios::Scenario& scenario,
                 std::optional<std::int64_t> xp);
Json message_json(const chat::Message& message, const std::string& session_uuid);
Json performance_json(const progress::Performance& performance, const progress::Standing& standing);
Json achievement_json(const progress::Achievement& achievement);

// A session with its newest messages, as the store has it.
Json session_of_training(store::Read& read, const Parts& parts, const trainings::Training& training,
                         std::int64_t most_messages);
constexpr std::int64_t messages_in_list = 20; // of each session, where several are listed

// What every route of this dialect shares: its error shape, its limit, its place in the documentation.
http::RouteBuilder in_dialect(http::RouteBuilder route, http::Access access);
// The envelope around `data`.
http::Shape answer_shape(http::Shape data);
http::Shape object_shape(http::Fields fields = {});

} // namespace dialects::trainer
