#include "fuzz/support/box.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

#include "app/appliance.h"
#include "app/routes.h"
#include "app/sockets.h"
#include "fuzz/support/door.h"
#include "fuzz/support/fuzz.h"
#include "http/serving/body.h"
#include "platform/log.h"
#include "support/lesson.h"

namespace fuzz {

namespace {

// Gives the store its part and waits for it.
class TakingBack final : public http::Executor {
public:
    explicit TakingBack(store::Store& store) : store_(store) {}
    void run(const http::Route& route, http::Call& call, std::function<bool()> work,
             std::function<void(std::exception_ptr)> done) override {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<std::exception_ptr> failure;
        const auto over = [&](const std::exception_ptr& found) {
            const std::lock_guard lock(mutex);
            failure = found;
            changed.notify_one();
        };
        try {
            if (route.runs == http::RouteClass::reads) {
                store_.submit_read(
                    [&](store::Read& read) {
                        call.lend(read);
                        work();
                        call.take_back();
                    },
                    over);
            } else if (route.runs == http::RouteClass::writes) {
                store_.submit({route.path,
                               [&](store::Tx& tx) {
                                   call.lend(tx);
                                   work();
                                   call.take_back();
                                   return store::Verdict::discard;
                               },
                               over});
            } else {
                work();
                over(nullptr);
            }
        } catch (...) {
            over(std::current_exception());
        }
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return failure.has_value(); });
        }
        done(*failure);
    }

private:
    store::Store& store_;
};

// Tokens and keys are drawn at random; here they have names.
class NamedCredentials final : public http::Authenticator {
public:
    explicit NamedCredentials(app::Services& services)
        : real_(services.logins, services.site_keys, services.clock) {}
    platform::Caller by_token(std::string_view token) override { return real_.by_token(real(token)); }
    platform::Caller by_site_key(std::string_view key) override { return real_.by_site_key(real(key)); }
    std::map<std::string, std::string, std::less<>> names;

private:
    std::string_view real(std::string_view name) const {
        const auto found = names.find(name);
        return found == names.end() ? name : std::string_view(found->second);
    }
    app::Authenticator real_;
};

} // namespace

struct Box::Impl {
    Impl();
    void name_credentials();
    void begin_uploads();
    void turn();

    support::Lesson lesson;
    support::TemporaryFolder spare;
    support::SequenceRandom spare_random;
    // Another box, of which some routes ask what surrounds the services: its addresses, how its threads fare.
    std::unique_ptr<app::Appliance> appliance;
    http::RouteTable routes;
    TakingBack executor{lesson.services->store};
    NamedCredentials credentials{*lesson.services};
    NoDefects audit;
    std::deque<std::function<void()>> due; // on the io thread
    std::unique_ptr<app::Sockets> sockets;
    std::unique_ptr<Door> door;
    std::size_t inputs = 0;
};

Box::Impl::Impl() {
    platform::set_log_level(platform::LogLevel::error); // refused sign-ins would fill the journal
    app::ApplianceOptions options;
    options.services.folder = spare.path();
    options.services.hashing = platform::SecretHasher::Cost::least;
    options.front_door.listen = {"127.0.0.1:0"};
    appliance = std::make_unique<app::Appliance>(std::move(options), lesson.clock, spare_random);
    appliance->start();
    app::Services& services = *lesson.services;
    app::add_routes(routes, services, *appliance);
    const auto later = [this](std::function<void()> work) { due.push_back(std::move(work)); };
    sockets = std::make_unique<app::Sockets>(services,
                                             http::MessageServices{.routes = routes,
                                                                   .executor = executor,
                                                                   .audit = audit,
                                                                   .clock = lesson.clock,
                                                                   .post = later,
                                                                   .work =
                                                                       [later](std::function<void()> job) {
                                                                           later(std::move(job));
                                                                           return true;
                                                                       }},
                                             credentials);
    app::add_socket_dialects(*sockets, routes, services, false);
    begin_uploads();
    door = std::make_unique<Door>(routes, executor, credentials, audit, *sockets, lesson.clock);
    name_credentials();
    lesson.order(sessions::Action::start);
}

