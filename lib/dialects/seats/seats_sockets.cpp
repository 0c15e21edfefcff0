#include "dialects/seats/seats_sockets.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "dialects/lax_fields.h"
#include "http/serving/envelope.h"
#include "platform/crypto.h"
#include "platform/error.h"

namespace dialects::seats {

namespace {

using http::Access;

constexpr std::size_t data_limit = 100 << 10;

// The original's clients expect a ping after 5 seconds and an end after 15; other sockets get theirs after 3
// and 10 (http/wire/front_door.h).
constexpr platform::Patience patience_of_its_clients{std::chrono::seconds(2), std::chrono::seconds(5)};

// Routes for what isn't a request. No client sends these names by chance.
constexpr const char *too_large = "\x01too large", *no_json = "\x01no JSON", *incomplete = "\x01incomplete";

// What the client sent as `data`: Socket::take wraps it.
const Json& given_in(const http::Call& call) {
    return call.fields().json("given");
}

template <class AnId>
AnId id_of(const Json& object) {
    return platform::JsonFields(object).get<AnId>("id");
}

// An eid comes as text or a number, and is kept as text.
std::string eid_text(const Json& eid) {
    if (eid.is_string()) return eid.get<std::string>();
    return eid.is_primitive() && !eid.is_null() ? eid.dump() : "";
}

} // namespace

// One socket's share: its requests, its subscriptions, and the person it speaks for.
class Sockets::Socket final : public SocketDialect {
public:
    Socket(Sockets& sockets, live::ClientId client, platform::Connection& connection, std::string token,
           bool own_address);
    ~Socket() override;
    bool take(const Json* message, std::string_view text) override;
    bool take_too_large(std::string_view) override {
        queue({{"type", too_large}, {"data", nullptr}}, 0);
        return true;
    }
    void on_silence() override;
    platform::Patience patience() const override {
        return own_address_ || spoke_ ? patience_of_its_clients : platform::Patience{};
    }

    platform::Caller caller();
    const std::string& token() const { return token_; }
    void stand(const Standing& standing);
    void told_of(const Halls::Change& change);

private:
    struct Subscription {
        std::string type; // "hall.subscribe"
        RoomId hall_id;   // of that type
        Json eid, cinema; // the cinema without its halls, of "cinemas.subscribe"
    };
    void queue(const Json& message, std::size_t bytes);
    void reply(Json envelope);
    std::optional<Json> subscribe(const std::string& type, const Json& eid, const Json& data);
    std::optional<std::string> unsubscribe(const std::string& type, const Json& data);
    void push(const Subscription& subscription, const char* status, Json data, Json error = nullptr);
    Json cinemas(const Json& cinema);

