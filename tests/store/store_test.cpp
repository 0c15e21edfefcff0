#include "store/store.h"

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "platform/error.h"
#include "platform/files.h"
#include "store/notes.h"
#include "support/manual_clock.h"
#include "support/temporary_folder.h"

using platform::Error;
using platform::ErrorKind;
using store::Store;
using store::Tx;
using store::Verdict;

namespace {

struct Fixture {
    support::TemporaryFolder folder;
    support::ManualClock clock;
    Store store{notes::options(folder.path()), clock};

    std::filesystem::path path() const { return folder.path(); }
};

// Keeps the writer busy until told otherwise, so that everything submitted meanwhile becomes one group.
class Hold {
public:
    explicit Hold(Store& store) {
        std::promise<void> reached;
        store.submit({"hold",
                      [&](Tx&) {
                          reached.set_value();
                          released_.get_future().wait();
                          return Verdict::keep;
                      },
                      [this](std::exception_ptr) { finished_.set_value(); }});
        reached.get_future().wait();
    }
    void release() {
        released_.set_value();
        finished_.get_future().wait();
    }

private:
    std::promise<void> released_, finished_;
};

// What `done` was told about one job, once it was called.
struct Answer {
    std::promise<std::exception_ptr> promise;
    std::function<void(std::exception_ptr)> taker() {
        return [this](std::exception_ptr failure) { promise.set_value(failure); };
    }
    std::optional<ErrorKind> failure() {
        const std::exception_ptr failure = promise.get_future().get();
        if (!failure) return std::nullopt;
        try {
            std::rethrow_exception(failure);
        } catch (const Error& error) {
            return error.kind();
        }
    }
};

} // namespace

TEST_CASE("what is written can be read, now and after a restart", "[store]") {
    support::TemporaryFolder folder;
    support::ManualClock clock;
    {
        Store store(notes::options(folder.path()), clock);
        CHECK(notes::add(store, "one") == notes::Id(1));
        CHECK(notes::add(store, "two") == notes::Id(2));
        CHECK(notes::count(store) == 2);
        store.write("nothing", [&](Tx& tx) { CHECK(tx.now_ms() == clock.now_ms()); });
    }
    Store store(notes::options(folder.path()), clock);
    CHECK(notes::has(store, "two"));
}

TEST_CASE("a failure reaches whoever waits, and leaves nothing behind", "[store]") {
    Fixture fixture;
    CHECK_THROWS_AS(fixture.store.write("fails",
                                        [](Tx& tx) {
                                            notes::add(tx, "lost");
                                            platform::throw_not_found("room");
                                        }),
                    Error);
    CHECK_THROWS_AS(fixture.store.read([](store::Read& read) { read.query("SELECT nonsense"); }), Error);
    CHECK(notes::count(fixture.store) == 0);
}

TEST_CASE("a failing job spoils no other job of its group", "[store]") {
    Fixture fixture;
    Answer kept, failed, discarded, taken, last;
    Hold hold(fixture.store);
    fixture.store.submit(
        {"kept", [](Tx& tx) { return notes::add(tx, "kept"), Verdict::keep; }, kept.taker()});
    fixture.store.submit({"failed",
                          [](Tx& tx) -> Verdict {
                              notes::add(tx, "failed");
                              platform::throw_not_found("room");
                          },
                          failed.taker()});
    fixture.store.submit({"discarded", [](Tx& tx) { return notes::add(tx, "discarded"), Verdict::discard; },
                          discarded.taker()});
    fixture.store.submit(
        {"taken", [](Tx& tx) { return notes::add(tx, "kept"), Verdict::keep; }, taken.taker()});
    fixture.store.submit(
        {"last", [](Tx& tx) { return notes::add(tx, "failed"), Verdict::keep; }, last.taker()});
    hold.release();
    CHECK(kept.failure() == std::nullopt);
    CHECK(failed.failure() == ErrorKind::not_found);
    CHECK(discarded.failure() == std::nullopt);
    CHECK(taken.failure() == ErrorKind::conflict);
    CHECK(last.failure() == std::nullopt);
    CHECK(notes::count(fixture.store) == 2);
    CHECK(fixture.store.figures().group_last == 5);
}

