#include "dialects/lms/lms_sockets.h"

#include <algorithm>
#include <array>
#include <set>

#include "dialects/lms/wire.h"
#include "platform/error.h"
#include "platform/log.h"
#include "platform/text.h"

namespace dialects::lms {

namespace {

constexpr std::string_view session_prefix = "/ws/session/";
constexpr std::array<std::string_view, 3> relayed{"offer", "answer", "ice_candidate"};

struct Word {
    Act act;
    const char *action, *message, *status;
};
constexpr Word words[] = {
    {Act::start, "start", "Session has started", "started"},
    {Act::pause, "pause", "Session is paused", "paused"},
    {Act::stop, "stop", "Session has stopped", "stopped"},
};

const Word& word_of(Act act) {
    return words[static_cast<std::size_t>(act)];
}

Json said(const std::string& message, const std::string& status) {
    return {{"message", message}, {"status", status}};
}

std::optional<Act> act_of(sessions::Action action) {
    switch (action) {
        case sessions::Action::start:
        case sessions::Action::resume:
            return Act::start;
        case sessions::Action::pause:
            return Act::pause;
        case sessions::Action::stop:
            return Act::stop;
        default:
            return std::nullopt; // this dialect has no word for it
    }
}

std::optional<SessionId> session_of_path(std::string_view path) {
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (!path.starts_with(session_prefix)) return std::nullopt;
    const auto id = platform::parse_integer(path.substr(session_prefix.size()));
    return id && *id > 0 ? std::optional(SessionId(*id)) : std::nullopt;
}

bool is_relayed(std::string_view action) {
    return std::ranges::find(relayed, action) != relayed.end();
}

bool is_staff(const platform::Caller& caller) {
    return caller.role >= platform::Role::viewer;
}

// The headset that a signal is about, if it names one by its id, as Lectern's own pages do.
DeviceId device_called(const platform::JsonFields& fields) {
    const Json& id = fields.json("device_id");
    return id.is_number_integer() && id.get<std::int64_t>() > 0 ? DeviceId(id.get<std::int64_t>())
                                                                : DeviceId();
}

// Nobody answers in a headset's name but that headset. Where a signal names none, as in the original's
// clients, at least no student's page answers a teacher's call.
bool may_signal(const platform::Caller& caller, std::string_view action, DeviceId called, bool has_offered) {
    if (called)
        return caller.device_id == called ? action != "offer" : is_staff(caller) && action != "answer";
    if (action == "offer" || is_staff(caller) || caller.device_id) return true;
    return action == "ice_candidate" && has_offered;
}

[[noreturn]] void throw_no_session() {
    throw platform::Error(platform::ErrorKind::not_found, "Session not found");
}

const Word* word_for(std::string_view action) {
    const auto* found = std::ranges::find(words, action, &Word::action);
    return found == std::end(words) ? nullptr : found;
}

} // namespace

struct Sockets::Announcement {
    OrganisationId organisation_id;
    SessionId session_id;
    std::int64_t number = 0; // of the command; 0: it changed nothing, and there was none
    Act act = Act::start;
    live::ClientId except = 0;
    // The people who belong to the session without having asked for it by its id.
    std::set<PersonId> persons;
    std::set<DeviceId> devices;
    bool ready = false;
};

// One socket's share: its messages with `action`, and the session it is in.
class Sockets::Socket final : public SocketDialect {
public:
    Socket(Sockets& sockets, live::ClientId client, platform::Connection& connection,
           SessionId asked_session);
    ~Socket() override;
    bool take(const Json* message, std::string_view text) override;

    // True by the socket's address, or by the person or headset that holds the socket.
    bool is_in(const Announcement& announcement) const;
    void told_of(const Announcement& announcement);
    platform::Caller caller() const;
    SessionId session() const { return session_; }
    bool has_offered() const { return has_offered_; }
    void offers() { has_offered_ = true; }

private:
    void find_session();
    void queue(const char* type, Json data);
    void reply(const Json& envelope);

