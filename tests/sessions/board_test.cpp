// What the teacher's pages show beside the lesson itself: pictures within a share of the Wi-Fi, the board
// before a lesson, a spare in a headset's place, what a headset said recently.
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "devices/inspector.h"
#include "platform/error.h"
#include "sessions/before/preflight.h"
#include "sessions/shown/pictures.h"
#include "support/lesson.h"

using namespace std::chrono_literals;
using sessions::Action;
using support::Headset;
using support::Lesson;
using Json = nlohmann::json;

namespace {

std::int64_t bytes_per_s(const sessions::PicturePlan& plan, const sessions::Audience& audience) {
    if (plan.interval_ms == 0) return 0;
    return plan.max_bytes * 1000 / plan.interval_ms *
           static_cast<std::int64_t>(audience.headsets + audience.listeners);
}

} // namespace

TEST_CASE("all pictures together stay under their share of the Wi-Fi", "[sessions]") {
    for (const std::int64_t share : {200'000, 1'000'000, 2'500'000})
        for (const std::size_t wall : {0u, 1u, 30u, 60u})
            for (const std::size_t large : {0u, 1u}) {
                const sessions::Audience on_wall{wall, wall}, shown_large{large, large * 2};
                const auto plans = sessions::plan_pictures(on_wall, shown_large, share);
                INFO(share << " bytes/s, " << wall << " on the wall, " << large << " large");
                CHECK(bytes_per_s(plans.wall, on_wall) + bytes_per_s(plans.large, shown_large) <=
                      share * 21 / 20);
                CHECK((plans.wall.interval_ms == 0) == (wall == 0));
                CHECK((plans.large.interval_ms == 0) == (large == 0));
                CHECK(plans.wall.max_bytes <= 64 * 1024);
                CHECK(plans.wall.interval_ms <= 10'000);
            }
    CHECK(sessions::plan_pictures({30, 30}, {}, 2'500'000).wall.interval_ms == 1000); // about one a second
}

TEST_CASE("a headset sends pictures only while somebody watches, larger ones where it is shown large",
          "[sessions]") {
    Lesson lesson;
    Headset one(lesson, lesson.device_1);
    live::Hub& hub = lesson.services->hub;
    const auto page = std::make_shared<support::FakeConnection>();
    platform::Caller teacher;
    teacher.organisation_id = lesson.organisation;
    teacher.person_id = lesson.teacher;
    teacher.role = platform::Role::teacher;
    const live::ClientId client = hub.add_client(page, live::Delivery::ticked, teacher);
    const auto asked = [&] {
        lesson.services->director.ask_for_pictures();
        return one.last("pictures");
    };
    CHECK(asked().is_null());
    const std::string id = to_string(lesson.device_1);
    hub.subscribe(client, "pictures/" + id, {});
    const Json small = asked();
    CHECK(small["interval_ms"] == 1000);
    hub.subscribe(client, "view/" + id, {});
    CHECK(asked()["max_bytes"] > small["max_bytes"]);
    CHECK(asked()["interval_ms"] < small["interval_ms"]);
    const std::size_t before = page->frames.size();
    lesson.services->pictures.received(lesson.device_1, "JPEG");
    REQUIRE(page->frames.size() > before);
    const std::string frame = *page->frames.back().payload;
    CHECK(frame == std::string("\1\0\0\0\0\0\0\0", 8) + static_cast<char>(lesson.device_1.value()) + "JPEG");
    hub.remove_client(client);
    CHECK(asked()["interval_ms"] == 0);
    const std::size_t told = one.count("pictures");
    asked();
    CHECK(one.count("pictures") == told);
    one.connect(); // remembers nothing of before
    CHECK(asked().is_null());
}

TEST_CASE("each thing that a lesson needs of a headset, and its fix", "[sessions]") {
    constexpr std::int64_t now = 1'000'000;
    const auto good = [] {
        sessions::HeadsetFacts facts;
        facts.present.online = true;
        facts.present.last_seen_ms = now;
        facts.present.report.battery = 80;
        facts.present.report.storage_free = 8LL << 30;
        facts.present.report.app_version = "1.2";
        facts.present.report.round_trip_ms = 12;
        facts.present.report.clock_offset_ms = 400;
        facts.person = people::PersonReference{PersonId(1), "Ada"};
        facts.needs_person = true;
        facts.newest_version = "1.2";
        facts.content = {{"aa", 4LL << 30, "Reef"}};
        facts.has = {"aa"};
        return facts;
    };
    using sessions::Aspect, sessions::Fix;
    struct Case {
        Aspect aspect;
        Fix fix;
        std::function<void(sessions::HeadsetFacts&)> spoil;
    };
    const std::vector<Case> cases = {
        {Aspect::online, Fix::switch_on, [](auto& facts) { facts.present.online = false; }},
        {Aspect::online, Fix::switch_on, [](auto& facts) { facts.present.last_seen_ms = now - 60'000; }},
        {Aspect::battery, Fix::charge, [](auto& facts) { facts.present.report.battery = 39; }},
        {Aspect::battery, Fix::charge, [](auto& facts) { facts.present.report.battery.reset(); }},
        {Aspect::storage, Fix::free_storage, [](auto& facts) { facts.present.report.storage_free = 1000; }},
        {Aspect::content, Fix::fetch, [](auto& facts) { facts.has = {"bb"}; }},
        {Aspect::app_version, Fix::update_app, [](auto& facts) { facts.present.report.app_version = "1.1"; }},
        {Aspect::round_trip, Fix::move_closer, [](auto& facts) { facts.present.report.round_trip_ms = 250; }},
        {Aspect::clock, Fix::wait, [](auto& facts) { facts.present.report.clock_offset_ms.reset(); }},
        {Aspect::signed_in, Fix::sign_in, [](auto& facts) { facts.person.reset(); }},
    };
    CHECK(std::ranges::all_of(checks_of(good(), now), &sessions::Check::good));
    for (const Case& each : cases) {
        sessions::HeadsetFacts facts = good();
        each.spoil(facts);
        for (const sessions::Check& check : checks_of(facts, now)) {
            if (check.aspect != each.aspect) continue;
            INFO(platform::name_of(each.aspect));
            CHECK_FALSE(check.good);
            CHECK(check.fix == each.fix);
        }
    }
    sessions::HeadsetFacts charging = good();
    charging.present.report.battery = 20;
    charging.present.report.charging = true;
    CHECK(std::ranges::all_of(checks_of(charging, now), &sessions::Check::good));
}

TEST_CASE("a spare takes a flat headset's place: seat, student, run and position in one step", "[sessions]") {
    Lesson lesson;
    const DeviceId spare = lesson.add_device("SPARE-1");
    Headset flat(lesson, lesson.device_1), fresh(lesson, spare);
    lesson.sign_in(lesson.device_1, lesson.ada);
    lesson.order(Action::start);
    lesson.clock.advance(10s);
    const auto swap = [&](DeviceId from, DeviceId to) {
        auto swapped = lesson.write([&](store::Tx& tx) {
            return lesson.services->director.swap(tx, lesson.organisation, lesson.session, from, to);
        });
        lesson.run_posted();
        return swapped;
    };
    CHECK_THROWS_AS(swap(spare, lesson.device_1), platform::Error);           // it is in no lesson
    CHECK_THROWS_AS(swap(lesson.device_2, lesson.device_1), platform::Error); // that one is Ada's
    const RunId run = lesson.runs().at(0).id;
    const auto swapped = swap(lesson.device_1, spare);
    CHECK(swapped.run_id == run);
    CHECK(swapped.person->nickname == "Ada");
    CHECK(fresh.last("state")["run_id"] == run.value());
    CHECK(fresh.last("person")["person"]["nickname"] == "Ada");
    CHECK(flat.last("state").is_null());
    CHECK(flat.last("person")["person"].is_null());
    lesson.clock.advance(10s);
    lesson.order(Action::stop);
    REQUIRE(lesson.runs().size() == 1); // one student, one run
    CHECK(lesson.runs()[0].device_id == spare);
    CHECK(lesson.runs()[0].person->id == lesson.ada);
    CHECK(fresh.last("command")["action"] == "stop");
}

TEST_CASE("the inspector keeps a headset's last 50 exchanges, repeated ones in one line", "[sessions]") {
    devices::Inspector inspector;
    const auto note = [&](const std::string& name, const std::string& reason = "") {
        devices::Exchange exchange;
        exchange.name = name;
        exchange.reason = reason;
        exchange.status = reason.empty() ? 200 : 400;
        inspector.note(DeviceId(7), exchange);
    };
    for (int i = 0; i < 30; ++i) {
        note("clock");
        note("headset.report");
    }
    note("command.answer", "NotFound: There is no such command for this headset.");
    REQUIRE(inspector.of(DeviceId(7)).size() == 3);
    CHECK(inspector.of(DeviceId(7))[0].reason.starts_with("NotFound"));
    CHECK(inspector.of(DeviceId(7))[1].times == 30);
    for (int i = 0; i < 80; ++i)
        note("event " + std::to_string(i));
    CHECK(inspector.of(DeviceId(7)).size() == devices::Inspector::most);
    CHECK(inspector.of(DeviceId(7))[0].name == "event 79");
    CHECK(inspector.of(DeviceId(8)).empty());
    inspector.forget(DeviceId(7));
    CHECK(inspector.of(DeviceId(7)).empty());
}
