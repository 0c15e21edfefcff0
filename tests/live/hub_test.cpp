#include "live/hub.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <deque>
#include <memory>

#include "platform/error.h"
#include "support/fake_connection.h"
#include "support/manual_clock.h"

namespace {

using live::ClientId;
using live::Delivery;
using live::DropRule;
using live::Hub;
using live::Json;
using live::Seen;
using platform::ErrorKind;
using platform::Role;
using support::FakeConnection;

struct Listener {
    std::shared_ptr<FakeConnection> connection;
    ClientId id = 0;
    Json last() const { return connection->last(); }
    std::size_t frames() const { return connection->frames.size(); }
};

struct Fixture {
    explicit Fixture(live::OutboxLimits limits = {}, const std::string& epoch = "morning")
        : hub([this](std::function<void()> work) { posted.push_back(std::move(work)); }, clock, epoch,
              limits) {
        hub.open_topic("room/7", OrganisationId(1), Role::viewer);
    }
    Listener add(Delivery delivery, Role role = Role::teacher,
                 OrganisationId organisation = OrganisationId(1)) {
        auto connection = std::make_shared<FakeConnection>();
        platform::Caller caller;
        caller.organisation_id = organisation;
        caller.role = role;
        return {connection, hub.add_client(connection, delivery, caller)};
    }
    Listener page() { return add(Delivery::ticked); }
    Listener page_on(const std::string& topic) {
        Listener listener = page();
        hub.subscribe(listener.id, topic, {});
        return listener;
    }
    support::ManualClock clock;
    std::deque<std::function<void()>> posted;
    Hub hub;
};

ErrorKind kind_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const platform::Error& error) {
        return error.kind();
    }
    return ErrorKind::internal;
}

} // namespace

TEST_CASE("a subscriber gets a snapshot, then what changes, with versions", "[live]") {
    Fixture f;
    f.hub.set("room/7", "room", {{"name", "Room 2"}});
    f.hub.set("room/7", "seat/1", {{"status", "vacant"}});
    Listener page = f.page();
    f.hub.subscribe(page.id, "room/7", {});

    const Json snapshot = page.last();
    CHECK(snapshot["type"] == "topic");
    CHECK(snapshot["status"] == "snapshot");
    CHECK(snapshot["error"].is_null());
    CHECK(snapshot["ts"] == f.clock.now_ms());
    CHECK(snapshot["data"]["topic"] == "room/7");
    CHECK(snapshot["data"]["epoch"] == "morning");
    CHECK(snapshot["data"]["entries"] ==
          Json{{"room", {{"name", "Room 2"}}}, {"seat/1", {{"status", "vacant"}}}});

    f.hub.set("room/7", "seat/1", {{"status", "occupied"}});
    f.hub.erase("room/7", "room");
    CHECK(page.frames() == 1);
    f.hub.tick();
    const Json update = page.last();
    CHECK(update["status"] == "update");
    CHECK(update["data"]["version"] > snapshot["data"]["version"]);
    CHECK(update["data"]["entries"] == Json{{"seat/1", {{"status", "occupied"}}}});
    CHECK(update["data"]["erased"] == Json{"room"});
}

TEST_CASE("a tick in which nothing changed sends nothing", "[live]") {
    Fixture f;
    f.hub.set("room/7", "room", 1);
    Listener page = f.page_on("room/7");
    f.hub.tick();
    f.hub.set("room/7", "room", 1); // no change
    f.hub.erase("room/7", "nothing");
    f.hub.tick();
    CHECK(page.frames() == 1);
}

TEST_CASE("many changes of a tick are one frame with the newest values", "[live]") {
    Fixture f;
    Listener page = f.page_on("room/7");
    for (int i = 0; i < 100; ++i)
        f.hub.set("room/7", "seat/" + std::to_string(i % 3), i);
    f.hub.tick();
    CHECK(page.frames() == 2);
    CHECK(page.last()["data"]["entries"] == Json{{"seat/0", 99}, {"seat/1", 97}, {"seat/2", 98}});
}

TEST_CASE("a value put off is made once a tick, by the newest maker", "[live]") {
    Fixture f;
    Listener page = f.page_on("room/7");
    Listener client = f.add(Delivery::immediate);
    f.hub.subscribe(client.id, "room/7", {});
    int made = 0;
    for (int i = 0; i < 50; ++i)
        f.hub.set_later("room/7", "seat/1", [&made, i] { return Json(i + ++made); });
    CHECK(made == 0);
    f.hub.tick();
    CHECK(made == 1);
    CHECK(page.last()["data"]["entries"] == Json{{"seat/1", 50}});
    CHECK(client.last() == page.last());
    f.hub.tick();
    CHECK(page.frames() == 2);
    f.hub.set_later("room/7", "seat/1", [] { return Json(50); }); // no change
    f.hub.tick();
    CHECK(page.frames() == 2);
}

