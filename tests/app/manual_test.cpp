// Man pages and completions are made from what the commands declare.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "app/commands/command_line.h"
#include "support/temporary_folder.h"

using Catch::Matchers::ContainsSubstring;

namespace {

std::string read_whole(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

int run(const std::vector<std::string>& arguments, std::string* printed = nullptr) {
    std::istringstream in;
    std::ostringstream out, error;
    const int code = app::run_command_line(arguments, {in, out, error});
    if (printed != nullptr) *printed = out.str();
    return code;
}

} // namespace

TEST_CASE("each command has its man page, with its options and its example", "[app]") {
    const support::TemporaryFolder folder;
    REQUIRE(run({"manual", "--out", folder.path().string()}) == 0);
    std::size_t pages = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        if (entry.path().extension() != ".1") continue;
        INFO(entry.path());
        const std::string page = read_whole(entry.path());
        CHECK(page.starts_with(".TH LECTERN"));
        CHECK_THAT(page, ContainsSubstring(".SH SYNOPSIS"));
        CHECK_THAT(page, ContainsSubstring("\n.SH EXAMPLE\n.nf\n"));
        ++pages;
    }
    CHECK(pages > 30);
    const std::string serve = read_whole(folder.path() / "lectern-serve.1");
    CHECK_THAT(serve, ContainsSubstring("lectern\\-serve \\- Run the server") ||
                          ContainsSubstring("lectern-serve \\- Run the server"));
    CHECK_THAT(serve, ContainsSubstring("\\fB\\-\\-listen\\fR"));
    CHECK_THAT(serve, ContainsSubstring(".TP\n78\n"));
    CHECK_THAT(read_whole(folder.path() / "lectern.1"), ContainsSubstring("lectern\\-person(1)"));
    CHECK_THAT(read_whole(folder.path() / "lectern-person-add.1"),
               ContainsSubstring("\\fB\\-\\-nickname\\fR"));
}

TEST_CASE("completions know commands and options; what only the package needs is hidden", "[app]") {
    const support::TemporaryFolder folder;
    REQUIRE(run({"manual", "--out", folder.path().string()}) == 0);
    for (const char* shell : {"lectern.bash", "lectern.zsh", "lectern.fish"}) {
        INFO(shell);
        const std::string completion = read_whole(folder.path() / shell);
        CHECK_THAT(completion, ContainsSubstring("lectern person add"));
        CHECK_THAT(completion, ContainsSubstring("nickname"));
        CHECK_THAT(completion, !ContainsSubstring("lectern manual'"));
    }
    CHECK_FALSE(std::filesystem::exists(folder.path() / "lectern-manual.1"));
    std::string help;
    CHECK(run({"--help"}, &help) == 0);
    CHECK_THAT(help, !ContainsSubstring("manual"));
}
