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
// {error, details?}
http::Answer error_answer(const http::Call& call, const platform::Error& error);
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

// ---- what goes ----
Json user_json(const people::Person& person, const people::Profile& profile, std::int64_t xp);
Json scenario_json(const scenarios::Scenario& scenario, const std::vector<std::string>& prerequisites,
                   bool for_staff);
Json progress_json(const progress::ScenarioProgress& progress);
Json session_json(const trainings::Training& training, const scenarios::Scenario& scenario,
                  std::optional<std::int64_t> xp, std::int64_t messages);
Json message_json(const chat::Message& message, const std::string& session_uuid);
Json performance_json(const progress::Performance& performance, const progress::Standing& standing);
Json achievement_json(const progress::Achievement& achievement);

// What every route of this dialect shares: its error shape, its limit, its place in the documentation.
http::RouteBuilder in_dialect(http::RouteBuilder route, http::Access access);
// The envelope around `data`.
http::Shape answer_shape(http::Shape data);
http::Shape object_shape(http::Fields fields = {});

} // namespace dialects::trainer
