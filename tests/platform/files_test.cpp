#include "platform/files.h"

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include "platform/error.h"
#include "support/temporary_folder.h"

namespace {

struct stat status_of(const std::filesystem::path& file) {
    struct stat status {};
    REQUIRE(lstat(file.c_str(), &status) == 0);
    return status;
}

} // namespace

TEST_CASE("a file is replaced whole and stays private", "[platform]") {
    support::TemporaryFolder folder;
    const auto file = folder.path() / "clock";
    CHECK_FALSE(platform::read_file(file).has_value());
    platform::write_file_atomically(file, "one");
    platform::write_file_atomically(file, std::string(100'000, 'x'));
    CHECK(platform::read_file(file) == std::string(100'000, 'x'));
    CHECK((status_of(file).st_mode & 0777) == 0600);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what a power cut left of a write is not written through", "[platform]") {
    support::TemporaryFolder folder;
    platform::write_file_atomically(folder.path() / "victim", "kept");
    std::filesystem::create_symlink(folder.path() / "victim", folder.path() / "clock.part");
    platform::write_file_atomically(folder.path() / "clock", "new");
    CHECK(platform::read_file(folder.path() / "victim") == "kept");
    CHECK(platform::read_file(folder.path() / "clock") == "new");
}

TEST_CASE("a folder is made with its parents, for its owner alone", "[platform]") {
    support::TemporaryFolder folder;
    platform::make_private_folder(folder.path() / "a" / "b");
    platform::make_private_folder(folder.path() / "a" / "b");
    CHECK((status_of(folder.path() / "a").st_mode & 0777) == 0700);
    CHECK((status_of(folder.path() / "a" / "b").st_mode & 0777) == 0700);
}

TEST_CASE("a file that cannot be written says which and why", "[platform]") {
    try {
        platform::write_file_atomically("/nonexistent/clock", "x");
        FAIL("it was written");
    } catch (const platform::Error& error) {
        CHECK(std::string(error.what()).find("/nonexistent/clock") != std::string::npos);
    }
    CHECK_THROWS_AS(platform::read_file("/"), platform::Error);
}

TEST_CASE("what root makes in somebody's folder is theirs", "[platform]") {
    if (geteuid() != 0) SKIP("needs root");
    constexpr uid_t somebody = 12345;
    support::TemporaryFolder folder;
    REQUIRE(chown(folder.path().c_str(), somebody, somebody) == 0);
    platform::write_file_atomically(folder.path() / "pepper", "x");
    platform::make_private_folder(folder.path() / "backups");
    CHECK(status_of(folder.path() / "pepper").st_uid == somebody);
    CHECK(status_of(folder.path() / "backups").st_uid == somebody);

    std::filesystem::create_symlink("/etc/hostname", folder.path() / "link");
    platform::give_to_folder_owner(folder.path() / "link");
    CHECK(status_of("/etc/hostname").st_uid == 0);
}
