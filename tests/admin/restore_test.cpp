// A restore may be cut off anywhere; the next start goes on with it.
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>

#include "admin/restore.h"
#include "support/temporary_folder.h"

namespace fs = std::filesystem;

namespace {

void put(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A box with a school of its own, and another one staged. The copy kept by an earlier restore is older.
void make_box(const fs::path& folder) {
    for (const char* name : {"lectern.db", "lectern.db-wal", "pepper"}) {
        put(folder / name, std::string("old ") + name);
        put(folder / "before-restore" / name, "ancient");
    }
    put(folder / "content" / "old-file", "old content");
    for (const char* name : {"lectern.db", "pepper", "content/new-file"})
        put(folder / "restore" / name, std::string("new ") + name);
}

} // namespace

TEST_CASE("a restore that is cut off at any step goes on, and keeps what was there", "[admin]") {
    for (int steps = 0; steps <= 7; ++steps) {
        const support::TemporaryFolder temporary;
        const fs::path folder = temporary.path() / "data", before = folder / "before-restore",
                       staged = folder / "restore";
        make_box(folder);
        INFO("cut off after " << steps << " steps");
        int done = 0;
        const auto step = [&](const auto& what) {
            if (done++ < steps) what();
        };
        step([&] {
            fs::remove_all(before);
            fs::create_directories(before);
        });
        for (const char* name : {"lectern.db", "lectern.db-wal", "pepper"})
            step([&] { fs::rename(folder / name, before / name); });
        step([&] { fs::rename(staged / "pepper", folder / "pepper"); });
        step([&] { fs::rename(staged / "content/new-file", folder / "content/new-file"); });
        step([&] { fs::rename(staged / "lectern.db", folder / "lectern.db"); });

        CHECK(admin::apply_staged(folder));
        CHECK(text_of(folder / "lectern.db") == "new lectern.db");
        CHECK(text_of(folder / "pepper") == "new pepper");
        CHECK(text_of(folder / "content/new-file") == "new content/new-file");
        CHECK(text_of(folder / "content/old-file") == "old content");
        CHECK_FALSE(fs::exists(folder / "lectern.db-wal")); // SQLite would replay it into the new database
        for (const char* name : {"lectern.db", "lectern.db-wal", "pepper"})
            CHECK(text_of(before / name) == std::string("old ") + name);
        CHECK_FALSE(admin::apply_staged(folder)); // nothing is left to do
        CHECK(text_of(folder / "lectern.db") == "new lectern.db");
    }
}
