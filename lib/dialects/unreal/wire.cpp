#include "dialects/unreal/wire.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "http/serving/problem.h"
#include "platform/text.h"
#include "runs/odd_values.h"

namespace dialects::unreal {

namespace {

using platform::ErrorKind;

constexpr double seconds_limit = 253'402'300'800.0; // the year 10000
constexpr std::size_t faults_named = 100;           // in a body that is wrong all over, nobody reads more
constexpr std::size_t longest_input = 1000;         // bytes of a 422's `input`
constexpr std::size_t longest_echoed = 16u << 10;   // of a body that is read again for it
constexpr int deepest_echoed = 16;
constexpr std::int64_t longest_minutes = 1'000'000; // of a duration, which is two years

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
    {Fault::integer, "Input should be a valid integer", "int_type"},
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

// The value sent, for `input`; null when it is too long or too deep to be sent back.
Json sent(const std::string& content) {
    if (content.size() > longest_echoed) return nullptr;
    if (platform::trimmed(content).empty()) return Json::object();
    const auto shallow = [](int depth, Json::parse_event_t, const Json&) { return depth <= deepest_echoed; };
    Json body = Json::parse(content, shallow, false);
    return body.is_discarded() ? Json::object() : body;
}

// The value at a place; the one around it where it is missing.
Json input_at(const Json& body, const Json& location) {
    const Json* at = &body;
    for (std::size_t i = 1; i < location.size(); ++i) {
        const auto& name = location[i].get_ref<const std::string&>();
        const auto found = at->is_object() ? at->find(name) : at->end();
        if (!at->is_object() || found == at->end()) break;
        at = &*found;
    }
    return at->dump().size() > longest_input ? Json(nullptr) : *at;
}

Json detail_of(const std::vector<platform::FieldError>& faults, const std::string& content) {
    Json detail = Json::array();
    const Json body = sent(content);
    for (const auto& [place, message] : faults) {
        std::string type = "value_error";
        for (const Words& one : words)
            if (message == one.message) type = one.type;
        const Json location = location_of(place);
        detail.push_back(
            {{"type", type}, {"loc", location}, {"msg", message}, {"input", input_at(body, location)}});
    }
    return detail;
}

// An answer is made without a clock of the store's: of a crash only the journal knows more.
Json crash(const http::Call& call) {
    using namespace std::chrono;
    const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    return {{"error", "Internal server error"},
            {"message", "The server has made a mistake; its journal says more."},
            {"timestamp", platform::iso8601(now)},
            {"path", call.path}};
}

// "02-Dec-2025, 2:54:12 pm" as ISO 8601; "" when it isn't of that form.
std::string iso_of_words(std::string_view text) {
    static constexpr std::array<std::string_view, 12> months = {"jan", "feb", "mar", "apr", "may", "jun",
                                                                "jul", "aug", "sep", "oct", "nov", "dec"};
    std::array<std::string, 7> parts; // day, month, year, hour, minute, second, half of the day
    static constexpr std::array<std::string_view, 6> ends = {"-", "-", ", ", ":", ":", " "};
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const auto end = text.find(ends[i]);
        if (end == text.npos) return "";
        parts[i] = platform::lower_ascii(text.substr(0, end));
        text.remove_prefix(end + ends[i].size());
    }
    parts[6] = platform::lower_ascii(text);
    const auto month = std::find(months.begin(), months.end(), parts[1]);
    const auto hour = platform::parse_integer(parts[3]);
    const bool evening = parts[6] == "pm";
    if (month == months.end() || !hour || *hour < 1 || *hour > 12 || (!evening && parts[6] != "am"))
        return "";
    const auto two = [](std::string digits) { return digits.size() == 1 ? "0" + digits : digits; };
    return parts[2] + "-" + two(std::to_string(month - months.begin() + 1)) + "-" + two(parts[0]) + "T" +
           two(std::to_string(*hour % 12 + (evening ? 12 : 0))) + ":" + two(parts[4]) + ":" + two(parts[5]) +
           "Z";
}

std::string sentence_of(const http::Call& call, const platform::Error& error) {
    switch (error.kind()) {
        case ErrorKind::unauthorized:
            return call.credential.empty() && !call.under_site_key ? "Not authenticated"
                                                                   : "Invalid authentication credentials";
        case ErrorKind::forbidden:
            return "Not authorized";
        default:
            return error.what();
    }
}

} // namespace

http::Answer error_answer(const http::Call& call, const platform::Error& error) {
    if (!error.fields().empty())
        return http::json({{"detail", detail_of(error.fields(), call.content)}}, 422);
    if (error.kind() == ErrorKind::internal) return http::json(crash(call), 500);
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
    if (const auto ms = platform::parse_iso8601(iso_of_words(text))) return ms;
    double seconds = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && stop == text.data() + text.size()) return ms_of_seconds(seconds);
    if (const auto ms = platform::parse_iso8601(std::string(text) + "Z")) return ms;
    return platform::parse_iso8601(std::string(text) + "T00:00:00Z");
}

std::int64_t seconds_of_duration(std::string_view text) {
    text = platform::trimmed(text);
    // The smallest integer has no absolute value.
    const auto within = [](std::string_view part, std::int64_t limit) {
        const auto number = platform::parse_integer(part);
        return number && *number >= -limit && *number <= limit ? number : std::nullopt;
    };
    const auto colon = text.find(':');
    if (colon == text.npos) { // "90.5" is cut toward zero
        const std::string_view whole = text.substr(0, text.find('.')), rest = text.substr(whole.size());
        const bool digits = rest.find_first_not_of("0123456789", 1) == rest.npos;
        return digits ? within(whole, 60 * longest_minutes).value_or(0) : 0;
    }
    const auto minutes = within(text.substr(0, colon), longest_minutes);
    const auto seconds = within(text.substr(colon + 1), longest_minutes);
    return minutes && seconds ? *minutes * 60 + *seconds : 0;
}

// NaN and a byte order mark are no JSON, but the original's parser takes them.
Fields::Fields(const http::Call& call) {
    if (platform::trimmed(call.content).empty()) {
        body_ = Json::object();
        return;
    }
    if (call.content.find('\0') != std::string::npos) throw_fault("", Fault::json); // our parser stops there
    body_ = Json::parse(call.content, nullptr, false);
    if (body_.is_discarded()) {
        std::string content = call.content;
        bool changed = false;
        runs::take_out_odd_values(content, changed);
        if (changed) body_ = Json::parse(content, nullptr, false);
    }
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

std::string Fields::text_or_number(const char* name) {
    return json(name).is_number() ? json(name).dump() : text(name);
}

std::optional<std::int64_t> Fields::time(const char* name) {
    const Json& value = json(name);
    std::optional<std::int64_t> ms;
    if (value.is_null()) return std::nullopt;
    if (value.is_string())
        ms = ms_of_text(value.get_ref<const std::string&>());
    else if (value.is_number())
        ms = ms_of_seconds(value.get<double>());
    else
        faults_.add(name, Fault::time);
    if (!ms && no_time_.empty()) no_time_ = name;
    return ms;
}

void Fields::check() {
    faults_.throw_if_any();
    if (!no_time_.empty())
        throw_detail(ErrorKind::bad_request,
                     "Invalid timestamp format: " + no_time_ + " must be ISO 8601 or Unix seconds");
}

} // namespace dialects::unreal
