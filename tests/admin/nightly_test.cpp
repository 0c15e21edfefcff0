// The backups that the box makes by itself: when, how many are kept, and where copies go.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <iterator>

#include "admin/nightly.h"
#include "app/commands/backup_target.h"
#include "app/housekeeping.h"
#include "platform/error.h"
#include "platform/text.h"
#include "store/settings.h"
#include "support/program.h"
#include "support/test_appliance.h"

using Catch::Matchers::ContainsSubstring;
using support::Credential;
using support::Json;
using support::TemporaryFolder;
using support::TestAppliance;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::int64_t day(const std::string& date) {
    return platform::parse_iso8601(date + "T02:00:00Z").value();
}

// A nightly backup on each of so many days, newest first.
std::vector<admin::Backup> nightly_until(const std::string& date, int days) {
    std::vector<admin::Backup> backups;
    for (int i = 0; i < days; ++i)
        backups.push_back({"nightly-" + std::to_string(i), 1, day(date) - i * 86'400'000LL});
    return backups;
}

class Nights {
public:
    explicit Nights(TestAppliance& box) : box_(box) {}
    // What housekeeping does when it looks.
    admin::Nightly::Due look(bool lesson_on = false) {
        const auto due = box_.services().store.read(
            [&](store::Read& read) { return box_.services().nightly.due(read, lesson_on); });
        box_.services().nightly.run(due);
        return due;
    }
    std::size_t backups() { return box_.services().backups.list().size(); }

private:
    TestAppliance& box_;
};

// Of the services, because a login doesn't live as long as these tests.
Json state(TestAppliance& box) {
    admin::Nightly& nightly = box.services().nightly;
    return json_of(nightly.state(), nightly.options());
}

void make_target(TestAppliance& box, const fs::path& target) {
    std::ofstream(target / admin::target_mark) << "x";
    box.services().store.write(
        "target", [&](store::Tx& tx) { store::set_setting(tx, admin::target_setting, target.string()); });
}

} // namespace

TEST_CASE("of the nightly backups, those of seven days and four weeks are kept", "[admin]") {
    // 2026-09-30 is a Wednesday.
    const auto backups = nightly_until("2026-09-30", 40);
    std::vector<std::int64_t> kept;
    const auto gone = admin::superseded(backups, {});
    for (const auto& backup : backups)
        if (std::ranges::find(gone, backup.name, &admin::Backup::name) == gone.end())
            kept.push_back(backup.created_ms);
    std::vector<std::int64_t> expected;
    for (const char* date : {"2026-09-30", "2026-09-29", "2026-09-28", "2026-09-27", "2026-09-26",
                             "2026-09-25", "2026-09-24", "2026-09-20", "2026-09-13"})
        expected.push_back(day(date));
    CHECK(kept == expected);
    // After a summer away nothing is too old: what counts is what there is.
    CHECK(admin::superseded(nightly_until("2020-01-05", 7), {}).empty());
    // One made by hand is nobody's to remove.
    CHECK(admin::superseded({{"lectern-1", 1, day("2001-01-01")}, {"lectern-2", 1, day("2001-01-01")}},
                            {.days = 1, .weeks = 0})
              .empty());
}

TEST_CASE("a backup is made every night, once there is a school, and a lesson puts it off for a day",
          "[admin]") {
    TestAppliance box;
    Nights nights(box);
    CHECK_FALSE(nights.look().backup);
    const Credential head = box.set_up();
    CHECK(box.expect(200, "GET", "/v1/system/backups", nullptr, head)["last_at"].is_null());
    CHECK(nights.look().backup);
    REQUIRE(nights.backups() == 1);
    CHECK(box.expect(200, "GET", "/v1/backups", nullptr, head)["items"][0]["nightly"] == true);
    CHECK(state(box)["last_at"] == platform::iso8601(box.clock.now_ms()));
    CHECK_FALSE(nights.look().backup);
    box.clock.advance(std::chrono::hours(25));
    CHECK_FALSE(nights.look(true).backup);
    box.clock.advance(std::chrono::hours(24));
    CHECK(nights.look(true).backup);
    CHECK(nights.backups() == 2);
}

