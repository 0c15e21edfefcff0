#include "app/sockets.h"

#include <algorithm>

#include "http/serving/body.h"
#include "http/serving/envelope.h"
#include "http/serving/standing.h"
#include "platform/signs_of_life.h"

namespace app {

namespace {

constexpr char picture = 1;
constexpr std::size_t picture_limit = sessions::SocketLimits().picture_bytes;
constexpr int busy_retry_s = 1;

std::string_view without_final_slash(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    return path;
}

bool is_own(std::string_view path) {
    return path == "/v1/live";
}

// nullopt: there is no such role.
std::optional<sessions::SocketRole> role_of(const http::Call& call) {
    const auto asked = call.query("role");
    return asked ? platform::named<sessions::SocketRole>(*asked) : sessions::SocketRole::device;
}

http::Answer problem_of(const http::Call& call, platform::ErrorKind kind, const std::string& message) {
    return http::problem(call, platform::Error(kind, message));
}

} // namespace

// One open socket: a client of the hub. Its messages go to the first dialect that takes them, or to the
// routes.
class Sockets::Socket final : public platform::ConnectionListener, public platform::SignsOfLifeListener {
public:
    Socket(Sockets& sockets, std::shared_ptr<platform::Connection> connection, http::UpgradeRequest request);
    ~Socket() override;
    void on_message(std::string_view message, bool binary) override;
    std::size_t longest_message() const override { return limits().message_bytes; }
    void on_too_large(std::string_view outline) override;
    void on_sign_of_life() override;
    void on_silence() override;
    platform::Patience patience() const override;
    void on_closed(const platform::Ending& ending) override;

    live::ClientId client() const { return client_; }
    platform::Caller caller() const;
    void refresh();

private:
    const http::StandingLimits& limits() const { return http::limits_of(http::standing_of(caller())); }
    void relay_picture(std::string_view message);
    void read_elsewhere(std::string_view message);
    void take(http::MessageQueue::Incoming incoming, std::string_view message);
    void answer(const http::Json& reply);
    void inspect(const http::Json& reply);
    void inspect(const platform::Ending& ending);
    void leave();

