// Whoever has the database, or all of the data folder but the audit key, can't change or cut the audit log
// without it being seen.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "audit/log.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"
#include "store/epoch.h"
#include "store/store.h"
#include "support/manual_clock.h"
#include "support/sequence_random.h"
#include "support/temporary_folder.h"

using namespace std::chrono_literals;
using audit::Entry;
using audit::Log;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

// A box with its log, which starts and stops.
class Box {
public:
    const fs::path& folder() const { return folder_.path(); }
    fs::path head_file() const { return folder() / audit::head_name; }
    std::string head() const { return platform::read_file(head_file()).value(); }

    void start() {
        if (!store)
            store.emplace(store::Options{.folder = folder(), .readers = 1, .on_storage_full = {}}, clock);
        store::begin_epoch_if_moved(*store, folder(), random_);
        log = std::make_unique<Log>(clock, key, folder());
        log->begin(*store);
    }
    void stop() { // in order: the head is written
        log.reset();
        store.reset();
    }
    void append(int rows) {
        write([&](store::Tx& tx) {
            for (int i = 0; i < rows; ++i)
                log->append(tx, entry());
        });
    }
    template <class Work>
    void write(Work work) {
        if (store) return store->write("test", std::move(work));
        store::Store alone({.folder = folder(), .readers = 1, .on_storage_full = {}}, clock);
        alone.write("test", std::move(work));
    }
    // As somebody could who has the file and the sqlite3 shell.
    void run(const std::string& sql) {
        write([&](store::Tx& tx) {
            auto statement = tx.query_text(sql);
            while (statement.step()) {
            }
        });
    }
    audit::Verification verify() {
        const audit::Evidence evidence = log ? log->evidence() : audit::evidence_in(folder());
        const auto look = [&](store::Read& read) { return audit::verify(read, evidence); };
        if (store) return store->read(look);
        store::Store alone({.folder = folder(), .readers = 1, .on_storage_full = {}}, clock);
        return alone.read(look);
    }
    // Somebody without the key changes a row and computes all hashes from there on, as they were once
    // computed.
    void rewrite_plainly(std::int64_t from_id) {
        write([&](store::Tx& tx) {
            tx.run("UPDATE audit_log SET status = 204 WHERE id = ?", from_id);
            std::string previous;
            for (std::int64_t id = 1;; ++id) {
                auto rows = tx.query("SELECT status, at_ms, hash FROM audit_log WHERE id = ?", id);
                if (!rows.step()) return;
                Entry row = entry();
                std::string kept;
                rows.read(row.status, row.at_ms, kept);
                previous = id < from_id ? kept : audit::plain_hash(previous, id, row);
                tx.run("UPDATE audit_log SET hash = ? WHERE id = ?", store::Blob{previous}, id);
            }
        });
    }
    static Entry entry() {
        Entry entry;
        entry.caller.organisation_id = OrganisationId(1);
        entry.action = "POST /v1/rooms";
        entry.status = 201;
        return entry;
    }
    // A row as boxes made it that had no audit key.
    static std::string add_plain(store::Tx& tx, std::int64_t id, const std::string& previous) {
        Entry row = entry();
        row.at_ms = tx.now_ms();
        std::string hash = audit::plain_hash(previous, id, row);
        tx.run(
            "INSERT INTO audit_log (id, at_ms, organisation_id, action, status, success, hash)"
            " VALUES (?, ?, 1, ?, ?, 1, ?)",
            id, row.at_ms, row.action, row.status, store::Blob{hash});
        return hash;
    }

private:
    support::TemporaryFolder folder_;
    support::SequenceRandom random_;

public:
    support::ManualClock clock;
    const audit::Key key = audit::make_key(folder_.path(), random_);
    std::optional<store::Store> store;
    std::unique_ptr<Log> log;
};

struct Attack {
    const char* what;
    std::function<void(Box& box)> harm;
    const char* fault;
};

