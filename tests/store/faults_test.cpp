// The promise of the store: acknowledged data is on the disk, whatever happens to the disk or the power.
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <condition_variable>
#include <future>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "platform/error.h"
#include "store/notes.h"
#include "support/fault_vfs.h"
#include "support/manual_clock.h"
#include "support/temporary_folder.h"

using platform::Error;
using platform::ErrorKind;
using store::Store;
using store::Tx;
using store::Verdict;
using namespace std::chrono_literals;

namespace {

// The store's reports about the disk, to wait for.
class Banner {
public:
    std::function<void(bool)> listener() {
        return [this](bool full) {
            const std::lock_guard lock(mutex_);
            full_ = full;
            ++changes_;
            changed_.notify_all();
        };
    }
    bool becomes(bool full) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return changes_ > 0 && full_ == full; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool full_ = false;
    int changes_ = 0;
};

struct Fixture {
    support::FaultVfs faults;
    support::TemporaryFolder folder;
    support::ManualClock clock;
    Banner banner;
    std::optional<Store> store;

    Fixture() { start(); }
    void start() {
        store::Options options = notes::options(folder.path());
        options.vfs = faults.name();
        options.on_storage_full = banner.listener();
        store.emplace(std::move(options), clock);
    }
    // Whether the write was acknowledged; an error must be one of the two that mean "not stored, try again".
    bool add(const std::string& text) { return !failure_of(text); }
    std::optional<ErrorKind> failure_of(const std::string& text) {
        try {
            notes::add(*store, text);
        } catch (const Error& error) {
            return error.kind();
        }
        return std::nullopt;
    }
    // Tries until it is stored: the store recovers by itself.
    bool comes_back(const std::string& text) {
        const auto until = std::chrono::steady_clock::now() + 20s;
        while (std::chrono::steady_clock::now() < until) {
            if (add(text)) return true;
            std::this_thread::yield();
        }
        return false;
    }
};

// 16 threads write until the store refuses; returns what each was acknowledged.
std::set<std::string> write_until_refused(Fixture& fixture, int round,
                                          const std::function<void(int)>& after_each) {
    std::mutex mutex;
    std::set<std::string> acknowledged;
    std::vector<std::jthread> threads;
    for (int t = 0; t < 16; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 10'000; ++i) {
                const std::string text =
                    std::to_string(round) + "/" + std::to_string(t) + "/" + std::to_string(i);
                if (!fixture.add(text)) return;
                const std::lock_guard lock(mutex);
                acknowledged.insert(text);
                after_each(static_cast<int>(acknowledged.size()));
            }
        });
    }
    threads.clear();
    return acknowledged;
}

} // namespace

TEST_CASE("the file layer of the tests loses what was not synced, and nothing else", "[store]") {
    Fixture fixture;
    fixture.store->write("unsafe", [](Tx& tx) { notes::add(tx, "kept"); });
    fixture.store.reset();
    {
        store::Connection careless(fixture.folder.path() / "lectern.db", store::Connection::Mode::read_write,
                                   fixture.faults.name().c_str());
        careless.execute("PRAGMA synchronous=OFF; INSERT INTO notes (text) VALUES ('lost')");
        CHECK(careless.integer("SELECT count(*) FROM notes") == 2);
        fixture.faults.cut_power();
    }
    fixture.faults.lose_unsynced();
    fixture.start();
    CHECK(notes::has(*fixture.store, "kept"));
    CHECK_FALSE(notes::has(*fixture.store, "lost"));
}

TEST_CASE("a power cut loses nothing that was acknowledged", "[store]") {
    Fixture fixture;
    std::set<std::string> acknowledged;
    for (int round = 0; round < 12; ++round) {
        INFO("round " << round);
        const int cut_after = 20 + round * 37;
        acknowledged.merge(write_until_refused(fixture, round, [&](int count) {
            if (count == cut_after) fixture.faults.cut_power();
        }));
        fixture.store.reset();
        // 0: all; then different parts each time
        fixture.faults.lose_unsynced(static_cast<std::uint64_t>(round));
        fixture.start();
        CHECK(notes::integrity(*fixture.store) == "ok");
        CHECK(notes::first_lost(*fixture.store, acknowledged) == "");
    }
    CHECK(acknowledged.size() > 500);
}

