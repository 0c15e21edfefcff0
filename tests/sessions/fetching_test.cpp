// Content on headsets: ordered, fetched, reported, and known to the board before a lesson.
#include "sessions/before/fetching.h"

#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "courses/pace.h"
#include "platform/error.h"
#include "sessions/before/preflight.h"
#include "support/lesson.h"

using namespace std::chrono_literals;
using sessions::FetchOrder;
using support::Headset;
using support::Lesson;

namespace {

const std::string sha(64, 'a');

struct Fetch : Lesson {
    ContentId content = write([&](store::Tx& tx) {
        const ContentId id = tx.insert<ContentId>(
            "INSERT INTO contents (organisation_id, title, kind, media_type, file_name, sha256, size, "
            "created_ms)"
            " VALUES (?, 'Reef', 'video', 'video/mp4', 'x', ?, 1000, ?)",
            organisation, sha, tx.now_ms());
        tx.run("UPDATE lessons SET content_id = ? WHERE id = ?", id, reef);
        return id;
    });
    std::vector<sessions::Held> order(const FetchOrder& order) {
        auto ordered =
            write([&](store::Tx& tx) { return services->fetching.order(tx, organisation, order); });
        run_posted();
        return ordered;
    }
    void report(DeviceId device_id, const std::vector<sessions::HeldReport>& reports, bool complete = false) {
        write([&](store::Tx& tx) {
            services->fetching.report(tx, organisation, device_id, reports, complete);
        });
        run_posted();
    }
};

} // namespace

TEST_CASE("headsets are told what to fetch, and the teacher sees the progress of each", "[sessions]") {
    Fetch f;
    Headset one(f, f.device_1);
    FetchOrder order;
    order.lesson_id = f.reef;
    order.room_id = f.room;
    CHECK(f.order(order).size() == 2);
    const auto fetch = one.last("content.fetch");
    REQUIRE(fetch["items"].size() == 1);
    CHECK(fetch["items"][0]["url"] == "/v1/content/" + to_string(f.content) + "/file");
    CHECK(fetch["items"][0]["sha256"] == sha);
    f.report(f.device_1, {{sha, sessions::HeldState::fetching, "", 400}});
    CHECK(f.device_entry(f.device_1)["content"]["received_bytes"] == 400);
    f.report(f.device_1, {{sha, sessions::HeldState::whole, "", 1000}});
    CHECK(f.device_entry(f.device_1)["content"]["whole"] == 1);
    CHECK(f.order(order).size() == 2); // again: nothing that is there is fetched once more
    CHECK(one.last("content.fetch")["items"].empty());
    f.report(f.device_1, {}, true); // it has lost everything
    CHECK(f.device_entry(f.device_1)["content"]["whole"] == 0);
    f.report(f.device_2, {{sha, sessions::HeldState::failed, "the disk is full", 0}});
    CHECK(f.device_entry(f.device_2)["content"]["failed"] == 1);

    FetchOrder wrong;
    wrong.content_ids = {ContentId(99)};
    CHECK_THROWS_AS(f.order(wrong), platform::Error);
    wrong.content_ids = {f.content};
    wrong.device_ids = {DeviceId(99)};
    CHECK_THROWS_AS(f.order(wrong), platform::Error);
    wrong.content_ids.clear();
    wrong.lesson_id = f.mars; // nothing of it is on the box
    CHECK_THROWS_AS(f.order(wrong), platform::Error);
}

TEST_CASE("the board before a lesson knows who has its content", "[sessions]") {
    Fetch f;
    const auto has_content = [&](DeviceId device_id) {
        const auto board = f.read([&](store::Read& read) {
            sessions::PreflightQuestion question;
            question.session_id = f.session;
            return preflight(read, f.organisation, question, f.services->presence);
        });
        for (const auto& headset : board["devices"])
            for (const auto& check : headset["checks"])
                if (headset["device_id"] == device_id.value() && check["name"] == "content")
                    return check["good"].get<bool>();
        return false;
    };
    CHECK_FALSE(has_content(f.device_1));
    f.report(f.device_1, {{sha, sessions::HeldState::whole, "", 1000}});
    CHECK(has_content(f.device_1));
    CHECK_FALSE(has_content(f.device_2));
}

TEST_CASE("content leaves no faster than it may, slower while a lesson runs, and lets go at the end",
          "[courses]") {
    courses::Pace pace(1'000'000);
    const auto took = [&](std::size_t bytes) {
        const auto start = std::chrono::steady_clock::now();
        for (std::size_t i = 0; i < 10; ++i)
            pace.take(bytes / 10);
        pace.take(1); // waits for those before it
        return std::chrono::steady_clock::now() - start;
    };
    CHECK(took(100'000) >= 75ms);
    pace.set_lesson_runs(true);
    CHECK(took(20'000) >= 150ms);
    pace.take(1'000'000'000);
    pace.stop();
    pace.take(1'000'000'000); // waits for nobody
}
