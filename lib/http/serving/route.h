// Routes are data. The dispatch, the validation, the permission check, the audit row, /openapi.json,
// /asyncapi.json and /docs all come from this table; tests walk it to try every route with every kind of
// caller who may not use it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/serving/call.h"
#include "http/serving/shape.h"

namespace http {

// Where a handler runs, and what it may do there.
enum class RouteClass {
    reads,    // on a reader thread, with a store::Read; answers leave at once
    writes,   // entirely on the writer thread, with a store::Tx; only SQL; answers leave after the commit
    slow,     // on a worker: password hashing, other servers; uses the store in short jobs
    transfer, // on a pool of its own, streaming: content up and down, backups
    memory,   // on the io thread, from memory alone, in microseconds: clock, polls
};

// The least that a caller must be. Everything is closed unless declared open.
enum class Access {
    open,          // for calls that carry their own proof or need none
    signed_in,     // anybody with a login, person or headset
    headset,       // a paired headset, or a site key
    client_panel,  // for the training dialect: an administrator, or a site key made for it
    student,       // a signed-in person, student or above
    viewer,        // staff who may see
    teacher,       // staff who may act
    administrator, // of the organisation, signed in with a password
    box_administrator,
};

enum class AuditRule { row, counted }; // counted: polls and event batches are summed up and leave no row each

// Makes an answer from an error; each dialect has its own shape. Lectern's own is RFC 9457.
using ErrorShape = Answer (*)(const Call&, const platform::Error&);
Answer problem(const Call& call, const platform::Error& error);

struct Route {
    // "GET" ...; "MESSAGE" for a socket message, "PUSH" for one sent unasked and only documented; their path
    // is the type
    std::string method;
    std::string path; // "/v1/rooms/:id"
    std::string summary;
    RouteClass runs = RouteClass::reads;
    Access access = Access::administrator;
    Shape request{}; // of the body; for GET use `query`
    Shape answer{};
    int status = 200; // of the successful answer
    std::function<Answer(Call&)> handle;
    AuditRule audit = AuditRule::row;
    std::size_t body_limit = 1u << 20;
    Fields query{}; // query parameters, for the documentation and the check
    ErrorShape error_shape = problem;
    std::string tag;            // groups in the documentation: "rooms"
    bool parses_itself = false; // the handler reads `content` with its own parser; `request` only documents
    int calls_per_minute = 0;   // for one account, device or site key; 0: the front door's limit
    std::string short_for{};    // the call that this one is an alias of, for the documentation
    std::size_t index = 0;      // in the table; set by add
};

// Declares a route step by step, which reads better than a long initialiser:
//
//   table.add(post("/v1/rooms", "Make a grid room").writes().by(Access::teacher)
//       .takes(shape).gives(shape, 201)
//       .handled<store::Tx>([this](Call& call, store::Tx& tx) { ... }));
class RouteBuilder {
public:
    RouteBuilder(std::string method, std::string path, std::string summary);
    RouteBuilder& reads() { return runs(RouteClass::reads); }
    RouteBuilder& writes() { return runs(RouteClass::writes); }
    RouteBuilder& slow() { return runs(RouteClass::slow); }
    RouteBuilder& transfer() { return runs(RouteClass::transfer); }
    RouteBuilder& memory() { return runs(RouteClass::memory); }
    RouteBuilder& by(Access access) {
        route_.access = access;
        return *this;
    }
    RouteBuilder& takes(Shape shape) {
        route_.request = std::move(shape);
        return *this;
    }
    RouteBuilder& asks(Fields query) {
        route_.query = std::move(query);
        return *this;
    }
    RouteBuilder& gives(Shape shape, int status = 200) {
        route_.answer = std::move(shape);
        route_.status = status;
        return *this;
    }
    RouteBuilder& counted() {
        route_.audit = AuditRule::counted;
        return *this;
    }
    RouteBuilder& body_limit(std::size_t bytes) {
        route_.body_limit = bytes;
        return *this;
    }
    RouteBuilder& errors(ErrorShape shape) {
        route_.error_shape = shape;
        return *this;
    }
    RouteBuilder& at_most(int calls_per_minute) {
        route_.calls_per_minute = calls_per_minute;
        return *this;
    }
    RouteBuilder& short_for(std::string call) {
        route_.short_for = std::move(call);
        return *this;
    }
    RouteBuilder& parses_itself() {
        route_.parses_itself = true;
        return *this;
    }
    RouteBuilder& tagged(std::string tag) {
        route_.tag = std::move(tag);
        return *this;
    }
    template <class Resource, class Handler>
    RouteBuilder& handled(Handler handler) {
        route_.handle = [handler](Call& call) { return handler(call, call.resource<Resource>()); };
        return *this;
    }
    RouteBuilder& handled(std::function<Answer(Call&)> handler) {
        route_.handle = std::move(handler);
        return *this;
    }
    operator Route() const { return route_; }

private:
    RouteBuilder& runs(RouteClass route_class) {
        route_.runs = route_class;
        return *this;
    }
    Route route_;
};

RouteBuilder get(std::string path, std::string summary);
RouteBuilder post(std::string path, std::string summary);
RouteBuilder put(std::string path, std::string summary);
RouteBuilder patch(std::string path, std::string summary);
RouteBuilder del(std::string path, std::string summary);
RouteBuilder message(std::string type, std::string summary);

class RouteTable {
public:
    RouteTable();
    ~RouteTable();
    RouteTable(const RouteTable&) = delete;
    RouteTable& operator=(const RouteTable&) = delete;
    // Throws platform::Error conflict when method and path are taken: two routes never hide each other.
    void add(Route route);
    struct Match {
        const Route* route = nullptr; // null: nothing here
        Values parameters;
        std::vector<std::string> allowed; // the methods of this path, when only the method is wrong
    };
    // `path` is decoded, repeated slashes are already one, a final slash is optional. A literal segment beats
    // a parameter; a last segment "*rest" takes all that remains. GET also serves HEAD.
    Match find(std::string_view method, std::string_view path) const;
    const Route* find_message(std::string_view type) const;
    const std::vector<std::unique_ptr<Route>>& all() const { return routes_; }

private:
    struct Node;
    std::vector<std::unique_ptr<Route>> routes_;
    std::unique_ptr<Node> root_;
    std::map<std::string, const Route*, std::less<>> messages_;
};

} // namespace http
