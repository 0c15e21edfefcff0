#include "platform/log.h"

#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <functional>

#include "platform/files.h"
#include "support/temporary_folder.h"

namespace {

// What `work` writes to standard error.
std::string written(const std::function<void()>& work) {
    support::TemporaryFolder folder;
    const auto file = folder.path() / "journal";
    const int kept = dup(STDERR_FILENO);
    const int journal = open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    dup2(journal, STDERR_FILENO);
    work();
    dup2(kept, STDERR_FILENO);
    close(journal);
    close(kept);
    return platform::read_file(file).value();
}

} // namespace

TEST_CASE("a message is one line, whatever is in it", "[platform]") {
    const std::string text = written([] { platform::log_warning("a room\nnamed {} \x1b[31m by\ra client"); });
    CHECK(text.ends_with("a room named {}  [31m by a client\n"));
    CHECK(text.find('\n') == text.size() - 1);
}

TEST_CASE("messages below the level are not written", "[platform]") {
    const std::string text = written([] {
        platform::set_log_level(platform::LogLevel::warning);
        platform::log_info("unseen");
        platform::log_error("seen");
        platform::set_log_level(platform::LogLevel::info);
    });
    CHECK(text.find("unseen") == std::string::npos);
    CHECK(text.find("seen") != std::string::npos);
}
