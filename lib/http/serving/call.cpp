#include "http/serving/call.h"

#include "platform/text.h"

namespace http {

Answer json(const Json& body, int status) {
    Answer answer;
    answer.status = status;
    // Text that is not UTF-8 can only come from a file or a foreign server; a replacement character beats no
    // answer.
    answer.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return answer;
}

Answer created(const Json& body, const std::string& location) {
    Answer answer = json(body, 201);
    if (!location.empty()) answer.header("Location", location);
    return answer;
}

Answer no_content() {
    Answer answer;
    answer.status = 204;
    answer.content_type.clear();
    return answer;
}

Answer text(std::string body, std::string content_type, int status) {
    Answer answer;
    answer.status = status;
    answer.content_type = std::move(content_type);
    answer.body = std::move(body);
    return answer;
}

std::int64_t Call::number(std::string_view name) const {
    const auto value = platform::parse_integer(parameters.find(name).value_or(""));
    if (!value || *value < 1) platform::throw_not_found("object");
    return *value;
}

std::string Call::parameter(std::string_view name) const {
    return parameters.value(name);
}

std::optional<std::string> Call::query(std::string_view name) const {
    const auto value = query_values.find(name);
    if (!value) return std::nullopt;
    return std::string(*value);
}

std::optional<std::int64_t> Call::query_integer(std::string_view name) const {
    const auto value = query_values.find(name);
    if (!value) return std::nullopt;
    const auto integer = platform::parse_integer(*value);
    if (!integer) platform::throw_invalid(std::string(name), "must be an integer");
    return integer;
}

std::string Call::header(std::string_view name) const {
    return header_values.value(name);
}

} // namespace http