TEST_CASE("a value put off is not made while nobody listens, and a later subscriber gets it", "[live]") {
    Fixture f;
    int made = 0;
    f.hub.set_later("room/7", "seat/1", [&made] { return Json(++made); });
    f.hub.tick();
    CHECK(made == 0);
    SECTION("a subscriber") {
        Listener page = f.page_on("room/7");
        CHECK(page.last()["data"]["entries"] == Json{{"seat/1", 1}});
    }
    SECTION("a reader of the entry") {
        CHECK(*f.hub.entry("room/7", "seat/1") == 1);
    }
    SECTION("but what is set or erased since counts") {
        f.hub.set("room/7", "seat/1", 7);
        f.hub.set_later("room/7", "seat/2", [] { return Json(1); });
        f.hub.erase("room/7", "seat/2");
        Listener page = f.page_on("room/7");
        CHECK(page.last()["data"]["entries"] == Json{{"seat/1", 7}});
    }
}

TEST_CASE("changes of several topics in a tick are one frame: an array", "[live]") {
    Fixture f;
    f.hub.open_topic("session/12", OrganisationId(1), Role::viewer);
    Listener both = f.page_on("room/7");
    f.hub.subscribe(both.id, "session/12", {});
    Listener other = f.page_on("room/7");
    f.hub.subscribe(other.id, "session/12", {});
    f.hub.set("room/7", "room", 1);
    f.hub.set("session/12", "session", 2);
    f.hub.tick();
    REQUIRE(both.frames() == 3);
    REQUIRE(both.last().is_array());
    CHECK(both.last()[0]["data"]["topic"] == "room/7");
    CHECK(both.last()[1]["data"]["topic"] == "session/12");
    CHECK(both.connection->frames.back().payload == other.connection->frames.back().payload);
}

TEST_CASE("headsets hear a change at once, a message each", "[live]") {
    Fixture f;
    f.hub.open_topic("headsets/1", OrganisationId(1), Role::none);
    Listener headset = f.add(Delivery::immediate, Role::none);
    f.hub.subscribe(headset.id, "headsets/1", {});
    f.hub.set("headsets/1", "a", 1);
    CHECK(headset.last()["data"]["entries"] == Json{{"a", 1}});
    f.hub.set("headsets/1", "b", 2);
    CHECK(headset.last()["data"]["entries"] == Json{{"b", 2}});
    f.hub.tick();
    CHECK(headset.frames() == 3);
}

TEST_CASE("a message is serialised once for all subscribers", "[live]") {
    Fixture f;
    f.hub.set("room/7", "room", "large");
    const bool pages = GENERATE(true, false);
    Listener first = f.add(pages ? Delivery::ticked : Delivery::immediate);
    Listener second = f.add(pages ? Delivery::ticked : Delivery::immediate);
    f.hub.subscribe(first.id, "room/7", {});
    f.hub.subscribe(second.id, "room/7", {});
    f.hub.set("room/7", "room", "larger");
    f.hub.tick();
    f.hub.tell("room/7", {{"type", "question"}});
    const std::vector<ClientId> ids{first.id, second.id};
    f.hub.send(ids, {{"type", "command"}});
    REQUIRE(first.frames() == 4);
    REQUIRE(second.frames() == 4);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(first.connection->frames[i].payload == second.connection->frames[i].payload);
}

TEST_CASE("a client that returns with the version it has seen gets only the changes, erased keys included",
          "[live]") {
    Fixture f;
    f.hub.set("room/7", "room", 1);
    f.hub.set("room/7", "seat/1", 1);
    f.hub.set("room/7", "seat/2", 1);
    Listener page = f.page_on("room/7");
    const std::uint64_t version = page.last()["data"]["version"];
    f.hub.remove_client(page.id);
    f.hub.set("room/7", "seat/2", 2);
    f.hub.erase("room/7", "seat/1");
    f.hub.erase("room/7", "room");
    f.hub.set("room/7", "room", 3);

    Listener again = f.page();
    f.hub.subscribe(again.id, "room/7", Seen{"morning", version});
    CHECK(again.last()["status"] == "update");
    CHECK(again.last()["data"]["entries"] == Json{{"seat/2", 2}, {"room", 3}});
    CHECK(again.last()["data"]["erased"] == Json{"seat/1"});
}