std::vector<Attack> attacks() {
    return {
        {"the last 500 rows are cut", [](Box& box) { box.run("DELETE FROM audit_log WHERE id > 500"); },
         "it ends with row 500: 500 were cut off"},
        {"all rows are cut", [](Box& box) { box.run("DELETE FROM audit_log"); },
         "it ends with row 0: 1000 were cut off"},
        {"all rows and the seal",
         [](Box& box) {
             box.run("DELETE FROM audit_log");
             box.run("DELETE FROM audit_seal");
         },
         "its seal is gone"},
        {"all rows, the seal and the head",
         [](Box& box) {
             box.run("DELETE FROM audit_log");
             box.run("DELETE FROM audit_seal");
             fs::remove(box.head_file());
         },
         "its seal and its head are gone"},
        {"a row is changed, and the chain computed anew without the key",
         [](Box& box) { box.rewrite_plainly(900); }, "row 900 does not follow from the one before"},
        {"the head is gone", [](Box& box) { fs::remove(box.head_file()); }, "its head is gone"},
        {"the head and the last rows are gone",
         [](Box& box) {
             fs::remove(box.head_file());
             box.run("DELETE FROM audit_log WHERE id > 999");
         },
         "its head is gone"},
        {"the head says what somebody without the key wrote",
         [](Box& box) {
             box.run("DELETE FROM audit_log WHERE id > 500");
             std::string line = box.head();
             line.replace(line.find("id=1000"), 7, "id=500");
             platform::write_file_atomically(box.head_file(), line);
         },
         "its head was not made with the audit key"},
        {"the first rows are taken for old ones that were removed",
         [](Box& box) {
             box.run(
                 "INSERT INTO audit_anchor (one, row_id, hash, mac)"
                 " SELECT 1, id, hash, hash FROM audit_log WHERE id = 400");
             box.run("DELETE FROM audit_log WHERE id <= 400");
         },
         "was changed by somebody without the audit key"},
        {"all rows are taken for plain ones",
         [](Box& box) { box.run("UPDATE audit_seal SET plain_to = 1000"); },
         "the seal of the log was changed"},
    };
}

// With the note that a new head begins, as a restore leaves it.
std::vector<Attack> attacks_with_a_note() {
    return {
        {"the last 500 rows are cut, with the note",
         [](Box& box) {
             box.run("DELETE FROM audit_log WHERE id > 500");
             audit::forget_head(box.folder(), std::nullopt);
         },
         "its head was not made with the audit key"},
        {"the same, with the note signed with another key",
         [](Box& box) {
             box.run("DELETE FROM audit_log WHERE id > 500");
             audit::forget_head(box.folder(), audit::Key(std::string(audit::key_bytes, 'x')));
         },
         "its head was not made with the audit key"},
        {"all rows are written anew as plain ones, without a seal, with the note",
         [](Box& box) {
             box.rewrite_plainly(1);
             box.run("DELETE FROM audit_seal");
             audit::forget_head(box.folder(), std::nullopt);
         },
         "its seal is gone"},
    };
}

} // namespace

TEST_CASE("whoever lacks the audit key cannot cut or change the log unseen, also after the next start",
          "[audit]") {
    std::vector<Attack> all = attacks();
    for (Attack& attack : attacks_with_a_note())
        all.push_back(std::move(attack));
    for (const Attack& attack : all) {
        INFO(attack.what);
        Box box;
        box.start();
        box.append(1000);
        CHECK(box.verify().intact);
        box.stop();
        REQUIRE(box.verify().intact);
        attack.harm(box);
        const auto found = box.verify();
        CHECK_FALSE(found.intact);
        CHECK_THAT(found.fault, ContainsSubstring(attack.fault));
        box.start(); // writes a head of its own
        box.append(1);
        box.stop();
        const auto later = box.verify();
        CHECK_FALSE(later.intact);
        CHECK_THAT(later.fault, ContainsSubstring(attack.fault));
    }
}

TEST_CASE("rows behind the head need the key as well", "[audit]") {
    Box box;
    box.start();
    box.append(5);
    box.stop();
    box.write([](store::Tx& tx) { Box::add_plain(tx, 6, audit::newest(tx).hash); });
    const auto found = box.verify();
    CHECK_FALSE(found.intact);
    CHECK(found.first_bad_id == 6);
}

TEST_CASE("a log that is longer than its head is whole: the box was killed in between", "[audit]") {
    Box box;
    box.start();
    box.append(10);
    box.stop();
    const std::string head = box.head();
    box.start();
    box.append(3);
    box.stop();
    platform::write_file_atomically(box.head_file(), head);
    CHECK(box.verify().intact);
    box.start();
    CHECK(box.verify().intact);
}

TEST_CASE("an old head does not hide a cut from a server that runs", "[audit]") {
    Box box;
    box.start();
    box.append(10);
    box.stop();
    const std::string head = box.head();
    box.start();
    box.append(10);
    box.run("DELETE FROM audit_log WHERE id > 10");
    std::ofstream(box.folder() / "old", std::ios::binary) << head; // the server may be writing the same file
    fs::rename(box.folder() / "old", box.head_file());
    CHECK_THAT(box.verify().fault, ContainsSubstring("it ends with row 10: 10 were cut off"));
    box.append(2); // the server notes it in the log itself
    CHECK_THAT(box.verify().fault, ContainsSubstring("while the server ran"));
    box.stop();
    CHECK_THAT(box.verify().fault, ContainsSubstring("while the server ran (noted in row 11)"));
}

