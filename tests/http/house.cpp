#include "http/house.h"

#include <thread>

#include "platform/signs_of_life.h"

namespace house {

using http::Access;
using http::Answer;
using http::Call;
using http::Json;

namespace {

class Echo final : public platform::ConnectionListener, public platform::SignsOfLifeListener {
public:
    Echo(std::shared_ptr<platform::Connection> connection, EchoSockets& sockets)
        : connection_(std::move(connection)), sockets_(sockets) {
        ++sockets_.opened;
    }
    void on_message(std::string_view message, bool binary) override {
        if (message == "close") return connection_->close(platform::CloseReason::login_ended);
        if (message == "throw") throw std::runtime_error("a defect");
        // How often the peer answered a ping, and how often it was silent.
        if (message == "signs") message = signs_ > 1 && silences_ > 1 ? "alive" : "unknown";
        waiting_.push_back({std::make_shared<const std::string>("echo " + std::string(message)), binary});
        send_next();
    }
    std::size_t longest_message() const override { return sockets_.longest_message; }
    void on_too_large(std::string_view outline) override {
        on_message("too large: " + std::string(outline), false);
    }
    void on_closed(const platform::Ending& ending) override {
        {
            const std::lock_guard lock(sockets_.mutex);
            sockets_.endings.push_back(ending);
        }
        ++sockets_.closed;
    }
    void on_sign_of_life() override { ++signs_; }
    void on_silence() override { ++silences_; }

private:
    void send_next() {
        if (sending_ || waiting_.empty()) return;
        sending_ = true;
        auto frame = waiting_.front();
        waiting_.pop_front();
        connection_->send(std::move(frame), [this] {
            sending_ = false;
            send_next();
        });
    }
    std::shared_ptr<platform::Connection> connection_;
    int signs_ = 0, silences_ = 0;
    EchoSockets& sockets_;
    std::deque<platform::Frame> waiting_;
    bool sending_ = false;
};

} // namespace

std::unique_ptr<platform::ConnectionListener> EchoSockets::accept(
    std::shared_ptr<platform::Connection> connection, http::UpgradeRequest) {
    connections.push_back(connection);
    return std::make_unique<Echo>(std::move(connection), *this);
}

platform::Caller teacher() {
    platform::Caller caller;
    caller.organisation_id = OrganisationId(1);
    caller.person_id = PersonId(11);
    caller.role = platform::Role::teacher;
    caller.proof = platform::Proof::password;
    return caller;
}

platform::Caller student() {
    platform::Caller caller = teacher();
    caller.person_id = PersonId(12);
    caller.role = platform::Role::student;
    caller.proof = platform::Proof::pin;
    return caller;
}

platform::Caller headset() {
    platform::Caller caller;
    caller.organisation_id = OrganisationId(1);
    caller.device_id = DeviceId(31);
    caller.proof = platform::Proof::device;
    return caller;
}

bool eventually(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

House::House(http::FrontDoorOptions options) {
    callers.tokens = {{"teacher", teacher()}, {"student", student()}, {"headset", headset()}};
    for (int i = 0; i < 50; ++i) {
        callers.tokens["headset " + std::to_string(i)] = headset();
        callers.tokens["headset " + std::to_string(i)].device_id = DeviceId(100 + i);
    }
    platform::Caller key;
    key.organisation_id = OrganisationId(1);
    key.site_key_id = SiteKeyId(5);
    key.proof = platform::Proof::site_key;
    callers.keys = {{"sesame", key}};
    add_routes();
    add_more_routes();
    add_transfers();
    options.listen = {"127.0.0.1:0"};
    // A test's client answers pings only while it reads, and a sanitizer's build is slow. A test about that limit
    // sets its own.
    if (options.silent_limit == http::FrontDoorOptions{}.silent_limit)
        options.silent_limit = std::chrono::minutes(10);
    door.emplace(std::move(options), routes, executor, callers, audit, sockets, clock);
    port = door->start().at(0);
}

House::~House() {
    gate.open();
    door.reset();
}

void House::note(const std::string& what) {
    const std::lock_guard lock(mutex);
    order.push_back(what);
}

void House::add_routes() {
    routes.add(http::get("/hello", "Says hello").memory().by(Access::open).counted().handled([](Call&) {
        return http::json({{"hello", "world"}});
    }));
    routes.add(http::get("/rooms/:id", "A room")
                   .reads()
                   .by(Access::teacher)
                   .handled<Desk>([](Call& call, Desk& desk) {
                       return http::json({{"id", call.id<RoomId>("id")}, {"by", desk.name}})
                           .on({{"room", call.id<RoomId>("id")}});
                   }));
    routes.add(http::post("/rooms", "Makes a room")
                   .writes()
                   .by(Access::teacher)
                   .takes(http::object({{"name", http::text(1, 20)}, {"rows?", http::integer(1, 50)}}))
                   .gives(http::object({{"name", http::text(1, 20)}}), 201)
                   .handled<Desk>([this](Call& call, Desk&) {
                       note("write " + call.body["name"].get<std::string>());
                       return http::created(call.body, "/rooms/1");
                   }));
    routes.add(http::post("/echo", "Says what came")
                   .reads()
                   .by(Access::open)
                   .takes(http::anything())
                   .handled([](Call& call) { return http::json(call.body); }));
    routes.add(http::put("/echo", "").writes().by(Access::open).handled([](Call& call) {
        return http::text(call.content, "text/plain");
    }));
    routes.add(
        http::del("/echo", "").writes().by(Access::open).handled([](Call&) { return http::no_content(); }));
    routes.add(http::get("/wait", "Waits at the gate").slow().by(Access::open).handled([this](Call&) {
        const int now = ++running;
        for (int most = most_running; now > most && !most_running.compare_exchange_weak(most, now);)
            continue;
        gate.wait();
        --running;
        return http::json({{"waited", true}});
    }));
}

void House::add_more_routes() {
    routes.add(http::get("/defect", "").reads().by(Access::open).handled([](Call&) -> Answer {
        throw std::runtime_error("a secret detail");
    }));
    routes.add(http::get("/conflict", "").reads().by(Access::open).handled([](Call&) -> Answer {
        platform::throw_conflict("Somebody sits there.");
    }));
    routes.add(http::get("/large", "").reads().by(Access::open).handled([](Call& call) {
        return http::text(std::string(static_cast<std::size_t>(call.query_integer("bytes").value_or(0)), 'x'),
                          "text/plain");
    }));
    routes.add(http::get("/search", "")
                   .reads()
                   .by(Access::open)
                   .asks({{"limit?", http::integer(1, 200)}, {"q", http::text(1, 20)}})
                   .handled([](Call& call) {
                       return http::json({{"q", call.query("q").value()},
                                          {"limit", call.query_integer("limit").value_or(50)}});
                   }));
    routes.add(
        http::post("/form", "").reads().by(Access::open).takes(http::anything()).handled([](Call& call) {
            Json parts = Json::array();
            for (const auto& part : call.parts)
                parts.push_back(
                    {{"name", part.name}, {"file", part.filename}, {"size", part.content.size()}});
            return http::json({{"body", call.body}, {"parts", parts}});
        }));
    routes.add(http::get("/limited", "").memory().by(Access::signed_in).at_most(3).handled([](Call&) {
        return http::no_content();
    }));
    routes.add(http::get("/whoami", "").memory().by(Access::signed_in).handled([](Call& call) {
        return http::json({{"person", call.caller.person_id},
                           {"device", call.caller.device_id},
                           {"key", call.caller.site_key_id},
                           {"cookie", call.caller.by_cookie},
                           {"under_key", call.under_site_key},
                           {"path", call.path}});
    }));
}

void House::add_transfers() {
    routes.add(http::get("/film", "Streams bytes").transfer().by(Access::open).handled([](Call& call) {
        const auto bytes = static_cast<std::uint64_t>(call.query_integer("bytes").value_or(1'000'000));
        Answer answer;
        answer.content_type = "video/mp4";
        http::Stream stream;
        if (call.query("unknown") != "yes") stream.length = bytes;
        stream.provide = [bytes](std::uint64_t offset, std::uint64_t length, const auto& write) {
            const std::uint64_t end = offset + std::min(length, bytes - offset);
            for (std::uint64_t at = offset; at < end;) {
                std::string piece;
                while (piece.size() < 50'000 && at < end)
                    piece.push_back(static_cast<char>('a' + at++ % 26));
                if (!write(piece)) return;
            }
        };
        answer.stream = std::move(stream);
        return answer;
    }));
    routes.add(http::put("/content", "Takes bytes")
                   .transfer()
                   .by(Access::open)
                   .body_limit(100 << 20)
                   .handled([](Call& call) {
                       std::size_t bytes = 0, sum = 0;
                       const bool whole = call.read_body([&](std::string_view piece) {
                           bytes += piece.size();
                           for (const char c : piece)
                               sum = sum * 31 + static_cast<unsigned char>(c);
                           return true;
                       });
                       return http::json({{"bytes", bytes}, {"sum", sum}, {"whole", whole}});
                   }));
    routes.add(http::post("/refuse", "")
                   .transfer()
                   .by(Access::open)
                   .body_limit(100 << 20)
                   .handled([](Call&) -> Answer { platform::throw_conflict("Not now."); }));
}

} // namespace house
