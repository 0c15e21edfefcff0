#include "http/serving/problem.h"

#include "http/serving/call.h"
#include "http/serving/route.h"
#include "platform/json_fields.h"

namespace http {

using platform::ErrorKind;

namespace {

struct Row {
    ErrorKind kind;
    int status;
    const char* title;
};

constexpr Row rows[] = {
    {ErrorKind::bad_request, 400, "Bad Request"},
    {ErrorKind::unauthorized, 401, "Unauthorized"},
    {ErrorKind::forbidden, 403, "Forbidden"},
    {ErrorKind::not_found, 404, "Not Found"},
    {ErrorKind::method_not_allowed, 405, "Method Not Allowed"},
    {ErrorKind::conflict, 409, "Conflict"},
    {ErrorKind::too_large, 413, "Content Too Large"},
    {ErrorKind::invalid, 422, "Unprocessable Content"},
    {ErrorKind::too_many_requests, 429, "Too Many Requests"},
    {ErrorKind::internal, 500, "Internal Server Error"},
    {ErrorKind::unavailable, 503, "Service Unavailable"},
    {ErrorKind::storage_full, 507, "Insufficient Storage"},
};

} // namespace

int status_of(ErrorKind kind) {
    for (const auto& row : rows)
        if (row.kind == kind) return row.status;
    return 500;
}

ErrorKind kind_of(int status) {
    for (const auto& row : rows)
        if (row.status == status) return row.kind;
    return status < 500 ? ErrorKind::bad_request : ErrorKind::internal;
}

const char* title_of(int status) {
    for (const auto& row : rows)
        if (row.status == status) return row.title;
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 408:
            return "Request Timeout";
        case 412:
            return "Precondition Failed";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 426:
            return "Upgrade Required";
        case 431:
            return "Request Header Fields Too Large";
        case 501:
            return "Not Implemented";
        default:
            return status < 400 ? "OK" : "Error";
    }
}

void set_status(Answer& answer, int status) {
    answer.status = status;
    auto body = Json::parse(answer.body, nullptr, false);
    const platform::JsonFields fields(body);
    if (!fields.has("status")) return;
    body["status"] = status;
    if (fields.has("title")) body["title"] = title_of(status);
    answer.body = body.dump();
}

Answer problem(const Call& call, const platform::Error& error) {
    const int status = status_of(error.kind());
    Json body{{"type", "about:blank"}, {"title", title_of(status)}, {"status", status}};
    // The message of a defect may contain anything, so it goes to the journal only.
    body["detail"] = error.kind() == ErrorKind::internal
                         ? "The server has made a mistake; its journal says more."
                         : std::string(error.what());
    if (!error.fields().empty()) {
        auto& errors = body["errors"] = Json::array();
        for (const auto& fault : error.fields())
            errors.push_back({{"field", fault.field}, {"message", fault.message}});
    }
    Answer answer = json(body, status);
    answer.content_type = "application/problem+json";
    // RFC 6750: a client must be able to tell a token that is no good from one that it forgot to send.
    if (error.kind() == ErrorKind::unauthorized)
        answer.header("WWW-Authenticate", call.credential.empty() || !call.caller.is_stranger()
                                              ? "Bearer"
                                              : "Bearer error=\"invalid_token\"");
    if (const auto seconds = error.retry_after_s()) answer.header("Retry-After", std::to_string(*seconds));
    return answer;
}

} // namespace http