    Sockets& sockets_;
    const live::ClientId client_;
    std::string token_;           // of the cookie; "" when it speaks by another credential
    bool spoke_ = false;          // in the manner of this dialect's clients
    const bool own_address_;      // which no other dialect shares
    std::deque<Json> incomplete_; // the types of requests that wait to be refused
    std::vector<Subscription> subscriptions_;
    std::shared_ptr<http::MessageQueue> queue_;
};

Sockets::Socket::Socket(Sockets& sockets, live::ClientId client, platform::Connection& connection,
                        std::string token, bool own_address)
    : sockets_(sockets),
      client_(client),
      token_(std::move(token)),
      own_address_(own_address),
      queue_(std::make_shared<http::MessageQueue>(
          sockets.messages_, connection, client, [this] { return caller(); },
          [this](Json envelope) { reply(std::move(envelope)); })) {
    sockets_.sockets_.emplace(client_, this);
}

Sockets::Socket::~Socket() {
    queue_->close();
    sockets_.sockets_.erase(client_);
}

// A login that ran out while the socket was open counts as a guest's.
platform::Caller Sockets::Socket::caller() {
    if (!token_.empty()) return sockets_.parts_.logins.find(token_, sockets_.parts_.clock.now_ms());
    const platform::Caller* caller = sockets_.parts_.hub.caller(client_);
    return caller == nullptr ? platform::Caller{} : *caller;
}

void Sockets::Socket::on_silence() {
    if (spoke_) sockets_.parts_.hub.send(client_, 1);
}

bool Sockets::Socket::take(const Json* message, std::string_view text) {
    if (text == "1") {
        spoke_ = true;
        sockets_.parts_.hub.send(client_, 1);
        return true;
    }
    if (message == nullptr || !message->is_object()) {
        queue(message == nullptr ? Json{{"type", no_json}} : Json::object(), 0); // an object: it has no type
        return true;
    }
    const platform::JsonFields fields(*message);
    const auto* name = fields.json("type").get_ptr<const std::string*>();
    if (name != nullptr) {
        spoke_ = true;
        if (sockets_.routes_.find_message(*name) == nullptr &&
            sockets_.lecterns_.find_message(*name) != nullptr)
            return false;
    }
    const Json& eid = fields.json("eid");
    if (name != nullptr && (eid_text(eid).empty() || !fields.has("data"))) {
        incomplete_.push_back(*name);
        queue({{"type", incomplete}, {"eid", eid}}, 0);
        return true;
    }
    // Data that is too long is only measured, and never copied.
    const auto envelope = text.size() > data_limit ? http::envelope_of(text) : std::nullopt;
    const std::size_t data_bytes = envelope ? envelope->data.size() : 0;
    const Json none;
    const Json& data = data_bytes > data_limit ? none : fields.json("data");
    // The reply needs the eid and the original request as well, so both go along.
    queue({{"type", name ? Json(*name) : Json()}, {"eid", eid}, {"data", {{"given", data}, {"eid", eid}}}},
          data_bytes);
    return true;
}

void Sockets::Socket::queue(const Json& message, std::size_t bytes) {
    queue_->take(message, bytes);
}

Json Sockets::Socket::cinemas(const Json& cinema) {
    Json halls = sockets_.halls_.halls_of(id_of<OrganisationId>(cinema));
    if (halls.empty()) return Json::array(); // the original's page breaks on a cinema without halls
    Json whole = cinema;
    whole["halls"] = std::move(halls);
    return Json::array({std::move(whole)});
}

// The first data of a subscription; nothing when one of that kind or with that eid exists already.
std::optional<Json> Sockets::Socket::subscribe(const std::string& type, const Json& eid, const Json& data) {
    Subscription wanted{type, {}, eid, nullptr};
    Json snapshot = data;
    if (type == "hall.subscribe") wanted.hall_id = id_of<RoomId>(data);
    if (type == "cinemas.subscribe") {
        wanted.cinema = data;
        snapshot = cinemas(data);
    }
    const bool twice = std::ranges::any_of(subscriptions_, [&](const Subscription& other) {
        return (other.type == type && other.hall_id == wanted.hall_id) ||
               (!eid.is_null() && other.eid == eid);
    });
    if (twice) return std::nullopt;
    subscriptions_.push_back(std::move(wanted));
    return snapshot;
}

// The error code, if any. An unknown subscription is no error: it has ended, as the client wanted.
std::optional<std::string> Sockets::Socket::unsubscribe(const std::string& type, const Json& data) {
    const std::string subscribed = type.substr(0, type.find('.')) + ".subscribe";
    const Json& sub_eid = platform::JsonFields(data).json("sub_eid");
    const bool of_user = subscribed == "user.subscribe"; // there is only one, so it need not be named
    if (sub_eid.is_null() && !of_user) return "SubscriptionNotFound";
    std::erase_if(subscriptions_, [&](const Subscription& subscription) {
        return subscription.type == subscribed &&
               (sub_eid.is_null() || eid_text(subscription.eid) == eid_text(sub_eid));
    });
    return std::nullopt;
}

void Sockets::Socket::reply(Json envelope) {
    const platform::JsonFields fields(envelope);
    const std::string type = text_if_any(fields, "type");
    const auto fail = [&](const std::string& code) {
        envelope["status"] = "error";
        envelope["error"] = code;
        envelope["data"] = nullptr;
    };
    if (type == incomplete && !incomplete_.empty()) {
        envelope["type"] = std::move(incomplete_.front());
        incomplete_.pop_front();
    } else if (type.starts_with('\x01') || fields.json("type").is_null()) {
        envelope["type"] = nullptr; // nobody could read it, so it has no eid either
        if (fields.json("eid").is_null())
            envelope["eid"] = platform::random_token(sockets_.parts_.random, 16);
    }
    if (text_if_any(fields, "status") == "error") {
        envelope["data"] = nullptr;
        if (text_if_any(fields, "error") == "BadRequest") envelope["error"] = "MessageTypeRequired";
    } else if (type.ends_with(".unsubscribe")) {
        const auto fault = unsubscribe(type, fields.json("data"));
        if (!fault) return;
        fail(*fault);
    } else if (type.ends_with(".subscribe")) {
        auto snapshot = subscribe(type, fields.json("eid"), fields.json("data"));
        if (snapshot) {
            envelope["status"] = "snapshot";
            envelope["data"] = *std::move(snapshot);
        } else {
            fail("SubscriptionAlreadyExists");
        }
    } else if (type == "cinemas.get_cinemas") {
        envelope["data"] = cinemas(fields.json("data"));
    }
    if (text_if_any(fields, "status") == "error" && type.ends_with("subscribe")) envelope["type"] = nullptr;
    sockets_.parts_.hub.send(client_, envelope);
}

void Sockets::Socket::push(const Subscription& subscription, const char* status, Json data, Json error) {
    sockets_.parts_.hub.send(client_, {{"status", status},
                                       {"type", subscription.type.empty() ? Json() : Json(subscription.type)},
                                       {"data", std::move(data)},
                                       {"error", std::move(error)},
                                       {"eid", subscription.eid},
                                       {"ts", sockets_.parts_.clock.now_ms()}});
}

void Sockets::Socket::stand(const Standing& standing) {
    token_ = standing.new_token;
    if (platform::Caller* caller = sockets_.parts_.hub.caller(client_)) *caller = this->caller();
    // A guest sees no halls, and a person of another organisation doesn't see these.
    std::erase_if(subscriptions_, [](const Subscription& other) { return other.type != "user.subscribe"; });
    for (const Subscription& subscription : subscriptions_)
        push(subscription, "update", standing_json(standing.username));
}

void Sockets::Socket::told_of(const Halls::Change& change) {
    std::vector<Subscription> gone;
    for (const Subscription& subscription : subscriptions_) {
        if (subscription.type == "hall.subscribe" && subscription.hall_id == change.room_id) {
            if (change.gone)
                gone.push_back(subscription);
            else if (change.rebuilt)
                push(subscription, "snapshot", sockets_.halls_.hall(change.organisation_id, change.room_id));
            else
                push(subscription, "update", sockets_.halls_.hall_update(change));
        }
        if (subscription.type != "cinemas.subscribe" ||
            id_of<OrganisationId>(subscription.cinema) != change.organisation_id)
            continue;
        if (change.gone || change.rebuilt)
            push(subscription, "snapshot", cinemas(subscription.cinema));
        else
            push(subscription, "update", sockets_.halls_.cinema_update(change));
    }
    for (const Subscription& subscription : gone) {
        push({{}, {}, subscription.eid, nullptr}, "error", nullptr, "HallNotFound");
        std::erase_if(subscriptions_, [&](const Subscription& other) {
            return other.type == subscription.type && other.hall_id == subscription.hall_id;
        });
    }
}

Sockets::Sockets(const Parts& parts, const http::MessageServices& messages)
    : parts_(parts),
      lecterns_(messages.routes),
      messages_{.routes = routes_,
                .executor = messages.executor,
                .audit = messages.audit,
                .clock = messages.clock,
                .post = messages.post},
      secret_(platform::random_token(parts.random)) {
    add_routes();
}

Sockets::~Sockets() = default;

void Sockets::add_routes() {
    const auto asks = [](const char* type, const char* summary, Access access) {
        return http::message(type, summary)
            .by(access)
            .errors(socket_error_answer)
            .counted()
            .body_limit(data_limit);
    };
    const auto silent = [](const http::Call& call) { return http::json(given_in(call)); };
    for (const char* type : {"cinemas.get_cinemas", "cinemas.subscribe"})
        routes_.add(asks(type, "Seats dialect: the organisation with its rooms", Access::viewer)
                        .reads()
                        .handled<store::Read>(
                            [this](http::Call& call, store::Read& read) { return get_cinema(call, read); }));
    routes_.add(asks("hall.subscribe", "Seats dialect: one room", Access::viewer)
                    .memory()
                    .handled([this](http::Call& call) {
                        const platform::JsonFields given(given_in(call));
                        const Json hall =
                            halls_.hall(call.caller.organisation_id, id_if_any<RoomId>(given, "id"));
                        if (hall.is_null()) throw_code("HallNotFound");
                        return http::json(hall);
                    }));
    routes_.add(asks("user.subscribe", "Seats dialect: who the socket speaks for", Access::open)
                    .reads()
                    .handled<store::Read>(
                        [this](http::Call& call, store::Read& read) { return standing(call, read); }));
    // A caller that may not subscribe has nothing to unsubscribe from, so the answer is equally silent.
    for (const char* type : {"cinemas.unsubscribe", "hall.unsubscribe", "user.unsubscribe"})
        routes_.add(asks(type, "Seats dialect: no more of it", Access::open).memory().handled(silent));
    routes_.add(
        http::message("hall.update_seat_status", "Seats dialect: set a seat's status")
            .writes()
            .by(Access::teacher)
            .errors(socket_error_answer)
            .body_limit(data_limit)
            .handled<store::Tx>([this](http::Call& call, store::Tx& tx) { return set_status(call, tx); }));
    routes_.add(asks(no_json, "Seats dialect: a message that is no JSON", Access::open)
                    .memory()
                    .handled([](http::Call&) -> http::Answer { throw_code("InternalServerError"); }));
    routes_.add(asks(incomplete, "Seats dialect: a request without data or eid", Access::open)
                    .memory()
                    .handled([](http::Call&) -> http::Answer { throw_code("UnknownMessageType"); }));
    routes_.add(asks(too_large, "Seats dialect: a message longer than its sender's may be", Access::open)
                    .memory()
                    .handled([](http::Call&) -> http::Answer {
                        throw platform::Error(platform::ErrorKind::too_large, "The message is too large.");
                    }));
}

bool Sockets::serves(std::string_view path) const {
    return path == "/" || path == "/ws" || path == "/websocket";
}

std::unique_ptr<http::Answer> Sockets::refuse(const http::UpgradeRequest&) {
    return nullptr; // anybody who is not signed in is a guest
}

bool Sockets::is_carried(const std::string& token) const {
    return !token.empty() &&
           std::ranges::any_of(sockets_, [&](const auto& entry) { return entry.second->token() == token; });
}

std::string Sockets::guest_token(const http::Call& call) const {
    std::string carried = cookie_of(call);
    if (is_carried(carried)) return carried;
    return platform::sha256_hex(secret_ + call.header("sec-websocket-key") + call.remote_address)
        .substr(0, 40);
}

std::vector<std::pair<std::string, std::string>> Sockets::headers(const http::UpgradeRequest& request) {
    const http::Call& call = request.call;
    if (!call.caller.is_stranger() || is_carried(cookie_of(call))) return {};
    return {{"Set-Cookie", set_cookie(guest_token(call), parts_.secure)}};
}

std::unique_ptr<SocketDialect> Sockets::open(live::ClientId client, platform::Connection& connection,
                                             const http::UpgradeRequest& request) {
    const http::Call& call = request.call;
    std::string_view path = call.path;
    while (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    if (!serves(path)) return nullptr;
    std::string token;
    if (call.caller.is_stranger())
        token = guest_token(call);
    else if (call.credential == cookie_of(call))
        token = call.credential;
    return std::make_unique<Socket>(*this, client, connection, std::move(token), path != "/websocket");
}

http::Answer Sockets::get_cinema(const http::Call& call, store::Read& read) {
    return http::json(cinema_json(parts_.organisations.get(read, call.caller.organisation_id)));
}

http::Answer Sockets::standing(const http::Call& call, store::Read& read) {
    std::optional<std::string> username;
    if (call.caller.person_id && !call.caller.device_id)
        if (const auto person = parts_.people.find(read, call.caller.organisation_id, call.caller.person_id))
            username = person->username.value_or(person->nickname);
    return http::json(standing_json(username));
}

http::Answer Sockets::set_status(const http::Call& call, store::Tx& tx) {
    const OrganisationId organisation_id = call.caller.organisation_id;
    const platform::JsonFields given(given_in(call));
    const auto room = parts_.rooms.find(tx, organisation_id, id_if_any<RoomId>(given, "hall_id"));
    if (!room) throw_code("SeatUpdateFailed");
    const auto before = parts_.rooms.seats(tx, organisation_id, room->id);
    const auto seat_id = id_if_any<SeatId>(given, "seat_id");
    if (std::ranges::find(before, seat_id, &rooms::Seat::id) == before.end()) throw_code("SeatUpdateFailed");
    const auto status = status_of(text_if_any(given, "status"));
    if (!status) throw_code("SeatUpdateFailed");
    rooms::SeatChange change;
    change.status = status;
    if (status == rooms::SeatStatus::vacant) { // the person on the seat leaves
        change.device_id.emplace();
        change.person_id.emplace();
    }
    parts_.rooms.change_seat(tx, organisation_id, seat_id, change);
    const auto after = parts_.rooms.seats(tx, organisation_id, room->id);
    Seats seats;
    for (const rooms::Seat& seat : after)
        seats.push_back(&seat);
    return http::json(hall_json(*room, seats)).on({{"room", room->id}, {"seat", seat_id}});
}

void Sockets::post(std::function<void()> work) {
    parts_.hub.post([work = std::move(work)](live::Hub&) { work(); });
}

void Sockets::room_changed(const rooms::Room& room) {
    post([this, room] {
        if (!halls_.has_changes()) post([this] { tell_changes(); }); // after everything this commit changed
        halls_.room_changed(room);
    });
}

void Sockets::room_removed(RoomId room_id) {
    post([this, room_id] {
        if (!halls_.has_changes()) post([this] { tell_changes(); });
        halls_.room_removed(room_id);
    });
}

void Sockets::seat_changed(const rooms::Seat& seat) {
    post([this, seat] {
        if (!halls_.has_changes()) post([this] { tell_changes(); });
        halls_.seat_changed(seat);
    });
}

void Sockets::seat_removed(RoomId room_id, SeatId seat_id) {
    post([this, room_id, seat_id] {
        if (!halls_.has_changes()) post([this] { tell_changes(); });
        halls_.seat_removed(room_id, seat_id);
    });
}

void Sockets::tell_changes() {
    for (const Halls::Change& change : halls_.take_changes())
        for (const auto& [client, socket] : sockets_)
            socket->told_of(change);
}

void Sockets::stands(const Standing& standing) {
    if (standing.old_token.empty()) return;
    post([this, standing] {
        for (const auto& [client, socket] : sockets_)
            if (socket->token() == standing.old_token) socket->stand(standing);
    });
}

} // namespace dialects::seats
