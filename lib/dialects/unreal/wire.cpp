#include "dialects/unreal/wire.h"

#include <charconv>
#include <cmath>

#include "http/serving/problem.h"
#include "platform/text.h"

namespace dialects::unreal {

namespace {

using platform::ErrorKind;

constexpr double seconds_limit = 253'402'300'800.0; // the year 10000
constexpr std::size_t faults_named = 100;           // in a body that is wrong all over, nobody reads more

struct Words {
    Fault fault;
    const char *message, *type;
};

constexpr Words words[] = {
    {Fault::missing, "Field required", "missing"},
    {Fault::text, "Input should be a valid string", "string_type"},
    {Fault::too_long, "String should have fewer characters", "string_too_long"},
    {Fault::too_short, "String should have at least 1 character", "string_too_short"},
    {Fault::number, "Input should be a valid number", "float_type"},
    {Fault::dictionary, "Input should be a valid dictionary", "dict_type"},
    {Fault::list, "Input should be a valid list", "list_type"},
    {Fault::too_many, "List should have at most 10000 items", "too_long"},
    {Fault::time, "Input should be a time: ISO 8601, or Unix seconds", "datetime_type"},
    {Fault::choice, "Input should be the session of the batch", "value_error"},
    {Fault::json, "JSON decode error", "json_invalid"},
};

const char* message_of(Fault fault) {
    for (const Words& one : words)
        if (one.fault == fault) return one.message;
    return "Input is not valid";
}

// "position.x" becomes ["body", "position", "x"].
Json location_of(std::string_view place) {
    Json location = Json::array({"body"});
    while (!place.empty()) {
        const auto end = std::min(place.find('.'), place.size());
        location.push_back(std::string(place.substr(0, end)));
        place.remove_prefix(std::min(end + 1, place.size()));
    }
    return location;
}

Json detail_of(const std::vector<platform::FieldError>& faults) {
    Json detail = Json::array();
    for (const auto& [place, message] : faults) {
        std::string type = "value_error";
        for (const Words& one : words)
            if (message == one.message) type = one.type;
        detail.push_back({{"loc", location_of(place)}, {"msg", message}, {"type", type}});
    }
    return detail;
}

std::string sentence_of(const http::Call& call, const platform::Error& error) {
    switch (error.kind()) {
        case ErrorKind::unauthorized:
            return call.credential.empty() && !call.under_site_key ? "Not authenticated"
                                                                   : "Invalid authentication credentials";
        case ErrorKind::forbidden:
            return "Not authorized";
        case ErrorKind::internal: // its message may hold anything, so only the journal gets it
            return "Internal Server Error";
        default:
            return error.what();
    }
}

} // namespace

http::Answer error_answer(const http::Call& call, const platform::Error& error) {
    if (!error.fields().empty()) return http::json({{"detail", detail_of(error.fields())}}, 422);
    auto answer = http::json({{"detail", sentence_of(call, error)}}, http::status_of(error.kind()));
    if (error.kind() == ErrorKind::unauthorized) answer.header("WWW-Authenticate", "Bearer");
    if (error.retry_after_s()) answer.header("Retry-After", std::to_string(*error.retry_after_s()));
    return answer;
}

void Faults::add(std::string place, Fault fault) {
    if (list_.size() < faults_named) list_.push_back({std::move(place), message_of(fault)});
}

void Faults::throw_if_any() {
    if (!list_.empty()) throw platform::Error(std::move(list_));
}

void throw_fault(const std::string& place, Fault fault) {
    platform::throw_invalid(place, message_of(fault));
}

void throw_detail(ErrorKind kind, const std::string& detail) {
    throw platform::Error(kind, detail);
}

std::optional<std::int64_t> ms_of_seconds(double seconds) {
    if (!(seconds >= 0 && seconds < seconds_limit)) return std::nullopt;
    return std::llround(seconds * 1000);
}

std::optional<std::int64_t> ms_of_text(std::string_view text) {
    text = platform::trimmed(text);
    if (const auto ms = platform::parse_iso8601(text)) return ms;
    if (text.size() > 40) return std::nullopt;
    double seconds = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && stop == text.data() + text.size()) return ms_of_seconds(seconds);
    if (const auto ms = platform::parse_iso8601(std::string(text) + "Z")) return ms;
    return platform::parse_iso8601(std::string(text) + "T00:00:00Z");
}

Fields::Fields(const http::Call& call) {
    if (platform::trimmed(call.content).empty()) {
        body_ = Json::object();
        return;
    }
    body_ = Json::parse(call.content, nullptr, false);
    if (body_.is_discarded()) throw_fault("", Fault::json);
    if (!body_.is_object()) throw_fault("", Fault::dictionary);
}

std::optional<std::string> Fields::optional_text(const char* name) {
    const Json& value = json(name);
    if (value.is_null()) return std::nullopt;
    if (!value.is_string()) {
        faults_.add(name, Fault::text);
        return std::nullopt;
    }
    std::string text = value.get<std::string>();
    if (platform::utf8_length(text) > id_limit) faults_.add(name, Fault::too_long);
    return text;
}

std::string Fields::text(const char* name) {
    if (json(name).is_null()) faults_.add(name, Fault::missing);
    const auto text = optional_text(name);
    if (text && text->empty()) faults_.add(name, Fault::too_short);
    return text.value_or("");
}

std::int64_t Fields::time(const char* name) {
    const Json& value = json(name);
    std::optional<std::int64_t> ms;
    if (value.is_null())
        faults_.add(name, Fault::missing);
    else if (value.is_string())
        ms = ms_of_text(value.get_ref<const std::string&>());
    else if (value.is_number())
        ms = ms_of_seconds(value.get<double>());
    else
        faults_.add(name, Fault::time);
    if (!ms && no_time_.empty()) no_time_ = name;
    return ms.value_or(0);
}

void Fields::check() {
    faults_.throw_if_any();
    if (!no_time_.empty())
        throw_detail(ErrorKind::bad_request,
                     "Invalid timestamp format: " + no_time_ + " must be ISO 8601 or Unix seconds");
}

} // namespace dialects::unreal
