#include "audit/log.h"

#include <catch2/catch_test_macros.hpp>

#include "platform/error.h"
#include "store/store.h"
#include "support/manual_clock.h"
#include "support/sequence_random.h"
#include "support/temporary_folder.h"

using namespace std::chrono_literals;
using audit::Entry;
using audit::Log;

namespace {

struct Box {
    support::TemporaryFolder folder;
    support::SequenceRandom random;
    const audit::Key key = audit::make_key(folder.path(), random);
    support::ManualClock clock;
    store::Store store{{.folder = folder.path(), .readers = 1, .on_storage_full = {}}, clock};

    template <class Work>
    auto write(Work work) {
        return store.write("test", std::move(work));
    }
    void append(Log& log, const std::string& action, int status = 200) {
        write([&](store::Tx& tx) { log.append(tx, entry(action, status)); });
    }
    audit::Verification verify() {
        const audit::Evidence evidence = audit::evidence_in(folder.path());
        return store.read([&](store::Read& read) { return audit::verify(read, evidence); });
    }
    std::int64_t rows() {
        return *store.read([](store::Read& read) { return read.integer("SELECT count(*) FROM audit_log"); });
    }
    // As somebody could who has the file and the sqlite3 shell.
    void tamper(const char* sql) {
        write([&](store::Tx& tx) {
            auto statement = tx.query_text(sql);
            while (statement.step()) {
            }
        });
    }

    static Entry entry(const std::string& action, int status = 200) {
        Entry entry;
        entry.caller.organisation_id = OrganisationId(1);
        entry.caller.person_id = PersonId(7);
        entry.action = action;
        entry.status = status;
        return entry;
    }
};

struct Started : Log {
    explicit Started(Box& box, audit::Limits limits = {})
        : Log(box.clock, box.key, box.folder.path(), limits) {
        begin(box.store);
    }
};

} // namespace

TEST_CASE("each row follows from the one before", "[audit]") {
    Box box;
    Started log(box);
    CHECK(box.verify().intact); // an empty log is whole
    for (int i = 0; i < 5; ++i)
        box.append(log, "POST /v1/rooms", i == 3 ? 409 : 201);
    auto found = box.verify();
    CHECK(found.intact);
    CHECK(found.rows == 5);

    struct {
        const char* sql;
        std::int64_t first_bad_id;
    } const tampered[] = {
        {"UPDATE audit_log SET status = 200, success = 1 WHERE id = 4", 4},
        {"UPDATE audit_log SET success = 1 WHERE id = 4", 4},
        {"UPDATE audit_log SET person_id = 8 WHERE id = 2", 2},
        {"UPDATE audit_log SET action = 'POST /v1', path = '/rooms' WHERE id = 5", 5},
        {"UPDATE audit_log SET at_ms = at_ms + 1 WHERE id = 1", 1},
        {"DELETE FROM audit_log WHERE id = 3", 4},
        {"DELETE FROM audit_log WHERE id = 1", 2},
    };
    for (const auto& row : tampered) {
        DYNAMIC_SECTION(row.sql) {
            box.tamper(row.sql);
            found = box.verify();
            CHECK_FALSE(found.intact);
            CHECK(found.first_bad_id == row.first_bad_id);
        }
    }
}

TEST_CASE("what is queued and counted becomes rows by a flush", "[audit]") {
    Box box;
    Started log(box);
    CHECK_FALSE(log.has_waiting());
    log.queue(Box::entry("GET /v1/rooms"));
    platform::Caller headset, stranger;
    headset.organisation_id = OrganisationId(1);
    headset.device_id = DeviceId(3);
    for (int i = 0; i < 40; ++i)
        log.count("POST /v1/events", headset, 202);
    for (int i = 0; i < 2; ++i)
        log.count("POST /v1/events", stranger, 401);
    CHECK(log.has_waiting());

    while (box.write([&](store::Tx& tx) { return log.flush(tx, 1); })) {
    }
    box.store.read([](store::Read& read) {
        CHECK(read.integer("SELECT count(*) FROM audit_log") == 3);
        CHECK(read.integer("SELECT times FROM audit_log WHERE device_id = 3") == 40);
        CHECK(read.integer("SELECT times FROM audit_log WHERE status = 401 AND organisation_id IS NULL") ==
              2);
    });
    CHECK(box.verify().intact);
}