TEST_CASE("after a restore a new head begins, and the old one fits no more", "[audit]") {
    Box box;
    box.start();
    box.append(10);
    box.stop();
    fs::copy_file(box.folder() / "lectern.db", box.folder() / "backup");
    box.start();
    box.append(10);
    box.stop();
    const std::string old_head = box.head();
    SECTION("by somebody who only puts the older database there, it is seen") {
        fs::rename(box.folder() / "backup", box.folder() / "lectern.db");
        CHECK_THAT(box.verify().fault, ContainsSubstring("10 were cut off"));
    }
    SECTION("by a restore, it is whole") {
        store::forget_epoch(box.folder());
        audit::forget_head(box.folder(), box.key);
        fs::rename(box.folder() / "backup", box.folder() / "lectern.db");
        CHECK(box.verify().intact);
        CHECK_FALSE(box.verify().has_head);
        box.start();
        CHECK(box.verify().intact);
        CHECK(box.verify().has_head);
        CHECK(box.verify().rows == 11); // the restore has its own
        box.append(1);
        box.stop();
        CHECK(box.verify().intact);
        platform::write_file_atomically(box.head_file(), old_head);
        CHECK_THAT(box.verify().fault, ContainsSubstring("belongs to another database"));
    }
}

TEST_CASE("rows from before there was a key are bound by the first start that has one", "[audit]") {
    Box box;
    box.store.emplace(store::Options{.folder = box.folder(), .readers = 1, .on_storage_full = {}}, box.clock);
    box.write([](store::Tx& tx) {
        std::string previous;
        for (std::int64_t id = 1; id <= 5; ++id)
            previous = Box::add_plain(tx, id, previous);
    });
    CHECK(box.verify().intact); // nothing is sealed yet
    box.start();
    box.append(5);
    CHECK(box.verify().intact);
    CHECK(box.verify().rows == 10);
    SECTION("an old row is changed, and the plain chain computed anew") {
        box.write([](store::Tx& tx) {
            tx.run("DELETE FROM audit_log WHERE id <= 5");
            std::string previous;
            for (std::int64_t id = 1; id <= 5; ++id)
                previous = Box::add_plain(tx, id, id == 3 ? std::string("x") : previous);
        });
        CHECK_FALSE(box.verify().intact);
        box.rewrite_plainly(2);
        CHECK_FALSE(box.verify().intact);
    }
    SECTION("old rows are removed when they are old") {
        box.clock.advance(1h);
        box.write([&](store::Tx& tx) { CHECK(box.log->trim(tx, tx.now_ms(), 3) == 3); });
        CHECK(box.verify().intact);
        box.write([&](store::Tx& tx) { CHECK(box.log->trim(tx, tx.now_ms(), 4) == 4); });
        CHECK(box.verify().intact);
        box.append(1);
        box.stop();
        CHECK(box.verify().intact);
    }
}

TEST_CASE("a log that was trimmed is whole, and a cut is still seen", "[audit]") {
    Box box;
    box.start();
    box.append(10);
    box.clock.advance(1h);
    box.append(10);
    box.write([&](store::Tx& tx) { box.log->trim(tx, tx.now_ms() - 1, 100); });
    CHECK(box.verify().intact);
    CHECK(box.verify().rows == 10);
    box.clock.advance(1h);
    box.write([&](store::Tx& tx) { box.log->trim(tx, tx.now_ms(), 100); });
    box.stop();
    CHECK(box.verify().intact); // nothing is left, and it was all old
    box.start();
    box.append(3);
    box.stop();
    box.run("DELETE FROM audit_log WHERE id > 22");
    CHECK_THAT(box.verify().fault, ContainsSubstring("it ends with row 22: 1 were cut off"));
}

TEST_CASE("once an hour the head is told to the journal, signed", "[audit]") {
    Box box;
    box.start();
    CHECK(box.log->due_line(box.clock.now_ms()).empty()); // there is nothing to tell
    box.append(2);
    const std::string line = box.log->due_line(box.clock.now_ms());
    const auto head = audit::head_in("Sep 01 08:00:00 box lectern[7]: " + line, box.key);
    REQUIRE(head.has_value());
    CHECK(head->newest.id == 2);
    CHECK(head->rows == 2);
    CHECK(head->at_ms == box.clock.now_ms() / 1000 * 1000);
    std::string other = line;
    other.replace(other.find("id=2"), 4, "id=1");
    CHECK_FALSE(audit::head_in(other, box.key).has_value());
    CHECK_FALSE(audit::head_in(line.substr(0, line.size() - 1), box.key).has_value());
    box.clock.advance(59min);
    CHECK(box.log->due_line(box.clock.now_ms()).empty());
    box.clock.advance(1min);
    CHECK_FALSE(box.log->due_line(box.clock.now_ms()).empty());
}