void Box::Impl::name_credentials() {
    app::Services& services = *lesson.services;
    lesson.write([&](store::Tx& tx) {
        people::NewPerson head;
        head.role = platform::Role::administrator;
        head.nickname = head.username.emplace("head");
        head.password_hash = services.hasher.hash("correct horse");
        head.box_administrator = true;
        const auto head_id = services.people.add(tx, lesson.organisation, head).id;
        const auto log_in = [&](PersonId person_id, platform::Proof proof) {
            return services.logins.add_person(tx, lesson.organisation, person_id, proof, "fuzz").token;
        };
        const auto key = [&](const char* name, bool panel) {
            return services.site_keys.add(tx, lesson.organisation, name, panel).key;
        };
        credentials.names = {
            {"head", log_in(head_id, platform::Proof::password)},
            {"teacher", log_in(lesson.teacher, platform::Proof::password)},
            {"ada", log_in(lesson.ada, platform::Proof::pin)},
            {"headset", services.logins.add_device(tx, lesson.organisation, lesson.device_1).token},
            {"sesame", key("headsets", false)},
            {"panel", key("panel", true)}};
    });
    lesson.run_posted();
}

// Transfers are not taken back: what they bring stays in the file until the next box.
void Box::Impl::begin_uploads() {
    lesson.write([&](store::Tx& tx) {
        for (const std::int64_t length : {1'000'000, 10}) {
            courses::NewUpload wanted;
            wanted.title = "Reef";
            wanted.length = length;
            lesson.services->contents.start(tx, lesson.organisation, wanted);
        }
    });
}

// What the io thread and the workers would do by now.
void Box::Impl::turn() {
    do {
        while (!due.empty()) {
            const auto work = std::move(due.front());
            due.pop_front();
            work();
        }
        lesson.run_posted();
        lesson.services->hub.tick();
    } while (!due.empty());
}

Box::Box() : impl_(std::make_unique<Impl>()) {}
Box::~Box() {
    impl_->turn();
}

std::string Box::talk(const std::vector<std::string_view>& pieces) {
    std::string heard = impl_->door->talk(pieces);
    impl_->turn();
    return heard;
}

std::vector<std::string> Box::messages(std::string_view token, std::string_view target,
                                       const std::vector<std::string_view>& messages) {
    http::UpgradeRequest request;
    http::Call& call = request.call;
    call.method = "GET";
    call.path = target.substr(0, target.find('?'));
    if (target.size() > call.path.size())
        http::parse_query(target.substr(call.path.size() + 1), call.query_values);
    call.remote_address = "192.0.2.7";
    call.credential = token;
    call.caller = impl_->credentials.by_token(token);
    if (impl_->sockets->refuse(request)) return {};
    const auto connection = std::make_shared<support::FakeConnection>();
    impl_->sockets->headers(request);
    const auto listener = impl_->sockets->accept(connection, std::move(request));
    impl_->turn();
    for (const std::string_view message : messages) {
        if (connection->close_code != 0) break;
        const bool binary = message.starts_with('\1');
        if (binary || message.size() <= (16u << 10) || message.size() <= listener->longest_message())
            listener->on_message(message, binary);
        else
            listener->on_too_large(message.substr(0, 256));
        impl_->turn();
    }
    demand(connection->close_code != platform::code_of(platform::CloseReason::defect),
           "no message makes the server fail");
    demand(connection->close_code != 0 || connection->pauses == 0, "a socket reads on once it has answered");
    listener->on_closed({});
    impl_->turn();
    std::vector<std::string> told;
    for (const platform::Frame& frame : connection->frames)
        told.push_back(*frame.payload);
    return told;
}

Box& Box::shared() {
    constexpr std::size_t inputs_a_box = 5000;
    static std::unique_ptr<Box> box;
    if (!box || ++box->impl_->inputs > inputs_a_box) {
        box.reset();
        box = std::make_unique<Box>();
    }
    box->impl_->lesson.clock.advance(std::chrono::seconds(7)); // or sign-ins would soon wait for ever
    return *box;
}

} // namespace fuzz