TEST_CASE("a nightly backup that fails says why, is tried again after an hour, and the old ones stay",
          "[admin]") {
    TestAppliance box;
    Nights nights(box);
    box.set_up();
    nights.look();
    box.clock.advance(std::chrono::hours(25));
    fs::rename(box.folder() / "pepper", box.folder() / "pepper.away"); // a backup without it is no backup
    nights.look();
    CHECK(nights.backups() == 1);
    CHECK_THAT(state(box)["fault"].get<std::string>(), ContainsSubstring("pepper"));
    CHECK_FALSE(nights.look().backup);
    fs::rename(box.folder() / "pepper.away", box.folder() / "pepper");
    box.clock.advance(std::chrono::hours(1));
    CHECK(nights.look().backup);
    CHECK(nights.backups() == 2);
    CHECK(state(box)["fault"].is_null());
}

TEST_CASE("nightly backups are copied to a target, and never under the mount point of one that is away",
          "[admin]") {
    TestAppliance box;
    const TemporaryFolder disk;
    Nights nights(box);
    box.set_up();
    make_target(box, disk.path());
    nights.look();
    const std::string name = box.services().backups.list().front().name;
    CHECK(bytes_of(disk.path() / name) == bytes_of(box.folder() / "backups" / name));
    CHECK(state(box)["target_last_at"] == state(box)["last_at"]);

    fs::remove(disk.path() / admin::target_mark); // the disk is unplugged: what is left is its mount point
    box.clock.advance(std::chrono::hours(25));
    nights.look();
    CHECK(nights.backups() == 2);
    CHECK(std::distance(fs::directory_iterator(disk.path()), {}) == 1);
    CHECK_THAT(state(box)["target_fault"].get<std::string>(), ContainsSubstring("is not there"));
    CHECK_THAT(box.call_raw("GET", "/metrics", "", {}).body,
               ContainsSubstring("lectern_backup_target_failed 1"));

    std::ofstream(disk.path() / admin::target_mark) << "x"; // back: it need not wait for the next night
    box.clock.advance(std::chrono::hours(1));
    const auto due = nights.look();
    CHECK_FALSE(due.backup);
    CHECK(due.copy);
    CHECK(std::distance(fs::directory_iterator(disk.path()), {}) == 3);
    CHECK(state(box)["target_fault"].is_null());
}

TEST_CASE("housekeeping makes the nightly backup by itself", "[admin]") {
    TestAppliance box;
    box.set_up();
    const app::Housekeeping housekeeping(box.services(), std::chrono::milliseconds(1));
    CHECK(TestAppliance::wait_for([&] { return !box.services().backups.list().empty(); }));
}

TEST_CASE("a target is named on the command line, and the installed service may write there", "[admin]") {
    const TemporaryFolder folder;
    const fs::path school = folder.path() / "school", disk = folder.path() / "disk",
                   system = folder.path() / "root";
    fs::create_directories(disk);
    fs::create_directories(system / "usr/lib/systemd/system");
    fs::create_directories(system / "etc/apparmor.d/local");
    std::ofstream(system / "usr/lib/systemd/system/lectern.service") << "[Service]\n";
    std::ofstream(system / "etc/apparmor.d/lectern") << "profile\n";
    std::ofstream(system / "etc/apparmor.d/local/lectern") << "# the school's own\n/srv/x r,\n";
    REQUIRE(support::run({"setup", "--organisation", "North", "--admin", "ellis", "--data", school.string()},
                         "correct horse\n")
                .code == 0);
    const std::vector<std::string> line{"backup", "target",        "add",      disk.string(),
                                        "--data", school.string(), "--system", system.string()};
    for (int twice = 0; twice < 2; ++twice) {
        const auto added = support::run(line);
        INFO(added.error);
        REQUIRE(added.code == 0);
        CHECK_THAT(added.out, ContainsSubstring("systemctl daemon-reload"));
        CHECK_THAT(added.error, ContainsSubstring("the disk with the data itself"));
    }
    CHECK(fs::exists(disk / admin::target_mark));
    CHECK_THAT(bytes_of(system / "etc/systemd/system/lectern.service.d/backup-target.conf"),
               ContainsSubstring("ReadWritePaths=\"-" + disk.string() + "\"\n"));
    CHECK(bytes_of(system / "etc/apparmor.d/local/lectern") ==
          "# the school's own\n/srv/x r,\n# lectern backup target\n\"" + disk.string() + "/\" r,\n\"" +
              disk.string() + "/**\" rwk,\n");
    CHECK(support::run({"backup", "target", "add", "/no/such/disk", "--data", school.string()}).code == 1);
    CHECK_THROWS_AS(app::admit_target(system, "/mnt/a\"b"), platform::Error);
    CHECK(support::run({"backup", "target", "remove", "--data", school.string()}).code == 0);
}
