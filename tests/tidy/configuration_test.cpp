// The configuration file that the package installs says what the program knows: every key, at its default.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "app/config.h"
#include "support/temporary_folder.h"
#include "tidy/rule.h"

namespace tidy {
namespace {

const support::SourceFile& shipped() {
    const auto& files = tree();
    const auto found =
        std::ranges::find(files, std::string("packaging/lectern.toml"), &support::SourceFile::path);
    REQUIRE(found != files.end());
    return *found;
}

struct Keys {
    std::set<std::string> named; // "chat.model"
    std::string uncommented;     // the file with every default in effect; examples stay comments
};

Keys keys_of(const support::SourceFile& file) {
    static const std::regex table(R"(\[(\w+)\])"), key(R"(# (example: )?(\w+) = .*)");
    Keys keys;
    std::string prefix;
    for (const std::string& line : file.lines) {
        std::smatch match;
        const bool is_key = std::regex_match(line, match, key);
        if (is_key) keys.named.insert(prefix + match[2].str());
        const bool is_default = is_key && !match[1].matched;
        keys.uncommented += (is_default ? line.substr(2) : line) + "\n";
        if (std::regex_match(line, match, table)) prefix = match[1].str() + ".";
    }
    return keys;
}

app::Config loaded(const std::string& text) {
    const support::TemporaryFolder folder;
    const auto file = folder.path() / "lectern.toml";
    std::ofstream(file) << text;
    return app::load_config(file);
}

void check_default(const app::Config& config) {
    const app::Config plain;
    CHECK(config.data == plain.data);
    CHECK(config.tls_cert == plain.tls_cert);
    CHECK(config.tls_key == plain.tls_key);
    CHECK(config.allowed_origins == plain.allowed_origins);
    CHECK(config.log_level == plain.log_level);
    CHECK(config.wifi_mbit == plain.wifi_mbit);
    CHECK(config.pictures_percent == plain.pictures_percent);
    CHECK(config.content_percent == plain.content_percent);
    CHECK(config.nightly.wanted == plain.nightly.wanted);
    CHECK(config.nightly.with_content == plain.nightly.with_content);
    CHECK(config.nightly.keep.days == plain.nightly.keep.days);
    CHECK(config.nightly.keep.weeks == plain.nightly.keep.weeks);
    CHECK(config.chat.url == plain.chat.url);
    CHECK(config.chat.model == plain.chat.model);
    CHECK(config.chat.key == plain.chat.key);
    CHECK(config.chat.most_tokens == plain.chat.most_tokens);
    CHECK(config.chat.concurrency == plain.chat.concurrency);
}

} // namespace

TEST_CASE("tidy: the shipped configuration names every key and no other", "[tidy]") {
    const auto known = app::config_keys();
    CHECK(keys_of(shipped()).named == std::set<std::string>(known.begin(), known.end()));
}

TEST_CASE("tidy: the shipped configuration shows each default as it is", "[tidy]") {
    std::string as_installed;
    for (const std::string& line : shipped().lines)
        as_installed += line + "\n";
    const app::Config installed = loaded(as_installed);
    check_default(installed);
    CHECK(installed.listen.empty()); // the sockets of the service manager count

    const app::Config shown = loaded(keys_of(shipped()).uncommented);
    check_default(shown);
    CHECK(shown.listen == std::vector{app::default_listen});
}

} // namespace tidy
