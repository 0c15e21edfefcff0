// The port of DPVR headsets by itself: deadlines, with limits small enough to wait for.
#include "dialects/dpvr/port.h"

#include <atomic>
#include <catch2/catch_test_macros.hpp>

#include "dialects/dpvr/lesson_video.h"
#include "http/house.h"
#include "platform/error.h"
#include "support/fake_dpvr.h"

using dialects::dpvr::Eyes;
using dialects::dpvr::Heartbeat;
using dialects::dpvr::Links;
using dialects::dpvr::Port;
using dialects::dpvr::Surface;
using dialects::dpvr::video_of;
using support::FakeDpvr;

TEST_CASE("a connection that doesn't say who it is, or falls silent, goes", "[dpvr]") {
    std::atomic<int> heard{0}, gone{0};
    Port port("127.0.0.1", 0,
              {[&](Links::LinkNumber, const Heartbeat&) { ++heard; }, [&](Links::LinkNumber) { ++gone; }},
              {.anonymous_ms = 200, .offline_ms = 300, .close_ms = 600}, std::chrono::milliseconds(20));
    FakeDpvr anonymous(port.number(), "P1-1"), silent(port.number(), "P1-2");
    silent.beat();
    CHECK(anonymous.is_cut_off());
    CHECK(silent.is_cut_off());
    CHECK(heard == 1);
    CHECK(house::eventually([&] { return gone == 1; }));
}

TEST_CASE("a headset that takes nothing is let go, and its box waits for nobody", "[dpvr]") {
    std::atomic<Links::LinkNumber> link{0};
    std::atomic<int> gone{0};
    Port port("127.0.0.1", 0,
              {[&](Links::LinkNumber number, const Heartbeat&) { link = number; },
               [&](Links::LinkNumber) { ++gone; }});
    FakeDpvr headset(port.number(), "P1-1");
    headset.beat();
    REQUIRE(house::eventually([&] { return link != 0; }));
    for (int i = 0; i < 1000 && gone == 0; ++i)
        port.send(link, std::string(30'000, 'x'));
    CHECK(house::eventually([&] { return gone == 1; }));
    port.send(link, "to nobody");
}

TEST_CASE("a port that is taken is said so", "[dpvr]") {
    Port port("127.0.0.1", 0, {[](Links::LinkNumber, const Heartbeat&) {}, [](Links::LinkNumber) {}});
    CHECK_THROWS_AS(Port("127.0.0.1", port.number(),
                         {[](Links::LinkNumber, const Heartbeat&) {}, [](Links::LinkNumber) {}}),
                    platform::Error);
}

TEST_CASE("a lesson's video is a path on the headset, and its name says how it is laid out", "[dpvr]") {
    struct Row {
        const char *content, *path;
        Surface surface;
        Eyes eyes;
    };
    const Row rows[] = {
        {"reef.mp4", "/sdcard/reef.mp4", Surface::full, Eyes::one},
        {"/sdcard/Movies/reef_180_sbs.mp4", "/sdcard/Movies/reef_180_sbs.mp4", Surface::half,
         Eyes::side_by_side},
        {"https://example.org/a/Reef-360-TB.mp4?x=1", "/sdcard/Reef-360-TB.mp4", Surface::full,
         Eyes::top_bottom},
        {"/v1/content/7/film.2D.mp4", "/sdcard/film.2D.mp4", Surface::flat, Eyes::one},
        {"reef360.mp4", "/sdcard/reef360.mp4", Surface::full, Eyes::one},
    };
    for (const Row& row : rows) {
        INFO(row.content);
        const auto video = video_of(row.content);
        REQUIRE(video);
        CHECK(video->path == row.path);
        CHECK(video->surface == row.surface);
        CHECK(video->eyes == row.eyes);
    }
    for (const char* none : {"", "/", "https://example.org/", "a/..", "50%.mp4"})
        CHECK_FALSE(video_of(none));
}