TEST_CASE("the power may be cut at any step of a store's life", "[store]") {
    // Every write and every sync of two short lives, with their starts, commits, checkpoints and ends.
    bool cut = true;
    int step = 0;
    for (; cut; ++step) {
        INFO("step " << step);
        Fixture fixture;
        std::set<std::string> acknowledged;
        fixture.faults.cut_power_after(step);
        for (int life = 0; life < 2; ++life) {
            try {
                fixture.store.reset();
                fixture.start();
            } catch (const Error&) {
                break; // it does not start without power
            }
            for (int i = 0; i < 3; ++i) {
                const std::string text = std::to_string(life) + "/" + std::to_string(i);
                if (fixture.add(text)) acknowledged.insert(text);
            }
        }
        fixture.store.reset();
        cut = fixture.faults.power_is_cut();
        fixture.faults.lose_unsynced(static_cast<std::uint64_t>(step % 3));
        fixture.start();
        CHECK(notes::integrity(*fixture.store) == "ok");
        CHECK(notes::first_lost(*fixture.store, acknowledged) == "");
    }
    CHECK(step > 30);
}

TEST_CASE("a power cut during a checkpoint under load loses nothing", "[store]") {
    Fixture fixture;
    const std::string filler(20'000, 'x');
    std::int64_t kept = 0;
    for (int round = 0; round < 5; ++round) {
        INFO("round " << round);
        // More than 4 MB: the checkpoint begins after this job has been answered, and does not get far.
        const std::string prefix = std::to_string(round) + filler;
        fixture.store->write("many", [&](Tx& tx) {
            for (int i = 0; i < 150; ++i)
                notes::add(tx, prefix + std::to_string(i));
            tx.after_commit([&] { fixture.faults.cut_power_after(round * round * 80); });
        });
        kept += 150;
        while (!fixture.faults.power_is_cut())
            kept += fixture.add(prefix + "more " + std::to_string(kept)) ? 1 : 0;
        fixture.store.reset();
        fixture.faults.lose_unsynced(static_cast<std::uint64_t>(round));
        fixture.start();
        CHECK(notes::integrity(*fixture.store) == "ok");
        CHECK(notes::count(*fixture.store) == kept);
    }
}

TEST_CASE("a full disk refuses and recovers by itself", "[store]") {
    Fixture fixture;
    REQUIRE(fixture.add("before"));
    const std::string large(300'000, 'x');
    fixture.faults.fill_disk(true);
    CHECK(fixture.failure_of("a" + large) == ErrorKind::storage_full);
    CHECK(fixture.banner.becomes(true));
    CHECK(fixture.store->figures().storage_full);
    CHECK(fixture.failure_of("b" + large) == ErrorKind::storage_full);
    CHECK(notes::has(*fixture.store, "before")); // reading goes on

    fixture.faults.fill_disk(false);
    CHECK(fixture.add("c" + large)); // at once
    CHECK(fixture.banner.becomes(false));
    CHECK_FALSE(fixture.store->figures().storage_full);
    CHECK(notes::count(*fixture.store) == 2);
    CHECK(notes::integrity(*fixture.store) == "ok");
}

TEST_CASE("an idle box notices that its disk has room again", "[store]") {
    Fixture fixture;
    fixture.faults.fill_disk(true);
    CHECK(fixture.failure_of(std::string(300'000, 'x')) == ErrorKind::storage_full);
    CHECK(fixture.banner.becomes(true));
    fixture.faults.fill_disk(false);
    CHECK(fixture.banner.becomes(false)); // and nobody has written meanwhile
}

TEST_CASE("a database at its limit refuses what does not fit, and only that", "[store]") {
    Fixture fixture;
    fixture.store->write("limit", [](Tx& tx) { tx.query_text("PRAGMA max_page_count=40").step(); });
    CHECK(fixture.failure_of(std::string(300'000, 'x')) == ErrorKind::storage_full);
    CHECK(fixture.banner.becomes(true));
    CHECK(fixture.add("small enough"));
    CHECK(notes::integrity(*fixture.store) == "ok");
}

TEST_CASE("a full disk fails the whole group, and every job is told", "[store]") {
    Fixture fixture;
    std::promise<void> begin;
    auto began = begin.get_future().share();
    std::atomic<int> full = 0, other = 0, undone = 0, announced = 0;
    std::latch answered(50);
    fixture.store->submit({"hold", [&](Tx&) { return began.wait(), Verdict::keep; }, nullptr});
    for (int i = 0; i < 50; ++i) {
        fixture.store->submit({"add",
                               [&, i](Tx& tx) {
                                   notes::add(tx, std::to_string(i) + std::string(5000, 'x'));
                                   tx.after_commit([&] { ++announced; });
                                   tx.on_rollback([&] { ++undone; });
                                   return Verdict::keep;
                               },
                               [&](std::exception_ptr failure) {
                                   try {
                                       if (failure) std::rethrow_exception(failure);
                                       ++other;
                                   } catch (const Error& error) {
                                       ++(error.kind() == ErrorKind::storage_full ? full : other);
                                   }
                                   answered.count_down();
                               }});
    }
    fixture.faults.fill_disk(true);
    begin.set_value();
    answered.wait();
    CHECK(fixture.banner.becomes(true));
    fixture.faults.fill_disk(false);
    REQUIRE(fixture.comes_back("after"));
    CHECK(full == 50);
    CHECK(other == 0);
    CHECK(undone == 50);
    CHECK(announced == 0);
    CHECK(notes::count(*fixture.store) == 1);
}

TEST_CASE("after a failed flush nothing is written until the database was checked", "[store]") {
    Fixture fixture;
    REQUIRE(fixture.add("before"));
    fixture.faults.fail_syncs(true);
    CHECK(fixture.failure_of("in doubt") == ErrorKind::unavailable);
    CHECK(fixture.failure_of("refused") == ErrorKind::unavailable);
    CHECK(notes::has(*fixture.store, "before")); // reading goes on

    fixture.faults.fail_syncs(false);
    CHECK(fixture.comes_back("after"));
    CHECK(notes::has(*fixture.store, "before"));
    CHECK(notes::has(*fixture.store, "after"));
    CHECK_FALSE(notes::has(*fixture.store, "in doubt"));
    CHECK_FALSE(notes::has(*fixture.store, "refused"));
    CHECK(notes::integrity(*fixture.store) == "ok");

    // Data stored after the doubt is as safe as any other.
    fixture.faults.cut_power();
    fixture.store.reset();
    fixture.faults.lose_unsynced();
    fixture.start();
    CHECK(notes::has(*fixture.store, "before"));
    CHECK(notes::has(*fixture.store, "after"));
    CHECK_FALSE(notes::has(*fixture.store, "in doubt"));
}

TEST_CASE("a disk that fails again and again never takes back what was acknowledged", "[store]") {
    Fixture fixture;
    std::set<std::string> acknowledged;
    for (int round = 0; round < 6; ++round) {
        INFO("round " << round);
        acknowledged.merge(write_until_refused(fixture, round, [&](int count) {
            if (count != 30 + round) return;
            if (round % 2 == 0)
                fixture.faults.fail_syncs(true);
            else
                fixture.faults.fail_writes(true);
        }));
        fixture.faults.fail_syncs(false);
        fixture.faults.fail_writes(false);
        REQUIRE(fixture.comes_back("round " + std::to_string(round)));
    }
    CHECK(notes::first_lost(*fixture.store, acknowledged) == "");
    CHECK(notes::integrity(*fixture.store) == "ok");
}

TEST_CASE("a store with a dead disk can still be stopped", "[store]") {
    Fixture fixture;
    REQUIRE(fixture.add("before"));
    fixture.faults.cut_power();
    CHECK_FALSE(fixture.add("refused"));
    fixture.store.reset();
    fixture.faults.lose_unsynced();
    fixture.start();
    CHECK(notes::has(*fixture.store, "before"));
}
