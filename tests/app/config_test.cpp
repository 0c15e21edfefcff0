#include "app/config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <fstream>

#include "platform/error.h"
#include "support/temporary_folder.h"

namespace {

std::filesystem::path write_file(const support::TemporaryFolder& folder, const std::string& text) {
    auto file = folder.path() / "lectern.toml";
    std::ofstream(file) << text;
    return file;
}

std::string complaint_about(const std::string& text) {
    const support::TemporaryFolder folder;
    const auto file = write_file(folder, text);
    try {
        app::load_config(file);
    } catch (const platform::Error& error) {
        std::string message = error.what();
        for (std::size_t at = 0; (at = message.find(file.string(), at)) != std::string::npos;)
            message.replace(at, file.string().size(), "FILE");
        return message;
    }
    return "";
}

} // namespace

TEST_CASE("an address to listen on is numeric and has a port", "[app]") {
    struct {
        const char *text, *address;
        int port;
    } const good[] = {
        {"127.0.0.1:8080", "127.0.0.1", 8080},
        {"0.0.0.0:0", "0.0.0.0", 0},
        {"[::1]:443", "::1", 443},
        {"[::]:65535", "::", 65535},
    };
    for (const auto& [text, address, port] : good) {
        INFO(text);
        const auto listen = app::parse_listen(text);
        REQUIRE(listen);
        CHECK(listen->address == address);
        CHECK(listen->port == port);
    }
    for (const char* text :
         {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:80x",
          "localhost:8080", "::1:8080", "[::1]", "[]:80", "[127.0.0.1]:80", "256.0.0.1:80"}) {
        INFO(text);
        CHECK_FALSE(app::parse_listen(text));
    }
}

TEST_CASE("a config file sets what it names and leaves the rest at its default", "[app]") {
    const support::TemporaryFolder folder;
    const auto config = app::load_config(
        write_file(folder,
                   "# a comment\n"
                   "data = \"box\"\n"
                   "listen = \"[::1]:0\"\n"
                   "tls_cert = \"/etc/lectern/cert.pem\"\n"
                   "tls_key = \"key.pem\"\n"
                   "allowed_origins = [\"https://school.example\", \"http://10.0.0.2:3000\"]\n"
                   "log_level = \"warning\"\n"));
    CHECK(config.data ==
          folder.path() / "box"); // relative to the file, not to wherever the server was started
    CHECK(config.listen.at(0).address == "::1");
    CHECK(config.tls_cert == "/etc/lectern/cert.pem");
    CHECK(config.tls_key == folder.path() / "key.pem");
    CHECK(config.allowed_origins ==
          std::vector<std::string>{"https://school.example", "http://10.0.0.2:3000"});
    CHECK(config.log_level == platform::LogLevel::warning);

    const auto two = app::load_config(write_file(folder, "listen = [\"127.0.0.1:80\", \"[::1]:8080\"]\n"));
    CHECK(two.listen == std::vector<app::ListenAddress>{{"127.0.0.1", 80}, {"::1", 8080}});

    const auto plain = app::load_config(write_file(folder, ""));
    CHECK(plain.data == "/var/lib/lectern");
    CHECK(plain.listen.empty());
    CHECK(plain.allowed_origins.empty());
    CHECK(plain.log_level == platform::LogLevel::info);
}

TEST_CASE("a fault in a config file is reported with file, line and column", "[app]") {
    struct {
        const char *text, *complaint;
    } const table[] = {
        {"lisen = \"127.0.0.1:8080\"", "FILE:1:1: unknown key 'lisen'; known are "},
        {"\n\n  lisen = 1", "FILE:3:3: unknown key 'lisen'"},
        {"[server]\nlisten = \"127.0.0.1:8080\"", "FILE:1:2: unknown key 'server'"},
        {"listen = 8080", "FILE:1:10: 'listen' must be a numeric address and a port"},
        {"listen = []", "FILE:1:10: 'listen' must be a numeric address and a port"},
        {"listen = [\"127.0.0.1:1\", 7]", "FILE:1:10: 'listen' must be a numeric address and a port"},
        {"[backups]\ndays = 0", "FILE:2:8: 'backups.days' must be a number from 1 to 366"},
        {"[backups]\nnightly = \"no\"", "FILE:2:11: 'backups.nightly' must be true or false"},
        {"listen = \"localhost:8080\"", "FILE:1:10: 'listen' must be a numeric address and a port"},
        {"data = 7", "FILE:1:8: 'data' must be a path in quotes"},
        {"data = \"\"", "FILE:1:8: 'data' must be a path in quotes"},
        {"tls_cert = true", "FILE:1:12: 'tls_cert' must be a path in quotes"},
        {"tls_key = []", "FILE:1:11: 'tls_key' must be a path in quotes"},
        {"# first\nallowed_origins = \"https://a.example\"",
         "FILE:2:19: 'allowed_origins' must be a list of origins"},
        {"allowed_origins = [1]", "FILE:1:19: 'allowed_origins' must hold origins only"},
        {"allowed_origins = [\"https://a.example/path\"]",
         "FILE:1:19: 'allowed_origins' must hold origins only"},
        {"allowed_origins = [\"*\"]", "FILE:1:19: 'allowed_origins' must hold origins only"},
        {"log_level = \"loud\"", "FILE:1:13: 'log_level' must be \"debug\""},
        {"data = \"a\"\ndata = \"b\"", "FILE:2:"},
        {"data = ", "FILE:1:"},
        {"data = \"open", "FILE:1:"},
        {"\n[[[", "FILE:2:3: "},
        {"[{chat]", "FILE:1:2: "},
        {"[.chat]", "FILE:1:2: "},
        // A name in quotes, which stands in no table for its dot.
        {"\"chat.endpoint\" = \"http://192.0.2.7:1/v1\"", "FILE:1:1: unknown key 'chat.endpoint'"},
        {"[backups]\n\"x.days\" = 7", "FILE:2:1: unknown key 'backups.x.days'"},
    };
    for (const auto& [text, complaint] : table) {
        INFO(text);
        CHECK(complaint_about(text).substr(0, std::string_view(complaint).size()) == complaint);
    }
}

TEST_CASE("all faults of a config file are reported at once, from the top", "[app]") {
    const std::string message = complaint_about("tls_key = 1\nzeal = 2\ndata = 3\n");
    CHECK(message.find("FILE:1:11: 'tls_key'") == 0);
    CHECK(message.find("\nFILE:2:1: unknown key 'zeal'") != std::string::npos);
    CHECK(message.find("\nFILE:3:8: 'data'") != std::string::npos);
    CHECK(message.find("FILE:2:1") < message.find("FILE:3:8"));
}

TEST_CASE("a missing config file is reported by name", "[app]") {
    CHECK_THROWS_WITH(app::load_config("/nowhere/lectern.toml"), "/nowhere/lectern.toml: cannot be read");
}

TEST_CASE("a key file is refused when others can read it", "[app]") {
    const support::TemporaryFolder folder;
    const auto key = folder.path() / "key";
    std::ofstream(key) << "secret\n";
    const auto accepted = [&](mode_t mode) {
        REQUIRE(::chmod(key.c_str(), mode) == 0);
        return complaint_about("[chat]\nendpoint = \"http://192.0.2.7:1/v1\"\nmodel = \"m\"\nkey_file = \"" +
                               key.string() + "\"\n")
            .empty();
    };
    CHECK(accepted(0600));
    CHECK_FALSE(accepted(0644));
    CHECK_FALSE(accepted(0660));
    CHECK(accepted(0640) == (::geteuid() == 0)); // root's file may be read by the service's group
}