    Sockets& sockets_;
    const live::ClientId client_;
    const SessionId asked_session_; // from the address; none on /websocket/
    SessionId session_;             // the one it is in, if any
    bool has_offered_ = false;      // a WebRTC call, with candidates of its own
    bool speaks_other_ = false;     // a client of another dialect shares /websocket/ with ours
    std::shared_ptr<http::MessageQueue> queue_;
};

Sockets::Socket::Socket(Sockets& sockets, live::ClientId client, platform::Connection& connection,
                        SessionId asked_session)
    : sockets_(sockets),
      client_(client),
      asked_session_(asked_session),
      queue_(std::make_shared<http::MessageQueue>(
          sockets.messages_, connection, client, [this] { return caller(); },
          [this](const Json& envelope) { reply(envelope); })) {
    sockets_.sockets_.emplace(client_, this);
    if (asked_session_)
        queue("join", {{"session_id", asked_session_}});
    else
        find_session();
}

Sockets::Socket::~Socket() {
    queue_->close();
    sockets_.sockets_.erase(client_);
}

platform::Caller Sockets::Socket::caller() const {
    const platform::Caller* caller = sockets_.parts_.hub.caller(client_);
    return caller == nullptr ? platform::Caller{} : *caller;
}

void Sockets::Socket::find_session() {
    if (!session_ && !asked_session_ && !caller().is_stranger()) queue("find", Json::object());
}

void Sockets::Socket::queue(const char* type, Json data) {
    queue_->take(Json{{"type", type}, {"data", std::move(data)}, {"eid", nullptr}});
}

bool Sockets::Socket::take(const Json* message, std::string_view) {
    const Json none;
    const platform::JsonFields fields(message == nullptr ? none : *message);
    if (!fields.has("action") && !asked_session_) {
        speaks_other_ = true;
        return false;
    }
    speaks_other_ = false;
    const std::string action = text_if_any(fields, "action");
    if (const Word* word = word_for(action)) {
        Json data = Json::object();
        if (asked_session_)
            data["session_id"] = asked_session_;
        else if (fields.has("session_id"))
            data["session_id"] = fields.json("session_id");
        queue(word->action, std::move(data));
    } else if (is_relayed(action)) {
        find_session();
        queue("relay", *message);
    } else {
        queue("unknown", Json::object());
    }
    return true;
}

void Sockets::Socket::reply(const Json& envelope) {
    const platform::JsonFields fields(envelope);
    const std::string type = text_if_any(fields, "type");
    if (text_if_any(fields, "status") == "success") {
        if (type == "join" || type == "find")
            session_ = fields.object("data").get<SessionId>("session_id");
        else
            sockets_.parts_.hub.send(client_, fields.json("data"));
        return;
    }
    if (type == "find") return; // then it is in no session
    const std::string sentence = text_if_any(fields, "error");
    sockets_.parts_.hub.send(client_, said(sentence.empty() ? "Error" : sentence, "error"));
    if (type != "join") return;
    // Posted, because closing ends this socket, which is in the middle of its reply.
    sockets_.parts_.hub.post(
        [client = client_](live::Hub& hub) { hub.close(client, platform::CloseReason::no_session); });
}

bool Sockets::Socket::is_in(const Announcement& announcement) const {
    if (session_ == announcement.session_id) return true;
    if (asked_session_ || speaks_other_) return false;
    const platform::Caller who = caller();
    return who.organisation_id == announcement.organisation_id &&
           (announcement.persons.contains(who.person_id) || announcement.devices.contains(who.device_id));
}

void Sockets::Socket::told_of(const Announcement& announcement) {
    if (!asked_session_) session_ = announcement.act == Act::stop ? SessionId() : announcement.session_id;
    if (client_ == announcement.except || speaks_other_) return;
    const Word& word = word_of(announcement.act);
    sockets_.parts_.hub.send(client_, said(word.message, word.status));
    const DeviceId device_id = caller().device_id;
    // A headset of Lectern's own that is also here, for a live view, reports by itself when it has obeyed.
    if (announcement.number != 0 && device_id && !sockets_.parts_.director.answers_itself(device_id))
        sockets_.answer_for(device_id, announcement);
}

Sockets::Sockets(const Parts& parts, const http::MessageServices& messages)
    : parts_(parts),
      messages_{.routes = routes_,
                .executor = messages.executor,
                .audit = messages.audit,
                .clock = messages.clock,
                .post = messages.post} {
    add_routes();
}

Sockets::~Sockets() = default;

void Sockets::add_routes() {
    using http::Access;
    routes_.add(http::message("join", "LMS dialect: /ws/session/ID/ opened")
                    .writes()
                    .by(Access::signed_in)
                    .errors(socket_error_answer)
                    .handled<store::Tx>([this](http::Call& call, store::Tx& tx) { return join(call, tx); }));
    routes_.add(
        http::message("find", "LMS dialect: /websocket/ looks for its session")
            .reads()
            .by(Access::signed_in)
            .errors(socket_error_answer)
            .counted()
            .handled<store::Read>([this](http::Call& call, store::Read& read) { return find(call, read); }));
    for (const Word& word : words)
        routes_.add(http::message(word.action, std::string("LMS dialect: ") + word.action)
                        .writes()
                        .by(Access::teacher)
                        .errors(socket_error_answer)
                        .handled<store::Tx>([this, act = word.act](http::Call& call, store::Tx& tx) {
                            return control(call, tx, act);
                        }));
    routes_.add(http::message("relay", "LMS dialect: offer, answer and ice_candidate")
                    .memory()
                    .by(Access::signed_in)
                    .errors(socket_error_answer)
                    .counted()
                    .handled([this](http::Call& call) { return relay(call); }));
    routes_.add(http::message("unknown", "LMS dialect: any other action")
                    .memory()
                    .by(Access::open)
                    .errors(socket_error_answer)
                    .counted()
                    .handled([](http::Call&) { return http::json(said("Invalid action", "error")); }));
}

bool Sockets::serves(std::string_view path) const {
    return path == "/websocket" || session_of_path(path).has_value();
}

std::unique_ptr<http::Answer> Sockets::refuse(const http::UpgradeRequest& request) {
    if (!session_of_path(request.call.path) || !request.call.caller.is_stranger()) return nullptr;
    return std::make_unique<http::Answer>(error_answer(
        request.call,
        platform::Error(platform::ErrorKind::unauthorized, "A session's socket needs a token.")));
}

std::unique_ptr<SocketDialect> Sockets::open(live::ClientId client, platform::Connection& connection,
                                             const http::UpgradeRequest& request) {
    std::string_view path = request.call.path;
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (!serves(path)) return nullptr;
    return std::make_unique<Socket>(*this, client, connection, session_of_path(path).value_or(SessionId()));
}

http::Answer Sockets::join(http::Call& call, store::Tx& tx) {
    const auto id = fields_of(call).id<SessionId>("session_id");
    const auto session = parts_.sessions.find(tx, call.caller.organisation_id, id);
    if (!session) throw_no_session();
    if (call.caller.device_id)
        parts_.director.join(tx, call.caller.organisation_id, id, call.caller.device_id);
    else if (!admits_person(tx, parts_, *session, call.caller))
        throw platform::Error(platform::ErrorKind::forbidden, "The session is for another class.");
    return http::json({{"session_id", id}}).on({{"session", id}});
}

http::Answer Sockets::find(http::Call& call, store::Read& read) {
    return http::json({{"session_id", running_session(read, parts_, call.caller).value_or(SessionId())}});
}

http::Answer Sockets::control(http::Call& call, store::Tx& tx, Act what) {
    std::optional<SessionId> id;
    const LaxFields fields = fields_of(call);
    if (fields.has("session_id")) id = fields.id<SessionId>("session_id");
    if (!id) id = running_session(tx, parts_, call.caller);
    if (!id) id = newest_session(tx, parts_, call.caller);
    if (!id) throw_no_session();
    const auto acted = act(tx, parts_, call.caller, *id, what);
    if (acted.command == 0) {
        // It is in that state already. Everybody hears it all the same: some count on every word.
        tx.after_commit([this, what, from = call.socket_id,
                         session = parts_.sessions.get(tx, call.caller.organisation_id, acted.session_id)] {
            parts_.hub.post([this, what, from, session](live::Hub&) { announce(session, what, 0, from); });
        });
    } else {
        const std::pair key{acted.session_id, acted.command};
        const std::lock_guard lock(mutex_);
        origins_[key] = call.socket_id;
        tx.on_rollback([this, key] {
            const std::lock_guard again(mutex_);
            origins_.erase(key);
        });
    }
    const Word& word = word_of(what);
    return http::json(said(word.message, word.status)).on({{"session", acted.session_id}});
}

http::Answer Sockets::relay(const http::Call& call) {
    const auto sender = sockets_.find(call.socket_id);
    const SessionId session = sender == sockets_.end() ? SessionId() : sender->second->session();
    if (!session) throw_no_session();
    const std::string action = text_if_any(call.fields(), "action");
    const DeviceId called = device_called(call.fields());
    if (!may_signal(call.caller, action, called, sender->second->has_offered()))
        throw platform::Error(platform::ErrorKind::forbidden, "This call is another's.");
    if (action == "offer") sender->second->offers();
    Json message = call.body;
    message["type"] = "webrtc_signal";
    // The server fills in the `sender` of a message that has one: so a headset can show itself to teachers,
    // and nobody can claim to be someone else.
    if (call.fields().has("sender")) {
        const platform::Role role = call.caller.role;
        message["sender"] = {{"role", role == platform::Role::none ? "none" : platform::name_of(role)},
                             {"person_id", call.caller.person_id},
                             {"device_id", call.caller.device_id}};
    }
    const bool from_staff = is_staff(call.caller);
    for (const auto& [client, socket] : sockets_) {
        if (client == call.socket_id || socket->session() != session) continue;
        // A call that names its headset is between that headset and staff.
        const platform::Caller there = socket->caller();
        if (called && (from_staff ? there.device_id != called : !is_staff(there))) continue;
        parts_.hub.send(client, message);
    }
    return http::json(said(action + " relayed", "success"));
}

void Sockets::session_ordered(const sessions::OrderSnapshot& ordered) {
    const auto what = act_of(ordered->command.action);
    if (!what) return;
    live::ClientId except = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto origin = origins_.extract({ordered->session.id, ordered->command.number});
        if (!origin.empty()) except = origin.mapped();
    }
    announce(ordered->session, *what, ordered->command.number, except);
}

