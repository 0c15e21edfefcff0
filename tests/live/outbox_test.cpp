#include "live/outbox.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>

#include "support/fake_connection.h"

namespace {

using live::DropRule;
using live::Outbox;
using live::OutboxLimits;

platform::Frame text(const std::string& content) {
    return {std::make_shared<const std::string>(content), false};
}

struct Fixture {
    explicit Fixture(OutboxLimits limits = {}) : box(std::make_shared<Outbox>(connection, limits)) {}
    std::string sent() const {
        std::string all;
        for (const auto& frame : connection->frames)
            all += (all.empty() ? "" : " ") + *frame.payload;
        return all;
    }
    // One frame is under way, so everything after it waits.
    void stall() {
        connection->stalled = true;
        box->push(text("first"), DropRule::keep);
    }
    std::shared_ptr<support::FakeConnection> connection = std::make_shared<support::FakeConnection>();
    std::shared_ptr<Outbox> box;
};

} // namespace

TEST_CASE("an outbox sends one frame after the other, in order", "[live]") {
    Fixture f;
    f.stall();
    f.box->push(text("second"), DropRule::keep);
    CHECK(f.sent() == "first");
    CHECK(f.box->waiting_frames() == 1);
    CHECK(f.box->waiting_bytes() == 6);
    f.connection->go_on();
    CHECK(f.sent() == "first second");
    CHECK(f.box->waiting_bytes() == 0);
}

TEST_CASE("a newer update takes the place of the waiting one of its key", "[live]") {
    Fixture f;
    f.stall();
    f.box->push(text("a1"), DropRule::replaceable, "a");
    f.box->push(text("b1"), DropRule::replaceable, "b");
    f.box->push(text("command"), DropRule::keep);
    f.box->push(text("a22"), DropRule::replaceable, "a");
    CHECK(f.box->waiting_bytes() == 12);
    CHECK(f.box->replaced_updates() == 1);
    f.connection->go_on();
    CHECK(f.sent() == "first a22 b1 command");
}

TEST_CASE("at most one picture of a headset waits", "[live]") {
    Fixture f;
    f.stall();
    f.box->push(text("p1"), DropRule::picture, "pictures/3");
    f.box->push(text("p2"), DropRule::picture, "pictures/3");
    f.box->push(text("q1"), DropRule::picture, "pictures/4");
    CHECK(f.box->dropped_pictures() == 1);
    f.connection->go_on();
    CHECK(f.sent() == "first p2 q1");
}

TEST_CASE("pictures are dropped first, oldest first", "[live]") {
    Fixture f({.bytes = 10, .frames = 100});
    f.stall();
    f.box->push(text("pic1"), DropRule::picture, "1");
    f.box->push(text("pic2"), DropRule::picture, "2");
    CHECK(f.box->push(text("cmd4"), DropRule::keep));
    CHECK(f.box->dropped_pictures() == 1);
    SECTION("a picture that finds no room is dropped itself") {
        CHECK(f.box->push(text("picture too large"), DropRule::picture, "3"));
        CHECK(f.box->dropped_pictures() == 3);
        f.connection->go_on();
        CHECK(f.sent() == "first cmd4");
    }
    SECTION("a command takes the room of the last one") {
        CHECK(f.box->push(text("cmd5"), DropRule::keep));
        f.connection->go_on();
        CHECK(f.sent() == "first cmd4 cmd5");
    }
}

TEST_CASE("a client that cannot keep up with undroppable frames is closed", "[live]") {
    const bool by_bytes = GENERATE(true, false);
    Fixture f(by_bytes ? OutboxLimits{.bytes = 10, .frames = 100} : OutboxLimits{.bytes = 1000, .frames = 2});
    f.stall();
    CHECK(f.box->push(text("12345"), DropRule::keep));
    CHECK(f.box->push(text("12345"), DropRule::keep));
    CHECK_FALSE(f.box->push(text("6"), DropRule::keep));
    CHECK(f.connection->close_code == code_of(platform::CloseReason::slow_reader));
    CHECK(f.box->overflowed());
    CHECK(f.box->waiting_bytes() == 0);
    CHECK_FALSE(f.box->push(text("late"), DropRule::keep));
    CHECK(f.sent() == "first");
}

TEST_CASE("one frame may be larger than the limit when it waits alone", "[live]") {
    Fixture f({.bytes = 4, .frames = 10});
    f.stall();
    CHECK(f.box->push(text("a snapshot of everything"), DropRule::keep));
    CHECK_FALSE(f.box->push(text("x"), DropRule::keep));
}

TEST_CASE("a connection that reports at once sends thousands of frames without recursion", "[live]") {
    Fixture f({.bytes = 1u << 20, .frames = 100'000});
    f.stall();
    for (int i = 0; i < 50'000; ++i)
        f.box->push(text("x"), DropRule::keep);
    f.connection->go_on();
    CHECK(f.connection->frames.size() == 50'001);
}

TEST_CASE("a report that comes after the outbox is gone is harmless", "[live]") {
    Fixture f;
    f.stall();
    f.box.reset();
    f.connection->go_on();
    CHECK(f.sent() == "first");
}
