#include "http/serving/body.h"

#include <algorithm>

#include "http/serving/inflate.h"
#include "platform/text.h"

namespace http {

using platform::Error;
using platform::ErrorKind;

namespace {

constexpr int deepest_json = 100;

std::string_view content_type(const Call& call) {
    return call.header_values.find("content-type").value_or("");
}

bool names(std::string_view type, std::string_view wanted) {
    return platform::lower_ascii(platform::trimmed(type.substr(0, type.find(';')))) == wanted;
}

struct Measure {
    int depth = 0;
    std::size_t values = 1;
};

// Stops where the text is too deep.
Measure measure(std::string_view text) {
    Measure found;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            ++found.values;
            found.depth = std::max(found.depth, ++depth);
            if (depth > deepest_json) break;
        } else if (c == ']' || c == '}') {
            --depth;
        } else if (c == ',') {
            ++found.values;
        }
    }
    return found;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
    return -1;
}

Json form_as_json(const Call& call) {
    Json body = Json::object();
    for (const auto field : call.form) {
        if (!platform::is_utf8(field.name) || !platform::is_utf8(field.value))
            throw Error(ErrorKind::bad_request, "The form is not UTF-8.");
        body.emplace(std::string(field.name), std::string(field.value));
    }
    return body;
}

} // namespace

void throw_too_large(std::size_t limit) {
    throw Error(ErrorKind::too_large, "The body is larger than " + std::to_string(limit) + " bytes.");
}

bool is_form(const Call& call) {
    const auto type = content_type(call);
    // Nearly all bodies are JSON and say so in exactly these words.
    if (type.empty() || type == "application/json") return false;
    return names(type, "application/x-www-form-urlencoded") || names(type, "multipart/form-data");
}

bool is_packed(const Call& call) {
    const auto encoding = call.header_values.find("content-encoding");
    return encoding && !names(*encoding, "identity");
}

void unpack(Call& call, std::size_t most) {
    const auto encoding = call.header_values.find("content-encoding").value_or("");
    if (call.header_values.count("content-encoding") > 1 ||
        !(names(encoding, "gzip") || names(encoding, "x-gzip") || names(encoding, "deflate")))
        throw Error(ErrorKind::bad_request, "Content-Encoding must be gzip or deflate.");
    auto inflated = inflate(call.content, most);
    if (!inflated) throw_too_large(most);
    call.content = std::move(*inflated);
}

Json parse_json(std::string_view text, std::size_t most_values) {
    const Measure found = measure(text);
    if (found.depth > deepest_json) throw Error(ErrorKind::bad_request, "The JSON is nested too deeply.");
    if (found.values > most_values)
        throw Error(ErrorKind::bad_request,
                    "The JSON has more than " + std::to_string(most_values) + " values.");
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) throw Error(ErrorKind::bad_request, "The body is not JSON.");
    return value;
}

bool decode_percent(std::string_view text, bool plus_is_space, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size()) return false;
            const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0) return false;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (static_cast<unsigned char>(c) < 0x20 && !plus_is_space) return false;
        out.push_back(c);
    }
    return true;
}

void parse_query(std::string_view query, Values& values) {
    std::string name, value;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto equals = pair.find('=');
        name.clear();
        value.clear();
        if (!decode_percent(pair.substr(0, equals), true, name)) continue;
        if (equals != pair.npos && !decode_percent(pair.substr(equals + 1), true, value)) continue;
        if (!name.empty()) values.add(name, value);
    }
}

void prepare_query(const Route& route, const Call& call) {
    if (route.query.empty()) return;
    std::vector<platform::FieldError> faults;
    for (const auto& [field, shape] : route.query) {
        const bool optional = field.ends_with('?');
        const std::string name = optional ? field.substr(0, field.size() - 1) : field;
        const auto value = call.query_values.find(name);
        if (!value) {
            if (!optional) faults.push_back({name, "is required"});
            continue;
        }
        for (auto& fault : shape.faults(shape.value_of(*value)))
            faults.push_back({name, std::move(fault.message)});
    }
    if (!faults.empty()) throw Error(std::move(faults));
}

void prepare_body(const Route& route, Call& call, std::size_t most_values) {
    prepare_query(route, call);
    if (route.request.is_nothing() || route.parses_itself) return;
    if (is_form(call))
        call.body = form_as_json(call);
    else if (platform::trimmed(call.content).empty())
        call.body = Json::object();
    else
        call.body = parse_json(call.content, most_values);
    auto faults = route.request.faults(call.body);
    if (!faults.empty()) throw Error(std::move(faults));
}

} // namespace http