TEST_CASE("hooks run when they should, in their order", "[store]") {
    Fixture fixture;
    std::vector<std::string> told;
    const auto tell = [&](const char* what) { return [&told, what] { told.emplace_back(what); }; };
    Answer first, second, third;
    Hold hold(fixture.store);
    fixture.store.submit({"first",
                          [&](Tx& tx) {
                              tx.after_commit(tell("first committed"));
                              tx.on_rollback(tell("never"));
                              tx.after_commit([] { throw std::runtime_error("a listener's own trouble"); });
                              return Verdict::keep;
                          },
                          [&](std::exception_ptr failure) {
                              told.emplace_back("first answered");
                              first.taker()(failure);
                          }});
    fixture.store.submit({"second",
                          [&](Tx& tx) {
                              tx.after_commit(tell("never"));
                              tx.on_rollback(tell("second undone, 2"));
                              tx.on_rollback(tell("second undone, 1"));
                              return Verdict::discard;
                          },
                          second.taker()});
    fixture.store.submit({"third",
                          [&](Tx& tx) {
                              // Committed means on disk: another process would see it.
                              tx.after_commit([&] { told.emplace_back("third committed"); });
                              return Verdict::keep;
                          },
                          third.taker()});
    hold.release();
    first.failure(), second.failure(), third.failure();
    CHECK(told == std::vector<std::string>{"second undone, 1", "second undone, 2", "first committed",
                                           "first answered", "third committed"});
}

TEST_CASE("regardless work is stored whether the job is kept or not", "[store]") {
    Fixture fixture;
    const auto job = [&](const char* name, Verdict verdict) {
        Answer answer;
        fixture.store.submit(
            {name,
             [&](Tx& tx) {
                 tx.regardless([name](Tx& after) { notes::add(after, std::string("audit of ") + name); });
                 tx.regardless([](Tx& after) {
                     notes::add(after, "half an audit");
                     throw std::runtime_error("its own failure");
                 });
                 notes::add(tx, name);
                 return verdict;
             },
             answer.taker()});
        return answer.failure();
    };
    CHECK(job("kept", Verdict::keep) == std::nullopt);
    CHECK(job("discarded", Verdict::discard) == std::nullopt);
    CHECK(job("kept", Verdict::keep) == ErrorKind::conflict);
    CHECK(notes::has(fixture.store, "kept"));
    CHECK(notes::has(fixture.store, "audit of kept"));
    CHECK(notes::has(fixture.store, "audit of discarded"));
    CHECK_FALSE(notes::has(fixture.store, "discarded"));
    CHECK_FALSE(notes::has(fixture.store, "half an audit"));
}

TEST_CASE("nothing is announced or answered before the commit", "[store]") {
    Fixture fixture;
    // A separate connection sees only committed rows.
    store::Connection other(fixture.path() / "lectern.db", store::Connection::Mode::read_only);
    const auto seen = [&] { return other.integer("SELECT count(*) FROM notes"); };
    std::int64_t while_working = -1, when_announced = -1, when_answered = -1;
    Answer answer;
    fixture.store.submit({"add",
                          [&](Tx& tx) {
                              notes::add(tx, "one");
                              while_working = seen();
                              tx.after_commit([&] { when_announced = seen(); });
                              return Verdict::keep;
                          },
                          [&](std::exception_ptr failure) {
                              when_answered = seen();
                              answer.taker()(failure);
                          }});
    CHECK(answer.failure() == std::nullopt);
    CHECK(while_working == 0);
    CHECK(when_announced == 1);
    CHECK(when_answered == 1);
}

TEST_CASE("a job cannot end the group's transaction", "[store]") {
    Fixture fixture;
    for (const char* sql : {"COMMIT", "ROLLBACK"}) {
        INFO(sql);
        Answer neighbour, culprit;
        Hold hold(fixture.store);
        fixture.store.submit({"neighbour", [](Tx& tx) { return notes::add(tx, "neighbour"), Verdict::keep; },
                              neighbour.taker()});
        fixture.store.submit({"culprit",
                              [sql](Tx& tx) {
                                  try {
                                      tx.query_text(sql).step();
                                  } catch (const Error&) { // swallows it and goes on
                                  }
                                  notes::add(tx, "outside of a transaction");
                                  return Verdict::keep;
                              },
                              culprit.taker()});
        hold.release();
        CHECK(neighbour.failure() == ErrorKind::unavailable);
        CHECK(culprit.failure() == ErrorKind::unavailable);
        CHECK(notes::count(fixture.store) == 0);
    }
    notes::add(fixture.store, "all is well again");
}

