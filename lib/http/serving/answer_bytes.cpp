#include "http/serving/answer_bytes.h"

#include <algorithm>

#include "http/serving/problem.h"
#include "platform/log.h"

namespace http {

namespace {

// Scripts and styles come from our own files only. A page that needs more brings its own policy.
constexpr std::string_view content_security_policy =
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action "
    "'self'; "
    "frame-ancestors 'none'";

// The headers that a page of an allowed origin may read beyond the few that browsers always show.
constexpr std::string_view headers_shown =
    "Accept-Ranges, Content-Disposition, Content-Location, Content-Range, Date, ETag, Location, Retry-After, "
    "Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Length, Upload-Offset, WWW-Authenticate";

bool same_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

bool has_header(const Answer& answer, std::string_view name) {
    return std::ranges::any_of(answer.headers,
                               [&](const auto& header) { return same_name(header.first, name); });
}

bool is_clean(std::string_view text) {
    return std::ranges::none_of(text,
                                [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void line(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

void append_headers(std::string& out, const Exchange& exchange, const Answer& answer) {
    if (!exchange.keep_alive) {
        out.append("Connection: close\r\n");
    } else if (exchange.http_1_0) {
        out.append("Connection: keep-alive\r\n");
    }
    line(out, "Date", {exchange.date.data(), exchange.date.size()});
    out.append("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
    if (!exchange.strict_transport_security.empty())
        line(out, "Strict-Transport-Security", exchange.strict_transport_security);
    if (!has_header(answer, "Cache-Control")) out.append("Cache-Control: no-store\r\n");
    if (answer.content_type.starts_with("text/html") && !has_header(answer, "Content-Security-Policy"))
        line(out, "Content-Security-Policy", content_security_policy);
    if (!exchange.allowed_origin.empty()) {
        line(out, "Access-Control-Allow-Origin", exchange.allowed_origin);
        out.append("Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n");
        line(out, "Access-Control-Expose-Headers", headers_shown);
    }
    for (const auto& [name, value] : answer.headers) {
        // A value with a line break would write headers of its own.
        if (is_clean(value) && is_clean(name))
            line(out, name, value);
        else
            platform::log_error("A header of an answer was left out: it has control characters. " + name);
    }
}

void render(Exchange& exchange, const Answer& answer) {
    exchange.status = answer.status;
    std::string& out = exchange.output;
    out.assign("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ").append(title_of(answer.status));
    out.append("\r\n");
    append_headers(out, exchange, answer);
    const bool bodiless = answer.status == 204 || answer.status == 304;
    if (!bodiless) {
        if (!answer.content_type.empty()) line(out, "Content-Type", answer.content_type);
        line(out, "Content-Length", std::to_string(answer.body.size()));
    }
    out.append("\r\n");
    if (!bodiless && exchange.call.method != "HEAD") out.append(answer.body);
}

} // namespace http
