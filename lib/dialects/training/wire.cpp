#include "dialects/training/wire.h"

#include <algorithm>

#include "http/serving/problem.h"
#include "platform/text.h"

namespace dialects::training {

namespace {

using platform::ErrorKind;

// The PocketBase SDK's error, as the original sends it on; what else its clients look for stands beside it.
Json sdk_error(int status, const std::string& message) {
    const Json response{{"code", status}, {"message", message}, {"data", Json::object()}};
    Json error = response;
    error.update({{"success", false},
                  {"url", ""},
                  {"status", status},
                  {"response", response},
                  {"isAbort", false},
                  {"originalError", {{"url", ""}, {"status", status}, {"data", response}}},
                  {"name", "ClientResponseError " + std::to_string(status)}});
    return error;
}

http::Answer said(const platform::Error& error, int status) {
    std::string message = error.what();
    if (error.kind() == ErrorKind::internal)
        message = "The server has made a mistake; its journal says more.";
    if (!error.fields().empty()) {
        message.clear();
        for (const auto& fault : error.fields())
            message += (message.empty() ? "" : "; ") + fault.field + " " + fault.message;
    }
    if (status == 404) message = "The requested resource wasn't found.";
    auto answer = http::json(sdk_error(status, message), status);
    if (error.retry_after_s()) answer.header("Retry-After", std::to_string(*error.retry_after_s()));
    return answer;
}

// These clients expect 400 for their own mistakes, and don't know 422.
int status_of(const platform::Error& error) {
    return error.kind() == ErrorKind::invalid ? 400 : http::status_of(error.kind());
}

std::string words_for(FieldFault fault, std::size_t most) {
    switch (fault) {
        case FieldFault::missing:
        case FieldFault::blank:
        case FieldFault::too_short:
            return "is required";
        case FieldFault::not_text:
        case FieldFault::not_integer:
            return "must be a text or a number";
        case FieldFault::too_long:
            return "must be at most " + std::to_string(most) + " characters";
        case FieldFault::not_utf8:
        case FieldFault::null_character:
            break;
    }
    return "must be a text";
}

void add_key(std::vector<std::string>& keys, const std::string& key) {
    if (!key.empty() && std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
}

} // namespace

http::Answer error_answer(const http::Call&, const platform::Error& error) {
    return said(error, status_of(error));
}

http::Answer panel_error_answer(const http::Call& call, const platform::Error& error) {
    if (error.kind() != ErrorKind::unauthorized && error.kind() != ErrorKind::forbidden)
        return error_answer(call, error);
    // One version of the original misspells the key.
    const char* const message = "invalid or expired token";
    return http::json({{"success", false}, {"message", message}, {"mesage", message}});
}

http::Answer seat_error_answer(const http::Call& call, const platform::Error& error) {
    return error.kind() == ErrorKind::conflict ? said(error, 403) : panel_error_answer(call, error);
}

http::Answer connect_error_answer(const http::Call& call, const platform::Error& error) {
    return error.kind() == ErrorKind::conflict ? said(error, 403) : error_answer(call, error);
}

http::Answer login_error_answer(const http::Call&, const platform::Error& error) {
    if (error.kind() != ErrorKind::unauthorized) return said(error, status_of(error));
    return said({ErrorKind::unauthorized, "Failed to authenticate."}, 400);
}

LaxFields fields_of(const http::Call& call) {
    return {call.body, words_for};
}

int connect_code(const LaxFields& fields) {
    const std::string text = fields.text("connect_code");
    const bool digits =
        text.size() <= 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto code = digits ? platform::parse_integer(text) : std::nullopt;
    if (!code) platform::throw_invalid("connect_code", "must be 1 to 6 digits");
    return static_cast<int>(*code);
}

std::vector<std::string> keys(const LaxFields& fields, const char* name) {
    constexpr std::size_t longest = 80;
    const Json& value = fields.json(name);
    const auto* text = value.get_ptr<const std::string*>();
    const Json inside = text ? Json::parse(*text, nullptr, false) : Json(); // a form's way to send an array
    const Json& list = inside.is_array() ? inside : value;
    std::vector<std::string> keys;
    if (list.is_array()) {
        for (const Json& key : list) {
            if (!key.is_string()) platform::throw_invalid(name, "must be texts");
            add_key(keys, fields.item(key.get_ref<const std::string&>(), name, longest));
        }
    } else if (text) {
        for (std::string_view rest = *text; !rest.empty();) {
            const auto end = std::min(rest.find(','), rest.size());
            add_key(keys, fields.item(rest.substr(0, end), name, longest));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    } else if (!list.is_null()) {
        platform::throw_invalid(name, "must be an array, or a text with commas");
    }
    if (keys.size() > scenarios::most_keys)
        platform::throw_invalid(name, "must be at most " + std::to_string(scenarios::most_keys) + " keys");
    return keys;
}

std::string object_text(const LaxFields& fields, const char* name) {
    const Json& value = fields.json(name);
    if (value.is_null()) return "{}";
    const Json object =
        value.is_string() ? Json::parse(value.get_ref<const std::string&>(), nullptr, false) : value;
    if (!object.is_object()) platform::throw_invalid(name, "must be an object");
    return object.dump();
}

std::string any_text(const LaxFields& fields, const char* name, const char* otherwise) {
    const Json& value = fields.json(name);
    if (value.is_null()) return otherwise;
    if (value.is_string() && !platform::is_utf8(value.get_ref<const std::string&>()))
        platform::throw_invalid(name, "must be an object or a text");
    return value.dump();
}

scenarios::Scenario scenario_named(store::Read& read, const scenarios::Scenarios& scenarios,
                                   OrganisationId organisation_id, const std::string& name) {
    std::optional<scenarios::Scenario> scenario;
    if (const auto id = platform::parse_integer(name))
        scenario = scenarios.find(read, organisation_id, ScenarioId(*id));
    if (!scenario) scenario = scenarios.find_title(read, organisation_id, name);
    if (!scenario) platform::throw_not_found("scenario");
    return *std::move(scenario);
}

Json in_collection(const char* name, std::int64_t created_ms, std::int64_t changed_ms, Json record) {
    record["collectionId"] = name;
    record["collectionName"] = name;
    record["created"] = platform::iso8601(created_ms);
    record["updated"] = platform::iso8601(changed_ms);
    return record;
}

std::string person_text(const trainings::Training& training) {
    return training.run.person ? to_string(training.run.person->id) : "";
}

Json device_json(const devices::Device& device, int code, const std::optional<trainings::Training>& open) {
    return in_collection("devices", device.created_ms, device.created_ms,
                         {{"id", to_string(device.id)},
                          {"device_ip", ""}, // Lectern keeps none
                          {"device_id", to_string(device.id)},
                          {"device_serial_number", device.serial_number},
                          {"client_id", to_string(device.organisation_id)},
                          {"connect_code", code},
                          {"connected", true},
                          {"ready", open.has_value()},
                          {"running_scenario", open ? to_string(open->scenario.id) : ""},
                          {"running_record", open ? to_string(open->run.id) : ""}});
}

Json target_of(const trainings::Training& training) {
    Json target{{"client", training.run.organisation_id},
                {"scenario", training.scenario.id},
                {"run", training.run.id}};
    if (training.run.device_id) target["device"] = *training.run.device_id;
    if (training.run.person) target["person"] = training.run.person->id;
    return target;
}

} // namespace dialects::training