    Sockets& sockets_;
    live::Hub& hub_;
    platform::Connection& connection_;
    // Ourselves, for what comes back from a worker; null once the socket is closed.
    const std::shared_ptr<Socket*> self_ = std::make_shared<Socket*>(this);
    const std::string credential_;
    const bool own_; // on Lectern's own address: dialect clients get only what they know
    DeviceId device_id_;
    live::ClientId client_ = 0;
    std::shared_ptr<http::MessageQueue> queue_;
    std::vector<std::unique_ptr<dialects::SocketDialect>> shares_;
    bool open_ = true;
};

Sockets::Socket::Socket(Sockets& sockets, std::shared_ptr<platform::Connection> connection,
                        http::UpgradeRequest request)
    : sockets_(sockets),
      hub_(sockets.services_.hub),
      connection_(*connection),
      credential_(request.call.credential),
      own_(is_own(without_final_slash(request.call.path))),
      device_id_(request.call.caller.device_id) {
    // A page of ours takes several updates in one frame; headsets and dialect clients don't know arrays.
    const bool page = !device_id_ && own_;
    client_ = hub_.add_client(connection, page ? live::Delivery::ticked : live::Delivery::immediate,
                              request.call.caller);
    queue_ = std::make_shared<http::MessageQueue>(
        sockets_.messages_, *connection, client_, [this] { return caller(); },
        [this](const http::Json& reply) { answer(reply); });
    for (const auto& dialect : sockets_.dialects_)
        if (auto share = dialect->open(client_, *connection, request)) shares_.push_back(std::move(share));
    sockets_.sockets_.insert(this);
    if (device_id_) {
        sockets_.services_.presence.connected(device_id_, sockets_.services_.clock.now_ms());
        if (own_)
            sockets_.services_.director.headset_connected(
                client_, request.call.caller, role_of(request.call).value_or(sessions::SocketRole::device));
    }
}

Sockets::Socket::~Socket() {
    leave();
}

platform::Caller Sockets::Socket::caller() const {
    const platform::Caller* caller = hub_.caller(client_);
    return caller == nullptr ? platform::Caller{} : *caller;
}

void Sockets::Socket::refresh() {
    if (platform::Caller* caller = hub_.caller(client_))
        *caller = sockets_.authenticator_.by_token(credential_);
}

void Sockets::Socket::on_sign_of_life() {
    if (device_id_) sockets_.services_.presence.heard(device_id_, sockets_.services_.clock.now_ms());
}

void Sockets::Socket::on_silence() {
    for (const auto& share : shares_)
        share->on_silence();
}

// That of the most patient dialect on this address.
platform::Patience Sockets::Socket::patience() const {
    platform::Patience longest;
    for (const auto& share : shares_) {
        const platform::Patience one = share->patience();
        longest.before_ping = std::max(longest.before_ping, one.before_ping);
        longest.before_close = std::max(longest.before_close, one.before_close);
    }
    return longest;
}

void Sockets::Socket::on_message(std::string_view message, bool binary) {
    on_sign_of_life();
    if (binary) {
        relay_picture(message);
        return;
    }
    if (message.size() > limits().parsed_at_once) return read_elsewhere(message);
    take(queue_->read(message, limits().json_values, !shares_.empty()), message);
}

// The socket reads on when the message has been parsed and taken, so messages keep their order, and each socket
// has one of them at most on the workers.
void Sockets::Socket::read_elsewhere(std::string_view message) {
    struct Job {
        std::string text;
        http::MessageQueue::Incoming incoming;
    };
    auto job = std::make_shared<Job>(Job{std::string(message), {}});
    const auto& services = sockets_.messages_;
    const auto parse = [job, self = self_, queue = queue_, most = limits().json_values,
                        tree_wanted = !shares_.empty(), post = services.post] {
        job->incoming = queue->read(job->text, most, tree_wanted);
        post([job, self] {
            if (*self == nullptr) return;
            (*self)->take(std::move(job->incoming), job->text);
            if (*self != nullptr) (*self)->connection_.resume();
        });
    };
    connection_.pause();
    if (services.work(parse)) return;
    connection_.resume();
    http::Skimmer skimmer;
    skimmer.skim(message);
    queue_->refuse(skimmer.outline(), {platform::ErrorKind::unavailable,
                                       "The box is too busy to read this; send it again.", busy_retry_s});
}

void Sockets::Socket::take(http::MessageQueue::Incoming incoming, std::string_view message) {
    for (const auto& share : shares_)
        if (share->take(incoming.tree ? &*incoming.tree : nullptr, message)) {
            if (message.size() > limits().parsed_at_once)
                sockets_.messages_.work([spent = std::make_shared<http::MessageQueue::Incoming>(
                                             std::move(incoming))] {}); // a large tree ends there
            return;
        }
    queue_->take(std::move(incoming));
}

void Sockets::Socket::on_too_large(std::string_view outline) {
    on_sign_of_life();
    for (const auto& share : shares_)
        if (share->take_too_large(outline)) return;
    queue_->refuse(outline, {platform::ErrorKind::too_large,
                             "A message may have at most " + std::to_string(longest_message()) + " bytes."});
}

void Sockets::Socket::relay_picture(std::string_view message) {
    if (!device_id_ || message.size() < 2 || message.front() != picture)
        return hub_.close(client_, platform::CloseReason::no_picture);
    if (message.size() > picture_limit)
        return queue_->refuse(R"({"type":"headset.picture"})",
                              {platform::ErrorKind::too_large,
                               "A picture may have at most " + std::to_string(picture_limit) + " bytes."});
    sockets_.services_.pictures.received(device_id_, message.substr(1));
}

void Sockets::Socket::answer(const http::Json& reply) {
    if (device_id_) inspect(reply);
    hub_.send(client_, reply);
}

// Notes the type of the headset's message and why it was refused, but not its content.
void Sockets::Socket::inspect(const http::Json& reply) {
    devices::Exchange exchange;
    exchange.at_ms = sockets_.services_.clock.now_ms();
    const platform::JsonFields fields(reply);
    exchange.name = fields.get_or("type", std::string()).substr(0, 80);
    if (const http::Json& error = fields.json("error"); !error.is_null()) {
        exchange.status = 400;
        exchange.reason = error.is_string() ? error.get<std::string>() : error.dump();
        const platform::JsonFields data(fields.json("data"));
        if (const auto message = data.find<std::string>("message")) exchange.reason += ": " + *message;
        for (const platform::JsonFields& fault : data.find_objects("errors"))
            exchange.reason +=
                "; " + fault.get<std::string>("field") + " " + fault.get<std::string>("message");
    }
    sockets_.services_.inspector.note(device_id_, std::move(exchange));
}

// How it ended, with the close code: what a headset's developer looks for first.
void Sockets::Socket::inspect(const platform::Ending& ending) {
    devices::Exchange exchange;
    exchange.at_ms = sockets_.services_.clock.now_ms();
    exchange.way = ending.by_peer ? devices::Exchange::Way::in : devices::Exchange::Way::out;
    exchange.name = ending.code == 0 ? "connection lost" : "close " + std::to_string(ending.code);
    exchange.status = 0;
    exchange.reason = ending.reason;
    sockets_.services_.inspector.note(device_id_, std::move(exchange));
}

void Sockets::Socket::on_closed(const platform::Ending& ending) {
    // An unpaired headset has no inspector any more.
    if (open_ && device_id_ && sockets_.services_.presence.find(device_id_)) inspect(ending);
    leave();
}

void Sockets::Socket::leave() {
    if (!open_) return;
    open_ = false;
    *self_ = nullptr;
    queue_->close();
    shares_.clear();
    sockets_.sockets_.erase(this);
    if (device_id_) {
        if (own_) sockets_.services_.director.headset_disconnected(client_);
        sockets_.services_.presence.disconnected(device_id_, sockets_.services_.clock.now_ms());
    }
    hub_.remove_client(client_);
}

Sockets::Sockets(Services& services, http::MessageServices messages, http::Authenticator& authenticator)
    : services_(services), messages_(std::move(messages)), authenticator_(authenticator) {}

Sockets::~Sockets() = default;

void Sockets::add(std::unique_ptr<dialects::SocketDialectFactory> dialect) {
    dialects_.push_back(std::move(dialect));
}

std::unique_ptr<http::Answer> Sockets::refuse(const http::UpgradeRequest& request) {
    const std::string_view path = without_final_slash(request.call.path);
    if (is_own(path)) {
        if (!role_of(request.call))
            return std::make_unique<http::Answer>(http::problem(
                request.call,
                platform::Error(std::vector<platform::FieldError>{{"role", "must be device or run"}})));
        if (!request.call.caller.is_stranger()) return nullptr;
        return std::make_unique<http::Answer>(problem_of(
            request.call, platform::ErrorKind::unauthorized,
            request.call.credential.empty()
                ? "Sign in to open the live socket: it takes Authorization: Bearer TOKEN, or ?token=TOKEN."
                : "This token is not known here, or no longer valid."));
    }
    if (auto* dialect = dialect_of(path)) return dialect->refuse(request);
    return std::make_unique<http::Answer>(
        problem_of(request.call, platform::ErrorKind::not_found, "There is no socket at this address."));
}

std::vector<std::pair<std::string, std::string>> Sockets::headers(const http::UpgradeRequest& request) {
    std::vector<std::pair<std::string, std::string>> headers;
    const std::string_view path = without_final_slash(request.call.path);
    for (const auto& dialect : dialects_)
        if (dialect->serves(path)) std::ranges::move(dialect->headers(request), std::back_inserter(headers));
    return headers;
}

dialects::SocketDialectFactory* Sockets::dialect_of(std::string_view path) const {
    const auto found =
        std::ranges::find_if(dialects_, [&](const auto& candidate) { return candidate->serves(path); });
    return found == dialects_.end() ? nullptr : found->get();
}

std::unique_ptr<platform::ConnectionListener> Sockets::accept(
    std::shared_ptr<platform::Connection> connection, http::UpgradeRequest request) {
    return std::make_unique<Socket>(*this, std::move(connection), std::move(request));
}

void Sockets::close_logins(const std::vector<LoginId>& login_ids) {
    for (const live::ClientId client : services_.hub.clients()) {
        const platform::Caller* caller = services_.hub.caller(client);
        if (caller != nullptr && std::ranges::find(login_ids, caller->login_id) != login_ids.end())
            services_.hub.close(client, platform::CloseReason::login_ended);
    }
}

void Sockets::refresh_device(DeviceId device_id) {
    for (Socket* socket : sockets_)
        if (socket->caller().device_id == device_id) socket->refresh();
}

} // namespace app