TEST_CASE("polls are summed up for a minute, while what was queued does not wait", "[audit]") {
    Box box;
    Started log(box);
    platform::Caller headset;
    headset.organisation_id = OrganisationId(1);
    headset.device_id = DeviceId(3);
    log.queue(Box::entry("GET /v1/rooms"));
    for (int second = 0; second < 60; ++second) {
        CHECK_FALSE((second > 0 && log.has_due()));
        log.count("MESSAGE headset.report", headset, 200);
        box.write([&](store::Tx& tx) { CHECK_FALSE(log.flush_due(tx)); });
        CHECK(box.rows() == 1);
        box.clock.advance(std::chrono::seconds(1));
    }
    CHECK(log.has_due());
    box.write([&](store::Tx& tx) { log.flush_due(tx); });
    box.store.read([](store::Read& read) {
        CHECK(read.integer("SELECT times FROM audit_log WHERE device_id = 3") == 60);
    });
    CHECK_FALSE(log.has_waiting());
}

TEST_CASE("strangers cannot fill the log: what does not fit is one row", "[audit]") {
    Box box;
    Started log(box, {.queued = 3, .counted = 2});
    for (int i = 0; i < 10; ++i)
        log.queue(Box::entry("GET /nothing", 404));
    for (int i = 0; i < 5; ++i)
        log.count("poll " + std::to_string(i), {}, 401);
    box.write([&](store::Tx& tx) { log.flush(tx); });
    CHECK(box.rows() == 3 + 2 + 1);
    box.store.read([](store::Read& read) {
        CHECK(read.integer("SELECT times FROM audit_log ORDER BY id DESC LIMIT 1") == 7 + 3);
    });
}

TEST_CASE("what a failed flush had taken waits for the next", "[audit]") {
    Box box;
    Started log(box);
    log.queue(Box::entry("first"));
    log.queue(Box::entry("second"));
    CHECK_THROWS(box.write([&](store::Tx& tx) {
        log.flush(tx);
        platform::throw_conflict("the disk said no");
    }));
    CHECK(box.rows() == 0);
    box.write([&](store::Tx& tx) { log.flush(tx); });
    box.store.read([](store::Read& read) {
        CHECK(read.integer("SELECT id FROM audit_log WHERE action = 'first'") == 1);
        CHECK(read.integer("SELECT id FROM audit_log WHERE action = 'second'") == 2);
    });
}

TEST_CASE("the chain stays whole when old rows are removed", "[audit]") {
    Box box;
    Started log(box);
    for (int i = 0; i < 6; ++i) {
        box.append(log, "POST /v1/rooms");
        box.clock.advance(24h);
    }
    const std::int64_t before_ms = box.clock.now_ms() - 3 * 24 * 3600 * 1000;
    CHECK(box.write([&](store::Tx& tx) { return log.trim(tx, before_ms, 2); }) == 2);
    CHECK(box.write([&](store::Tx& tx) { return log.trim(tx, before_ms, 2); }) == 1);
    CHECK(box.write([&](store::Tx& tx) { return log.trim(tx, before_ms, 2); }) == 0);
    CHECK(box.rows() == 3);
    CHECK(box.verify().intact);

    // Even when nothing is left: the next row follows from the last removed one.
    box.write([&](store::Tx& tx) { return log.trim(tx, box.clock.now_ms(), 100); });
    CHECK(box.rows() == 0);
    box.append(log, "POST /v1/rooms");
    CHECK(box.verify().intact);
    box.tamper("UPDATE audit_anchor SET row_id = row_id");
    CHECK(box.verify().intact);
    box.tamper("UPDATE audit_anchor SET hash = x'00'");
    CHECK_FALSE(box.verify().intact);
}

TEST_CASE("the log keeps no names and no long paths", "[audit]") {
    Box box;
    Started log(box);
    auto entry = Box::entry("PATCH /v1/seats/:id", 409);
    entry.error = "The headset \"DPVR-07\" is on the seat of \"Ada\" already.";
    entry.path = "/v1/" + std::string(60'000, 'x');
    box.write([&](store::Tx& tx) { log.append(tx, entry); });
    entry.path = "/\xff";
    log.queue(entry);
    box.write([&](store::Tx& tx) { log.flush(tx); });
    box.store.read([](store::Read& read) {
        auto rows = read.query("SELECT error, path FROM audit_log ORDER BY id");
        REQUIRE(rows.step());
        std::string error, path;
        rows.read(error, path);
        CHECK(error == "The headset \"...\" is on the seat of \"...\" already.");
        CHECK(path.size() == 303);
        REQUIRE(rows.step());
        rows.read(error, path);
        CHECK(path == "(not UTF-8)");
    });
    CHECK(box.verify().intact);
}