TEST_CASE("the queue is bounded", "[store]") {
    support::TemporaryFolder folder;
    support::ManualClock clock;
    store::Options options = notes::options(folder.path());
    options.queue_limit = 3;
    Store store(options, clock);
    Hold hold(store);
    std::latch answered(3);
    for (int i = 0; i < 3; ++i) {
        store.submit(
            {"fits", [](Tx&) { return Verdict::keep; }, [&](std::exception_ptr) { answered.count_down(); }});
    }
    try {
        store.submit({"one too many", [](Tx&) { return Verdict::keep; }, nullptr});
        FAIL("it was taken");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::unavailable);
        CHECK(error.retry_after_s() == 1);
    }
    CHECK(store.figures().queue == 3);
    hold.release();
    answered.wait();
    notes::add(store, "there is room again");
}

TEST_CASE("a group has a limit", "[store]") {
    support::TemporaryFolder folder;
    support::ManualClock clock;
    store::Options options = notes::options(folder.path());
    options.group_limit = 2;
    Store store(options, clock);
    Hold hold(store);
    const std::uint64_t before = store.figures().groups;
    for (int i = 0; i < 6; ++i)
        store.submit({"job", [](Tx&) { return Verdict::keep; }, nullptr});
    hold.release();
    store.write("last", [](Tx&) {});
    CHECK(store.figures().groups >= before + 1 + 3);
}

TEST_CASE("a store that stops finishes what it has accepted", "[store]") {
    support::TemporaryFolder folder;
    support::ManualClock clock;
    constexpr int jobs = 200;
    std::atomic<int> answered = 0;
    {
        Store store(notes::options(folder.path()), clock);
        for (int i = 0; i < jobs; ++i) {
            store.submit({"job", [i](Tx& tx) { return notes::add(tx, std::to_string(i)), Verdict::keep; },
                          [&](std::exception_ptr failure) { answered += failure ? 0 : 1; }});
        }
    }
    CHECK(answered == jobs);
    CHECK(std::filesystem::file_size(folder.path() / "lectern.db") > 0);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "lectern.db-wal")); // everything is in the one file
    Store store(notes::options(folder.path()), clock);
    CHECK(notes::count(store) == jobs);
}

TEST_CASE("the store's own threads must not wait for it", "[store]") {
    Fixture fixture;
    const auto waits = [&] { notes::count(fixture.store); };
    CHECK_THROWS_AS(fixture.store.write("waits", [&](Tx&) { waits(); }), Error);
    CHECK_THROWS_AS(fixture.store.read([&](store::Read&) { waits(); }), Error);
    CHECK_THROWS_AS(fixture.store.read([&](store::Read&) { notes::add(fixture.store, "x"); }), Error);
}

TEST_CASE("a read sees the database as it was when it began", "[store]") {
    Fixture fixture;
    notes::add(fixture.store, "before");
    std::promise<void> began, go_on;
    auto reading = std::async(std::launch::async, [&] {
        return fixture.store.read([&](store::Read& read) {
            const std::int64_t first = notes::count(read);
            began.set_value();
            go_on.get_future().wait();
            return std::pair(first, notes::count(read));
        });
    });
    began.get_future().wait();
    notes::add(fixture.store, "meanwhile");
    go_on.set_value();
    CHECK(reading.get() == std::pair<std::int64_t, std::int64_t>(1, 1));
    CHECK(notes::count(fixture.store) == 2);
}

