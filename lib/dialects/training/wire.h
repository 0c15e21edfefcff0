// The training dialect's wire: its objects, its errors, and how it reads what its clients send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dialects/lax_fields.h"
#include "dialects/training/parts.h"
#include "http/serving/call.h"
#include "platform/ids.h"

namespace dialects::training {

using Json = nlohmann::json;

// ---- errors: the PocketBase SDK's, with code, message, data and success:false beside it ----
http::Answer error_answer(const http::Call& call, const platform::Error& error);
// The client panel reports a missing login with status 200, as the original does.
http::Answer panel_error_answer(const http::Call& call, const platform::Error& error);
// The same, for calls where a conflict means that no seat is left.
http::Answer seat_error_answer(const http::Call& call, const platform::Error& error);
http::Answer connect_error_answer(const http::Call& call, const platform::Error& error);
http::Answer login_error_answer(const http::Call& call, const platform::Error& error);

// ---- what comes ----
LaxFields fields_of(const http::Call& call); // faults are in this dialect's words
int connect_code(const LaxFields& fields);
// ["a", "b"], or "a, b".
std::vector<std::string> keys(const LaxFields& fields, const char* name);
// An object, or a text that holds one; {} when absent. Returns JSON text.
std::string object_text(const LaxFields& fields, const char* name);
std::string any_text(const LaxFields& fields, const char* name,
                     const char* otherwise); // any JSON, as JSON text

// Finds it by its id or its title. Error not_found.
scenarios::Scenario scenario_named(store::Read& read, const scenarios::Scenarios& scenarios,
                                   OrganisationId organisation_id, const std::string& name);

// ---- what goes: ids are strings ----
// A record of the original's database, with what each of them has. No relation and no text is null there, but
// "".
Json in_collection(const char* name, std::int64_t created_ms, std::int64_t changed_ms, Json record);
std::string person_text(const trainings::Training& training);
// `code` is the one that linked it; 0 when it was paired some other way.
Json device_json(const devices::Device& device, int code, const std::optional<trainings::Training>& open);
Json target_of(
    const trainings::Training& training); // for the audit row: client, device, person, scenario, run

} // namespace dialects::training
