#include "http/serving/messages.h"

#include <utility>

#include "http/serving/body.h"
#include "http/serving/envelope.h"
#include "http/serving/guard.h"
#include "http/serving/problem.h"
#include "http/serving/standing.h"
#include "platform/log.h"

namespace http {

using platform::Error;
using platform::ErrorKind;

namespace {

// Anybody may leave so many messages unanswered. Beyond it, it depends on who asks.
constexpr std::size_t ordinary_waiting = limits_of(Standing::stranger).unanswered;
// So many bytes of messages wait at most, and the one that goes beyond.
constexpr std::size_t most_waiting_bytes = 4 << 20;
// Taking down what was larger than this is left to a worker.
constexpr std::size_t large_message = 16 << 10;

Error too_large(std::size_t limit) {
    return {ErrorKind::too_large,
            "A message of this type may have at most " + std::to_string(limit) + " bytes."};
}

// An eid arrives as text or a number and goes back as text.
Json text_of(const Json& eid) {
    if (eid.is_string() || eid.is_null()) return eid;
    return eid.is_primitive() ? Json(eid.dump()) : Json();
}

} // namespace

std::string message_error_code(const Error& error) {
    switch (error.kind()) {
        case ErrorKind::bad_request:
            return "BadRequest";
        case ErrorKind::unauthorized:
            return "Unauthorized";
        case ErrorKind::forbidden:
            return "Forbidden";
        case ErrorKind::not_found:
            return "NotFound";
        case ErrorKind::method_not_allowed:
            return "UnknownMessageType";
        case ErrorKind::conflict:
            return "Conflict";
        case ErrorKind::too_large:
            return "TooLarge";
        case ErrorKind::invalid:
            return "Invalid";
        case ErrorKind::too_many_requests:
            return "TooManyRequests";
        case ErrorKind::internal:
            return "Internal";
        case ErrorKind::unavailable:
            return "Unavailable";
        case ErrorKind::storage_full:
            return "StorageFull";
    }
    return "Internal";
}

// One message between its arrival and its reply. `work` fills in the outcome on whichever thread has it.
struct MessageQueue::Waiting {
    Json type, eid;
    const Route* route = nullptr;
    std::optional<Error> fault; // found on arrival
    Call call;
    Json answer;
    std::optional<Error> error;
    std::string code; // of the error, if it has one of its own
    std::string audit_target;
    int status = 0;
    std::size_t bytes = 0; // as it came