TEST_CASE("a client that returns gets a fresh snapshot when the hub cannot tell what changed", "[live]") {
    Fixture f;
    f.hub.set("room/7", "room", 1);
    Listener page = f.page_on("room/7");
    const std::uint64_t version = page.last()["data"]["version"];
    Listener again = f.page();
    SECTION("the server was restarted: another epoch") {
        f.hub.subscribe(again.id, "room/7", Seen{"yesterday", version});
    }
    SECTION("a version of the future") {
        f.hub.subscribe(again.id, "room/7", Seen{"morning", version + 1});
    }
    SECTION("the topic was closed and opened again") {
        f.hub.close_topic("room/7");
        f.hub.open_topic("room/7", OrganisationId(1), Role::viewer);
        f.hub.set("room/7", "room", 1);
        f.hub.subscribe(again.id, "room/7", Seen{"morning", version});
    }
    SECTION("more keys were erased since than are remembered") {
        for (int i = 0; i < 1100; ++i) {
            f.hub.set("room/7", "seat/" + std::to_string(i), 1);
            f.hub.erase("room/7", "seat/" + std::to_string(i));
        }
        f.hub.subscribe(again.id, "room/7", Seen{"morning", version});
    }
    CHECK(again.last()["status"] == "snapshot");
    CHECK(again.last()["data"]["entries"] == Json{{"room", 1}});
}

TEST_CASE("a client that returns to an unchanged topic is told so", "[live]") {
    Fixture f;
    f.hub.set("room/7", "room", 1);
    Listener page = f.page_on("room/7");
    Listener again = f.page();
    f.hub.subscribe(again.id, "room/7", Seen{"morning", page.last()["data"]["version"]});
    CHECK(again.last()["status"] == "update");
    CHECK(again.last()["data"]["entries"] == Json::object());
}

TEST_CASE("a topic is only for its organisation and from its role upwards", "[live]") {
    Fixture f;
    const auto refused = [&](Role role, OrganisationId organisation, const std::string& topic) {
        Listener listener = f.add(Delivery::ticked, role, organisation);
        return kind_of([&] { f.hub.subscribe(listener.id, topic, {}); });
    };
    CHECK(refused(Role::teacher, OrganisationId(2), "room/7") == ErrorKind::not_found);
    CHECK(refused(Role::student, OrganisationId(1), "room/7") == ErrorKind::not_found);
    CHECK(refused(Role::none, OrganisationId(), "room/7") == ErrorKind::not_found);
    CHECK(refused(Role::administrator, OrganisationId(1), "room/8") == ErrorKind::not_found);
    Listener page = f.page_on("room/7");
    CHECK(kind_of([&] { f.hub.subscribe(page.id, "room/7", {}); }) == ErrorKind::conflict);
}

TEST_CASE("one connection subscribes to at most 256 topics", "[live]") {
    Fixture f;
    Listener page = f.page();
    for (int i = 0; i < 257; ++i)
        f.hub.open_topic("t/" + std::to_string(i), OrganisationId(1), Role::viewer);
    for (int i = 0; i < 256; ++i)
        f.hub.subscribe(page.id, "t/" + std::to_string(i), {});
    CHECK(kind_of([&] { f.hub.subscribe(page.id, "t/256", {}); }) == ErrorKind::conflict);
}

TEST_CASE("a reader that stalls delays nobody, and gets the newest state once it reads again", "[live]") {
    Fixture f;
    Listener slow = f.page_on("room/7");
    Listener quick = f.page_on("room/7");
    slow.connection->stalled = true;
    for (int i = 1; i <= 200; ++i) {
        f.hub.set("room/7", "seat/" + std::to_string(i % 5), i);
        f.hub.tick();
        CHECK(quick.last()["data"]["entries"].size() == 1);
    }
    CHECK(quick.frames() == 201);
    CHECK(slow.connection->close_code == 0);
    CHECK(f.hub.outbox(slow.id)->waiting_frames() <= 4);
    CHECK(f.hub.figures().held_back_updates > 0);

    slow.connection->go_on();
    f.hub.tick();
    CHECK(slow.last()["data"]["version"] == quick.last()["data"]["version"]);
    CHECK(slow.last()["data"]["entries"] ==
          Json{{"seat/0", 200}, {"seat/1", 196}, {"seat/2", 197}, {"seat/3", 198}, {"seat/4", 199}});
    CHECK(slow.frames() < 10);
}