TEST_CASE("64 threads at once get an id each", "[store]") {
    Fixture fixture;
    constexpr int threads = 64, each = 20;
    std::vector<std::jthread> writers;
    std::latch together(threads);
    std::atomic<int> failures = 0;
    for (int t = 0; t < threads; ++t) {
        writers.emplace_back([&, t] {
            together.arrive_and_wait();
            for (int i = 0; i < each; ++i) {
                const std::string text = std::to_string(t) + "/" + std::to_string(i);
                const notes::Id id = notes::add(fixture.store, text);
                const auto kept = fixture.store.read([&](store::Read& read) {
                    return read.id<notes::Id>("SELECT id FROM notes WHERE text = ?", text);
                });
                if (kept != id) ++failures;
            }
        });
    }
    writers.clear();
    CHECK(failures == 0);
    CHECK(notes::count(fixture.store) == threads * each);
    CHECK(notes::integrity(fixture.store) == "ok");
    const Store::Figures figures = fixture.store.figures();
    CHECK(figures.jobs == threads * each);
    CHECK(figures.groups < figures.jobs);
}

TEST_CASE("a second store is kept out of the folder", "[store]") {
    Fixture fixture;
    try {
        Store second(notes::options(fixture.path()), fixture.clock);
        FAIL("both have it");
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::conflict);
        CHECK(std::string(error.what()).find(std::to_string(getpid())) != std::string::npos);
    }
}

TEST_CASE("the folder and its files are for their owner alone", "[store]") {
    support::TemporaryFolder folder;
    support::ManualClock clock;
    const auto mode = [](const std::filesystem::path& file) {
        struct stat status {};
        REQUIRE(stat(file.c_str(), &status) == 0);
        return status.st_mode & 0777;
    };
    Store store(notes::options(folder.path() / "data"), clock);
    notes::add(store, "one");
    store.back_up(folder.path() / "data" / "copy.db");
    CHECK(mode(folder.path() / "data") == 0700);
    for (const char* name : {"lectern.db", "lectern.db-wal", "lectern.db-shm", "lectern.lock", "copy.db"}) {
        INFO(name);
        CHECK(mode(folder.path() / "data" / name) == 0600);
    }
}

TEST_CASE("as root in somebody's folder, the database is theirs", "[store]") {
    if (geteuid() != 0) SKIP("needs root");
    constexpr uid_t somebody = 12345;
    support::TemporaryFolder folder;
    support::ManualClock clock;
    REQUIRE(chown(folder.path().c_str(), somebody, somebody) == 0);
    Store store(notes::options(folder.path()), clock);
    notes::add(store, "one");
    store.back_up(folder.path() / "copy.db");
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        INFO(entry.path());
        struct stat status {};
        REQUIRE(stat(entry.path().c_str(), &status) == 0);
        CHECK(status.st_uid == somebody);
    }
}

TEST_CASE("a backup is a whole database, made while others write", "[store]") {
    Fixture fixture;
    for (int i = 0; i < 100; ++i)
        notes::add(fixture.store, std::to_string(i));
    std::atomic<bool> stop = false;
    std::jthread writer([&] {
        for (int i = 100; !stop; ++i)
            notes::add(fixture.store, std::to_string(i));
    });
    const auto copy = fixture.path() / "backups" / "copy.db";
    platform::make_private_folder(copy.parent_path());
    fixture.store.back_up(copy);
    stop = true;
    writer.join();
    CHECK_THROWS_AS(fixture.store.back_up(copy), Error); // never overwrites a file

    platform::make_private_folder(fixture.path() / "restored");
    std::filesystem::copy(copy, fixture.path() / "restored" / "lectern.db");
    Store restored(notes::options(fixture.path() / "restored"), fixture.clock);
    CHECK(notes::count(restored) >= 100);
    CHECK(notes::integrity(restored) == "ok");
}

TEST_CASE("the log is moved into the database as it grows", "[store]") {
    Fixture fixture;
    const std::string text(3000, 'x');
    std::int64_t most = 0;
    for (int group = 0; group < 40; ++group) {
        fixture.store.write("many", [&](Tx& tx) {
            for (int i = 0; i < 100; ++i)
                notes::add(tx, text + std::to_string(group * 100 + i));
        });
        most = std::max(most, fixture.store.figures().wal_bytes);
    }
    CHECK(most > 1'000'000);
    CHECK(most < 8'000'000);
    CHECK(std::filesystem::file_size(fixture.path() / "lectern.db") > 8'000'000);
}