TEST_CASE("the head is written by itself, soon after the commit", "[audit]") {
    Box box;
    box.start();
    box.append(4);
    const auto until = std::chrono::steady_clock::now() + 20s;
    std::optional<audit::Head> head;
    while ((!head || head->newest.id != 4) && std::chrono::steady_clock::now() < until)
        head = audit::head_in(box.head(), box.key);
    REQUIRE(head.has_value());
    CHECK(head->newest.id == 4);
}

TEST_CASE("an administrator goes on with a log that was cut, and rows from before count for nothing",
          "[audit]") {
    Box box;
    box.start();
    box.append(10);
    box.stop();
    box.run("DELETE FROM audit_log WHERE id > 6");
    CHECK_FALSE(box.verify().intact);
    box.write([&](store::Tx& tx) { audit::seal_anew(tx, box.key); });
    audit::forget_head(box.folder(), box.key);
    box.start();
    box.append(2);
    box.stop();
    auto found = box.verify();
    CHECK(found.intact);
    CHECK(found.unchecked_to == 6);
    box.run("UPDATE audit_log SET status = 500 WHERE id = 8");
    found = box.verify();
    CHECK(found.first_bad_id == 8);
}

TEST_CASE("an administrator goes on with a log that has a gap, and a later gap is seen", "[audit]") {
    Box box;
    box.start();
    box.append(10);
    box.stop();
    box.run("DELETE FROM audit_log WHERE id = 5");
    CHECK(box.verify().first_bad_id == 6);
    box.write([&](store::Tx& tx) { audit::seal_anew(tx, box.key); });
    audit::forget_head(box.folder(), box.key);
    box.start();
    box.append(3);
    box.stop();
    auto found = box.verify();
    INFO(found.fault);
    CHECK(found.intact);
    CHECK(found.unchecked_to == 10);
    SECTION("a gap behind it") {
        box.run("DELETE FROM audit_log WHERE id = 12");
        CHECK(box.verify().first_bad_id == 13);
    }
    SECTION("the first row behind it is gone") {
        box.run("DELETE FROM audit_log WHERE id = 11");
        CHECK(box.verify().first_bad_id == 12);
    }
    SECTION("the last row of those that nobody checks is gone") {
        box.run("DELETE FROM audit_log WHERE id = 10");
        CHECK(box.verify().first_bad_id == 11);
    }
    SECTION("the last row of those that nobody checks is another") {
        box.run("UPDATE audit_log SET hash = x'00' WHERE id = 10");
        CHECK(box.verify().first_bad_id == 10);
    }
}

TEST_CASE("a start whose disk is full notes later what its log lacks, and has a head", "[audit]") {
    Box box;
    box.start();
    box.append(10);
    box.stop();
    const auto start_without_room = [&box] {
        box.store.emplace(store::Options{.folder = box.folder(), .readers = 1, .on_storage_full = {}},
                          box.clock);
        box.run("CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END");
        box.start();
        CHECK(box.log->has_due());
        box.log->queue(Box::entry());
        CHECK_THROWS_AS(box.write([&](store::Tx& tx) { box.log->flush_due(tx); }), platform::Error);
        CHECK(box.log->has_due());
    };
    const auto make_room = [&box] {
        box.run("DROP TRIGGER full");
        box.write([&](store::Tx& tx) { box.log->flush_due(tx); });
        CHECK_FALSE(box.log->has_due());
    };
    SECTION("it was cut") {
        box.run("DELETE FROM audit_log WHERE id > 6");
        const std::string head = box.head();
        start_without_room();
        CHECK_THAT(box.verify().fault, ContainsSubstring("it ends with row 6: 4 were cut off"));
        SECTION("and is noted when there is room") {
            make_room();
            box.append(1);
            box.stop();
            CHECK_THAT(box.verify().fault, ContainsSubstring("4 were cut off (noted in row 7)"));
            const auto written = audit::head_in(box.head(), box.key);
            REQUIRE(written.has_value());
            CHECK(written->newest.id == 9); // with what was queued
        }
        SECTION("and the old head stays when there never was") {
            box.run("DROP TRIGGER full");
            box.stop();
            CHECK(box.head() == head);
        }
    }
    SECTION("it was restored") {
        audit::forget_head(box.folder(), box.key);
        start_without_room();
        CHECK(audit::head_in(box.head(), box.key).has_value());
        make_room();
        box.stop();
        CHECK(box.verify().intact);
        CHECK(box.verify().rows == 12);
    }
}
