#include "http/serving/dispatcher.h"

#include <ctime>

#include "http/serving/answer_bytes.h"
#include "http/serving/body.h"
#include "http/serving/problem.h"
#include "http/serving/standing.h"
#include "platform/log.h"

namespace http {

using platform::Error;
using platform::ErrorKind;

namespace {

// "http://box/path", as proxies send it, "/path?query", or "*".
std::string_view path_and_query(std::string_view target) {
    if (target.starts_with("http://") || target.starts_with("https://")) {
        const auto slash = target.find('/', target.find("://") + 3);
        return slash == target.npos ? "/" : target.substr(slash);
    }
    return target;
}

// Repeated slashes count as one.
std::string single_slashes(std::string_view path) {
    std::string out;
    out.reserve(path.size());
    for (const char c : path)
        if (c != '/' || out.empty() || out.back() != '/') out.push_back(c);
    return out;
}

// "/k/<key>/rest" means "/rest" with a site key. The key is cut off before anything is logged.
std::string_view take_site_key(std::string& path, std::string& key) {
    if (!path.starts_with("/k/")) return {};
    const auto end = path.find('/', 3);
    key = path.substr(3, end == path.npos ? path.npos : end - 3);
    path = end == path.npos ? "/" : path.substr(end);
    return key;
}

void take_date(std::array<char, 29>& date, std::int64_t now_us) {
    const std::time_t seconds = now_us / 1'000'000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[parts.tm_wday % 7],
                  parts.tm_mday, months[parts.tm_mon % 12], (parts.tm_year + 1900) % 10000, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    std::copy_n(text, date.size(), date.begin());
}

} // namespace

Dispatcher::Dispatcher(const ServingOptions& options, RouteTable& routes, Executor& executor,
                       Authenticator& authenticator, AuditSink& audit, platform::Clock& clock,
                       Finished& finished)
    : options_(options),
      routes_(routes),
      executor_(executor),
      audit_(audit),
      clock_(clock),
      finished_(finished),
      guard_(options, authenticator),
      engine_(routes) {
    tick();
}

void Dispatcher::tick() {
    const auto now_us = clock_.now_us();
    take_date(date_, now_us);
    if (now_us - tidied_us_ > 60'000'000 || now_us < tidied_us_) {
        guard_.tidy(now_us);
        tidied_us_ = now_us;
    }
}

void Dispatcher::meet(Exchange& exchange) {
    exchange.date = date_;
    exchange.strict_transport_security = options_.strict_transport_security;
    if (stopping_) exchange.keep_alive = false;
    Call& call = exchange.call;
    std::string_view path = path_and_query(exchange.target);
    path = path.substr(0, path.find('#'));
    if (const auto mark = path.find('?'); mark != path.npos) {
        exchange.query = path.substr(mark + 1);
        path = path.substr(0, mark);
    }
    if (path != "*" && !path.starts_with('/'))
        return refuse(exchange, {ErrorKind::bad_request, "The target is not a path."});
    if (path.find('%') == path.npos) {
        call.path = path;
    } else if (!decode_percent(path, false, call.path)) {
        call.path.clear();
        return refuse(exchange, {ErrorKind::bad_request, "The path is faulty."});
    }
    if (call.path.find("//") != call.path.npos) call.path = single_slashes(call.path);
    std::string key;
    const auto site_key = take_site_key(call.path, key);
    call.under_site_key = !site_key.empty();
    if (!exchange.query.empty()) parse_query(exchange.query, call.query_values);
    guard_.identify(call, site_key, exchange.wants_upgrade);
    if (const auto origin = call.header_values.find("origin"); origin && guard_.is_allowed_origin(*origin))
        exchange.allowed_origin = *origin;
    if (!exchange.wants_upgrade) find_route(exchange, call.path);
}

void Dispatcher::meet_upgrade(Exchange& exchange) {
    if (exchange.call.caller.by_cookie && !guard_.comes_from_us(exchange.call))
        refuse(exchange, {ErrorKind::forbidden, "This socket was requested by another site's page."});
}

namespace {

// Some networks and platforms can't send PATCH or DELETE; their clients, those of tus among them, send POST
// and say what they mean. A page of another origin can't: its browser asks before it sends this header.
void override_method(Call& call) {
    if (call.method != "POST") return;
    const auto meant = call.header_values.find("x-http-method-override");
    if (!meant) return;
    for (const char* method : {"PATCH", "PUT", "DELETE"})
        if (*meant == method) call.method = method;
}

} // namespace

void Dispatcher::find_route(Exchange& exchange, std::string_view path) {
    Call& call = exchange.call;
    override_method(call);
    // A browser that asks what a page may do wants the methods, whatever a route says to OPTIONS itself.
    const bool preflight =
        call.method == "OPTIONS" && call.header_values.contains("access-control-request-method");
    auto match = routes_.find(preflight ? std::string_view() : call.method, path);
    if (!match.route) {
        exchange.match.allowed = std::move(match.allowed);
        const auto& allowed = exchange.match.allowed;
        if (call.method == "OPTIONS") return answer_options(exchange);
        if (allowed.empty())
            return refuse(exchange, {ErrorKind::not_found, "There is nothing at " + call.path + "."});
        return refuse(exchange, {ErrorKind::method_not_allowed, call.method + " is not possible here."});
    }
    exchange.route = call.route = match.route;
    call.parameters = std::move(match.parameters);
    if (auto refused = guard_.refusal(*exchange.route, call, clock_.now_us()))
        return refuse(exchange, *refused);
    if (exchange.has_body() && !limits_of(standing_of(call.caller)).gzip && is_packed(call))
        refuse(exchange, {ErrorKind::bad_request, "Only who has signed in may send a compressed body."},
               exchange.route->error_shape == problem ? 415 : 0);
}

namespace {

// The headers that our clients and those of tus send beyond what a browser always allows.
constexpr const char* headers_taken =
    "Authorization, Content-Type, Content-Encoding, Range, If-Range, If-Match, If-None-Match, Tus-Resumable, "
    "Upload-Length, Upload-Offset, Upload-Metadata, X-HTTP-Method-Override, X-Requested-With, X-Request-ID";

std::string joined(const std::vector<std::string>& methods) {
    std::string text;
    for (const auto& method : methods) {
        if (method == "OPTIONS") continue;
        text += (text.empty() ? "" : ", ") + method;
        if (method == "GET") text += ", HEAD";
    }
    return text + (text.empty() ? "OPTIONS" : ", OPTIONS");
}

} // namespace

void Dispatcher::answer_options(Exchange& exchange) {
    const Call& call = exchange.call;
    const std::string methods = joined(exchange.match.allowed);
    Answer answer = no_content();
    answer.header("Allow", methods);
    if (!exchange.allowed_origin.empty() && call.header_values.contains("access-control-request-method"))
        answer.header("Access-Control-Allow-Methods", methods)
            .header("Access-Control-Allow-Headers", headers_taken)
            .header("Access-Control-Max-Age", "600");
    exchange.refusal = std::move(answer);
}

void Dispatcher::refuse(Exchange& exchange, const Error& error, int status) {
    exchange.date = date_;
    exchange.error = error.what();
    const ErrorShape shape = exchange.route ? exchange.route->error_shape : problem;
    Answer answer = shape(exchange.call, error);
    if (status != 0) set_status(answer, status); // for a request that never became a call: 408, 431
    if (answer.status == 405) answer.header("Allow", joined(exchange.match.allowed));
    exchange.refusal = std::move(answer);
}

void Dispatcher::refuse(Exchange& exchange) {
    render(exchange, *exchange.refusal);
    exchange.state = Exchange::State::done;
    leave_audit_row(exchange, nullptr);
}

bool Dispatcher::work(Exchange& exchange) {
    engine_.serve(exchange);
    leave_audit_row(exchange, exchange.route->runs == RouteClass::writes ? &exchange.call : nullptr);
    // Some dialects report an error with status 200; it still counts as an error.
    return exchange.status < 400 && exchange.error.empty();
}

bool Dispatcher::needs_worker(const Exchange& exchange) const {
    const Call& call = exchange.call;
    if (call.content.empty()) return false;
    if (is_packed(call)) return true;
    const Route& route = *exchange.route;
    return call.content.size() > limits_of(standing_of(call.caller)).parsed_at_once && !route.parses_itself &&
           !route.request.is_nothing() && !is_form(call);
}

void Dispatcher::prepare(Exchange& exchange) {
    const Route& route = *exchange.route;
    Call& call = exchange.call;
    try {
        if (is_packed(call)) unpack(call, route.body_limit);
        if (is_form(call)) return; // the engine's
        prepare_body(route, call, limits_of(standing_of(call.caller)).json_values);
        exchange.body_ready = true;
    } catch (...) {
        exchange.body_fault = std::current_exception();
    }
}

bool Dispatcher::run(Exchange& exchange) {
    exchange.state = Exchange::State::running;
    if (exchange.route->runs == RouteClass::memory) {
        work(exchange);
        exchange.state = Exchange::State::done;
        return true;
    }
    // Each closure holds two pointers, which a std::function keeps without allocating.
    executor_.run(
        *exchange.route, exchange.call, [this, &exchange] { return work(exchange); },
        [this, &exchange](std::exception_ptr failure) {
            if (failure) replace(exchange, failure);
            finished_.finished(exchange);
        });
    return false;
}

bool Dispatcher::run_transfer(Exchange& exchange, TransferChannel& channel) {
    const bool good = engine_.serve_transfer(exchange, channel);
    if (!good && exchange.error.empty()) exchange.error = "broken off";
    leave_audit_row(exchange, nullptr);
    return good;
}

void Dispatcher::replace(Exchange& exchange, const std::exception_ptr& failure) {
    Answer answer;
    try {
        std::rethrow_exception(failure);
    } catch (const Error& error) {
        exchange.error = error.what();
        answer = exchange.route->error_shape(exchange.call, error);
    } catch (const std::exception& error) {
        exchange.error = error.what();
        platform::log_error(exchange.route->method + " " + exchange.route->path + ": " + error.what());
        answer = exchange.route->error_shape(exchange.call, {ErrorKind::internal, error.what()});
    }
    exchange.audit_target.clear();
    render(exchange, answer);
    leave_audit_row(exchange, nullptr);
}

void Dispatcher::leave_audit_row(Exchange& exchange, Call* with_transaction) {
    const Call& call = exchange.call;
    const int status = exchange.error.empty() ? exchange.status : std::max(exchange.status, 400);
    // An open call carries its own proof: a password, a PIN, a code. packaging/fail2ban looks for this line.
    if (status == 401 && exchange.route && exchange.route->access == Access::open)
        platform::log_warning("sign-in refused from " + call.remote_address);
    try {
        if (exchange.route && exchange.route->audit == AuditRule::counted)
            return audit_.count(*exchange.route, call.caller, status);
        audit_.record({call.caller, call.method, call.path,
                       exchange.route ? std::string_view(exchange.route->path) : "", status, exchange.error,
                       exchange.audit_target},
                      with_transaction);
    } catch (const std::exception& error) {
        platform::log_error(std::string("An audit row was lost: ") + error.what());
    }
}

} // namespace http
