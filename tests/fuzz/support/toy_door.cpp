#include <deque>
#include <utility>

#include "fuzz/support/door.h"
#include "fuzz/support/fuzz.h"
#include "http/serving/problem.h"
#include "support/manual_clock.h"

namespace fuzz {

using http::Access;
using http::Call;
using platform::Caller;

void InlineExecutor::run(const http::Route&, Call& call, std::function<bool()> work,
                         std::function<void(std::exception_ptr)> done) {
    Desk desk;
    call.lend(desk);
    work();
    call.take_back();
    done(nullptr);
}

Caller KnownTokens::by_token(std::string_view token) {
    Caller caller;
    if (token != "staff" && token != "student" && token != "headset") return caller;
    caller.organisation_id = OrganisationId(1);
    if (token == "headset") {
        caller.device_id = DeviceId(31);
        caller.proof = platform::Proof::device;
        return caller;
    }
    caller.person_id = PersonId(token == "staff" ? 11 : 12);
    caller.role = token == "staff" ? platform::Role::teacher : platform::Role::student;
    caller.proof = token == "staff" ? platform::Proof::password : platform::Proof::pin;
    return caller;
}

void NoDefects::record(http::AuditEntry entry, Call*) {
    demand(entry.status != 500, "no input makes the server fail",
           entry.method + " " + entry.path + " (" + std::string(entry.route) + "): " + entry.error);
}

void NoDefects::count(const http::Route& route, const Caller&, int status) {
    demand(status != 500, "no input makes the server fail", route.path);
}

std::string without_continue(std::string answers) {
    static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    for (auto at = answers.find(line); at != std::string::npos; at = answers.find(line))
        answers.erase(at, line.size());
    return answers;
}

namespace {

// Says back what it hears. A message that is too long is answered by its outline.
class Echo final : public platform::ConnectionListener {
public:
    explicit Echo(std::shared_ptr<platform::Connection> connection) : connection_(std::move(connection)) {}
    void on_message(std::string_view message, bool binary) override {
        demand(message.size() <= longest_message() || message.size() <= (16u << 10),
               "no message is longer than it may be");
        waiting_.push_back({std::make_shared<const std::string>(message), binary});
        send_next();
    }
    std::size_t longest_message() const override { return 20u << 10; }
    void on_too_large(std::string_view outline) override { on_message(outline, false); }
    void on_closed(const platform::Ending&) override {
        demand(!std::exchange(closed_, true), "a socket ends once");
    }

private:
    void send_next() {
        if (sending_ || waiting_.empty()) return;
        sending_ = true;
        auto frame = std::move(waiting_.front());
        waiting_.pop_front();
        connection_->send(std::move(frame), [this] {
            sending_ = false;
            send_next();
        });
    }
    std::shared_ptr<platform::Connection> connection_;
    std::deque<platform::Frame> waiting_;
    bool sending_ = false, closed_ = false;
};

class EchoSockets final : public http::UpgradeHandler {
public:
    std::unique_ptr<http::Answer> refuse(const http::UpgradeRequest& request) override {
        if (request.call.path == "/live") return nullptr;
        return std::make_unique<http::Answer>(
            http::problem(request.call, {platform::ErrorKind::not_found, "There is no socket here."}));
    }
    std::vector<std::pair<std::string, std::string>> headers(const http::UpgradeRequest&) override {
        return {};
    }
    std::unique_ptr<platform::ConnectionListener> accept(std::shared_ptr<platform::Connection> connection,
                                                         http::UpgradeRequest) override {
        return std::make_unique<Echo>(std::move(connection));
    }
};

} // namespace

struct ToyDoor::Impl {
    Impl() : door(routes, executor, tokens, audit, sockets, clock) {
        routes.add(http::get("/hello", "").memory().by(Access::open).counted().handled([](Call&) {
            return http::json({{"hello", "world"}});
        }));
        routes.add(http::get("/search", "")
                       .reads()
                       .by(Access::open)
                       .asks({{"limit?", http::integer(1, 200)}, {"q", http::text(1, 20)}})
                       .handled([](Call& call) {
                           return http::json({{"q", call.query("q").value()}});
                       }));
        routes.add(http::get("/rooms/:id", "").reads().by(Access::teacher).handled([](Call& call) {
            return http::json({{"id", call.id<RoomId>("id")}});
        }));
        routes.add(http::post("/echo", "")
                       .reads()
                       .by(Access::open)
                       .takes(http::anything())
                       .handled([this](Call& call) {
                           bodies.push_back(call.content);
                           return http::json(call.body);
                       }));
        routes.add(http::put("/echo", "").writes().by(Access::open).handled([this](Call& call) {
            bodies.push_back(call.content);
            return http::text(call.content, "text/plain");
        }));
        add_more();
    }
    void add_more() {
        routes.add(http::post("/form", "")
                       .reads()
                       .by(Access::open)
                       .takes(http::anything())
                       .handled([this](Call& call) {
                           http::Json parts = http::Json::array();
                           for (const auto& part : call.parts) {
                               bodies.push_back(part.content);
                               parts.push_back(part.content.size());
                           }
                           return http::json({{"fields", call.body.size()}, {"parts", parts}});
                       }));
        routes.add(http::put("/content", "")
                       .transfer()
                       .by(Access::open)
                       .body_limit(32u << 10)
                       .handled([this](Call& call) {
                           std::string body;
                           const bool whole = call.read_body([&](std::string_view piece) {
                               body += piece;
                               return true;
                           });
                           bodies.push_back(body);
                           return http::json({{"bytes", body.size()}, {"whole", whole}});
                       }));
    }

    http::RouteTable routes;
    InlineExecutor executor;
    KnownTokens tokens;
    NoDefects audit;
    EchoSockets sockets;
    support::ManualClock clock;
    std::vector<std::string> bodies;
    Door door;
};

ToyDoor::ToyDoor() : impl_(std::make_unique<Impl>()) {}
ToyDoor::~ToyDoor() = default;

std::string ToyDoor::talk(const std::vector<std::string_view>& pieces) {
    return impl_->door.talk(pieces);
}

std::vector<std::string> ToyDoor::take_bodies() {
    return std::exchange(impl_->bodies, {});
}

} // namespace fuzz