TEST_CASE("a stalled client of an immediate topic catches up at a tick", "[live]") {
    Fixture f;
    Listener client = f.add(Delivery::immediate);
    f.hub.subscribe(client.id, "room/7", {});
    client.connection->stalled = true;
    for (int i = 1; i <= 50; ++i)
        f.hub.set("room/7", "room", i);
    client.connection->go_on();
    f.hub.tick();
    CHECK(client.last()["data"]["entries"] == Json{{"room", 50}});
    CHECK(client.frames() < 10);
}

TEST_CASE("a client that lets too much wait is closed, and the others hear everything", "[live]") {
    Fixture f({.bytes = 500, .frames = 100});
    Listener stalled = f.page_on("room/7");
    Listener other = f.page_on("room/7");
    stalled.connection->stalled = true;
    stalled.connection->on_close = [&] {
        f.hub.remove_client(stalled.id);
    }; // as a socket may, in the middle of it
    for (int i = 0; i < 50; ++i)
        f.hub.tell("room/7", {{"type", "question"}, {"number", i}});
    CHECK(stalled.connection->close_code == code_of(platform::CloseReason::slow_reader));
    CHECK(f.hub.outbox(stalled.id) == nullptr);
    CHECK(f.hub.subscribers("room/7") == 1);
    CHECK(other.frames() == 51);
    CHECK(f.hub.figures().dropped_clients == 1);
    CHECK(f.hub.figures().clients == 1);
}

TEST_CASE("a picture goes to everyone who watches, but not back to its sender", "[live]") {
    Fixture f;
    f.hub.open_topic("pictures/3", OrganisationId(1), Role::none);
    Listener watching = f.page_on("pictures/3");
    Listener sender = f.page_on("pictures/3");
    const platform::Frame picture{std::make_shared<const std::string>("\x01jpeg"), true};
    f.hub.relay("pictures/3", picture, DropRule::picture, sender.id);
    CHECK(watching.connection->frames.back().binary);
    CHECK(watching.connection->frames.back().payload == picture.payload);
    CHECK(sender.frames() == 1);

    watching.connection->stalled = true;
    for (int i = 0; i < 30; ++i)
        f.hub.relay("pictures/3", picture, DropRule::picture);
    CHECK(f.hub.outbox(watching.id)->waiting_frames() == 1);
    CHECK(f.hub.figures().dropped_pictures == 28);
}

TEST_CASE("a topic that closes says so and forgets its subscribers", "[live]") {
    Fixture f;
    Listener page = f.page_on("room/7");
    f.hub.set("room/7", "room", 1);
    f.hub.close_topic("room/7");
    CHECK(page.last()["status"] == "closed");
    CHECK(page.last()["data"]["topic"] == "room/7");
    f.hub.set("room/7", "room", 2);
    f.hub.tick();
    CHECK(page.frames() == 2);
    CHECK_FALSE(f.hub.is_open("room/7"));
    CHECK(f.hub.figures().topics == 0);
}

TEST_CASE("a client that unsubscribed hears no more", "[live]") {
    Fixture f;
    Listener page = f.page_on("room/7");
    f.hub.set("room/7", "room", 1);
    f.hub.unsubscribe(page.id, "room/7");
    f.hub.unsubscribe(page.id, "room/7");
    f.hub.tick();
    CHECK(page.frames() == 1);
}

TEST_CASE("posted work runs when it is its turn, and its failure hurts nobody", "[live]") {
    Fixture f;
    bool ran = false;
    f.hub.post([](Hub&) { throw std::runtime_error("a defect"); });
    f.hub.post([&](Hub& hub) { ran = &hub == &f.hub; });
    CHECK_FALSE(ran);
    for (const auto& work : f.posted)
        work();
    CHECK(ran);
}

TEST_CASE("posted work that outlives the hub does nothing", "[live]") {
    support::ManualClock clock;
    std::vector<std::function<void()>> posted;
    bool ran = false;
    {
        Hub hub([&](std::function<void()> work) { posted.push_back(std::move(work)); }, clock, "morning");
        hub.post([&](Hub&) { ran = true; });
    }
    posted.at(0)();
    CHECK_FALSE(ran);
}

TEST_CASE("text that is not UTF-8 does not keep the others from hearing", "[live]") {
    Fixture f;
    Listener page = f.page_on("room/7");
    f.hub.set("room/7", "room", "broken \xff");
    f.hub.tick();
    CHECK(page.last()["data"]["entries"]["room"] == "broken \xEF\xBF\xBD");
}