void Sockets::announce(const sessions::Session& session, Act what, std::int64_t number,
                       live::ClientId except) {
    auto announcement = std::make_shared<Announcement>();
    announcement->organisation_id = session.organisation_id;
    announcement->session_id = session.id;
    announcement->number = number;
    announcement->act = what;
    announcement->except = except;
    if (sockets_.empty()) return;
    announcements_.push_back(announcement);
    const auto done = [this, announcement](std::exception_ptr) {
        parts_.hub.post([this, announcement](live::Hub&) {
            announcement->ready = true;
            deliver_ready();
        });
    };
    const auto look = [announcement, session, parts = parts_](store::Read& read) {
        announcement->persons.insert(session.teacher.id);
        if (session.class_id)
            for (const auto& student :
                 parts.classes.students(read, session.organisation_id, *session.class_id))
                announcement->persons.insert(student.id);
        for (const auto device : parts.sessions.devices(read, session.organisation_id, session.id))
            announcement->devices.insert(device);
        for (const auto device : parts.sessions.candidates(read, session))
            announcement->devices.insert(device);
    };
    try {
        parts_.store.submit_read(look, done);
    } catch (const platform::Error&) {
        // The readers are too busy: only sockets that asked for the session by its id hear of it.
        done(nullptr);
    }
}

void Sockets::deliver_ready() {
    while (!announcements_.empty() && announcements_.front()->ready) {
        const auto announcement = announcements_.front();
        announcements_.pop_front();
        deliver(*announcement);
    }
}

void Sockets::deliver(const Announcement& announcement) {
    for (const auto& [client, socket] : sockets_)
        if (socket->is_in(announcement)) socket->told_of(announcement);
}

// This dialect's headsets do not answer commands. A command that was sent to one counts as done, or
// the teacher's page would show every one of them as failing every command.
void Sockets::answer_for(DeviceId device_id, const Announcement& announcement) {
    const auto answer = [parts = parts_, device_id, organisation_id = announcement.organisation_id,
                         session_id = announcement.session_id, number = announcement.number](store::Tx& tx) {
        sessions::CommandAnswer done;
        done.device_id = device_id;
        done.state = sessions::AnswerState::done;
        parts.director.answer(tx, organisation_id, session_id, number, done);
        return store::Verdict::keep;
    };
    try {
        parts_.store.submit({"answer for a headset", answer, [](std::exception_ptr) {}});
    } catch (const platform::Error&) {
        platform::log_warning("the answer of a headset was lost: the store is too busy");
    }
}

} // namespace dialects::lms