    bool work(AuditSink& audit);
    void replace(AuditSink& audit, const std::exception_ptr& failure);
    void leave_audit_row(AuditSink& audit, bool with_transaction);
    Json reply(std::int64_t now_ms) const;
};

bool MessageQueue::Waiting::work(AuditSink& audit) {
    try {
        if (!route->parses_itself) {
            auto faults = route->request.faults(call.body);
            if (!faults.empty()) throw Error(std::move(faults));
        }
        Answer made = route->handle(call);
        if (!made.audit_target.is_null()) audit_target = made.audit_target.dump();
        status = made.status;
        if (!made.body.empty()) answer = Json::parse(made.body);
        if (status >= 400) error.emplace(kind_of(status), title_of(status));
    } catch (const Error& failure) {
        error = failure;
    } catch (const std::exception& failure) {
        error.emplace(ErrorKind::internal, failure.what());
    }
    if (error && status < 400) status = status_of(error->kind());
    if (error && error->kind() == ErrorKind::internal)
        platform::log_error("Message " + route->path + ": " + error->what());
    leave_audit_row(audit, route->runs == RouteClass::writes);
    return status < 400;
}

void MessageQueue::Waiting::leave_audit_row(AuditSink& audit, bool with_transaction) {
    try {
        if (route && route->audit == AuditRule::counted) return audit.count(*route, call.caller, status);
        audit.record(
            {call.caller, "MESSAGE", route ? route->path : "", route ? std::string_view(route->path) : "",
             status, error ? error->what() : "", audit_target},
            with_transaction ? &call : nullptr);
    } catch (const std::exception& failure) {
        platform::log_error(std::string("An audit row was lost: ") + failure.what());
    }
}

Json MessageQueue::Waiting::reply(std::int64_t now_ms) const {
    Json reply{{"status", error ? "error" : "success"},
               {"type", type},
               {"data", answer},
               {"error", nullptr},
               {"eid", eid},
               {"ts", now_ms}};
    if (!error) return reply;
    reply["error"] = code.empty() ? message_error_code(*error) : code;
    if (route && route->error_shape != problem) {
        reply["error"] = route->error_shape(call, *error).body;
        reply["data"] = nullptr;
        return reply;
    }
    Json& data = reply["data"] = Json::object();
    // The message of a defect may contain anything, so it goes to the journal only.
    data["message"] = error->kind() == ErrorKind::internal ? "The server has made a mistake." : error->what();
    for (const auto& [field, message] : error->fields())
        data["errors"].push_back({{"field", field}, {"message", message}});
    if (const auto seconds = error->retry_after_s()) data["retry_after_s"] = *seconds;
    return reply;
}

MessageQueue::MessageQueue(MessageServices services, platform::Connection& connection, std::int64_t socket_id,
                           WhoAsks who, Send send)
    : services_(std::move(services)),
      connection_(connection),
      socket_id_(socket_id),
      who_(std::move(who)),
      send_(std::move(send)) {}

MessageQueue::Incoming MessageQueue::read(std::string_view text, std::size_t most_values,
                                          bool tree_wanted) const {
    Incoming incoming;
    incoming.bytes = text.size();
    try {
        incoming.own = unparsed(text);
        if (!incoming.own || tree_wanted) incoming.tree = parse_json(text, most_values);
    } catch (const Error& error) {
        if (incoming.own) return incoming; // its route's own parser says more
        incoming.own = std::make_shared<Waiting>();
        incoming.own->fault = error;
    }
    return incoming;
}

void MessageQueue::take(Incoming incoming) {
    if (incoming.own) {
        incoming.own->bytes = incoming.bytes;
        return queue(std::move(incoming.own));
    }
    take(std::move(*incoming.tree), incoming.bytes);
}

void MessageQueue::refuse(std::string_view outline, Error fault) {
    auto waiting = std::make_shared<Waiting>();
    const Json known = Json::parse(outline, nullptr, false); // discarded: what stood there is no JSON
    const platform::JsonFields fields(known);
    if (fields.json("type").is_string()) waiting->type = fields.json("type");
    waiting->eid = text_of(fields.json("eid"));
    waiting->fault = std::move(fault);
    queue(std::move(waiting));
}

// A message whose route reads its data itself; the data stays as it stands. Null for any other message.
std::shared_ptr<MessageQueue::Waiting> MessageQueue::unparsed(std::string_view text) const {
    const auto envelope = envelope_of(text);
    if (!envelope || envelope->type.size() < 2) return nullptr;
    const auto* route = services_.routes.find_message(envelope->type.substr(1, envelope->type.size() - 2));
    if (!route || !route->parses_itself) return nullptr;
    auto waiting = std::make_shared<Waiting>();
    waiting->route = route;
    waiting->type = route->path;
    if (!envelope->eid.empty()) waiting->eid = text_of(parse_json(envelope->eid));
    if (text.size() > route->body_limit) waiting->fault = too_large(route->body_limit);
    waiting->call.content = envelope->data.empty() || envelope->data == "null" ? "{}" : envelope->data;
    return waiting;
}

void MessageQueue::take(Json message, std::size_t bytes) {
    auto waiting = std::make_shared<Waiting>();
    waiting->bytes = bytes;
    if (!message.is_object()) {
        waiting->fault.emplace(ErrorKind::bad_request, "A message must be an object with a type.");
        return queue(std::move(waiting));
    }
    const platform::JsonFields fields(message);
    waiting->eid = text_of(fields.json("eid"));
    waiting->type = fields.json("type");
    if (const auto* type = waiting->type.get_ptr<const std::string*>()) {
        waiting->route = services_.routes.find_message(*type);
        if (!waiting->route)
            waiting->fault.emplace(ErrorKind::method_not_allowed, "There is no such type of message.");
        else if (bytes > waiting->route->body_limit)
            waiting->fault = too_large(waiting->route->body_limit);
    } else {
        waiting->type = nullptr;
        waiting->fault.emplace(ErrorKind::bad_request, "A message must have a type.");
        waiting->code = "MessageTypeRequired";
    }
    if (waiting->route && waiting->route->parses_itself) waiting->call.content = fields.json("data").dump();
    const auto data = message.find("data");
    waiting->call.body = data == message.end() || data->is_null() ? Json::object() : std::move(*data);
    queue(std::move(waiting));
}

// Whether less waits than one `part`-th of what may.
bool MessageQueue::has_room(std::size_t part) const {
    if (waiting_bytes_ >= most_waiting_bytes / part) return false;
    return waiting_.size() < ordinary_waiting / part ||
           waiting_.size() < limits_of(standing_of(who_())).unanswered / part;
}

void MessageQueue::queue(std::shared_ptr<Waiting> waiting) {
    if (closed_) return;
    waiting_bytes_ += waiting->bytes;
    waiting_.push_back(std::move(waiting));
    start_next();
    if (full_ || closed_ || has_room(1)) return;
    full_ = true;
    connection_.pause();
}

void MessageQueue::close() {
    closed_ = true;
    waiting_.clear();
    send_ = nullptr;
}

void MessageQueue::start_next() {
    if (starting_) return; // a message that runs from memory finishes inside start
    starting_ = true;
    while (!running_ && !closed_ && !waiting_.empty()) {
        running_ = true;
        const auto next = waiting_.front();
        start(next);
    }
    starting_ = false;
}

void MessageQueue::start(const std::shared_ptr<Waiting>& waiting) {
    Call& call = waiting->call;
    call.caller = who_();
    call.method = "MESSAGE";
    call.route = waiting->route;
    call.connection = &connection_;
    call.socket_id = socket_id_;
    call.remote_address = connection_.remote_address();
    if (waiting->route) call.path = waiting->route->path;
    if (!waiting->fault && waiting->route)
        waiting->fault = access_refusal(call.caller, waiting->route->access);
    if (waiting->fault) {
        waiting->error = std::move(waiting->fault);
        waiting->status = status_of(waiting->error->kind());
        waiting->leave_audit_row(services_.audit, false);
        return finish(waiting);
    }
    if (waiting->route->runs == RouteClass::memory) {
        waiting->work(services_.audit);
        return finish(waiting);
    }
    services_.executor.run(
        *waiting->route, call, [waiting, audit = &services_.audit] { return waiting->work(*audit); },
        [self = shared_from_this(), waiting](std::exception_ptr failure) {
            // The reply leaves from the io thread, and the next message starts there.
            self->services_.post([self, waiting, failure] {
                if (failure) waiting->replace(self->services_.audit, failure);
                self->finish(waiting);
            });
        });
}

void MessageQueue::Waiting::replace(AuditSink& audit, const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const Error& thrown) {
        error = thrown;
    } catch (const std::exception& thrown) {
        error.emplace(ErrorKind::internal, thrown.what());
    }
    status = status_of(error->kind());
    audit_target.clear();
    leave_audit_row(audit, false);
}

void MessageQueue::finish(const std::shared_ptr<Waiting>& waiting) {
    running_ = false;
    if (closed_) return;
    const auto keep = shared_from_this(); // sending may close the socket, and that would end this
    Json reply = waiting->reply(services_.clock.now_ms());
    waiting_.pop_front();
    waiting_bytes_ -= waiting->bytes;
    if (waiting->bytes > large_message) {
        auto body = std::make_shared<Json>(std::move(waiting->call.body));
        services_.work([body = std::move(body)] {}); // it ends there
    }
    send_(std::move(reply));
    start_next();
    if (!full_ || closed_ || !has_room(2)) return;
    full_ = false;
    connection_.resume();
}

} // namespace http
