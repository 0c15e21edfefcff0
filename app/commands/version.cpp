#include "app/commands/version.h"

#include <openssl/crypto.h>
#include <simdjson.h>
#include <sodium.h>
#include <spdlog/version.h>
#include <sqlite3.h>
#include <zlib.h>
#include <CLI/CLI.hpp>

#include <toml++/toml.h>
#include <boost/version.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "app/commands/command_line.h"
#include "platform/text.h"
#include "platform/version.h"
#include "store/migrate.h"

namespace app {

namespace {

std::string numbers(int major, int minor, int patch) {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

} // namespace

// A static program never gets Debian's updates of its libraries: this tells which it has.
nlohmann::json described_version() {
    return {{"lectern", platform::version()},
            {"built_from", platform::iso8601(platform::built_s() * 1000).substr(0, 10)},
            {"schema", store::embedded_schema().version()},
            {"libraries",
             {{"boost", numbers(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
              {"cli11", CLI11_VERSION},
              {"libsodium", sodium_version_string()},
              {"nlohmann-json", numbers(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                        NLOHMANN_JSON_VERSION_PATCH)},
              {"openssl", OpenSSL_version(OPENSSL_FULL_VERSION_STRING)},
              {"simdjson", numbers(simdjson::SIMDJSON_VERSION_MAJOR, simdjson::SIMDJSON_VERSION_MINOR,
                                   simdjson::SIMDJSON_VERSION_REVISION)},
              {"spdlog", numbers(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
              {"sqlite", sqlite3_libversion()},
              {"toml++", numbers(TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
              {"zlib", zlibVersion()}}}};
}

void add_version(CLI::App& root, Line& line) {
    const auto json = std::make_shared<bool>(false);
    CLI::App& command = add_command(root, "version", "Print the version", "lectern version --json");
    command.add_flag("--json", *json, "As JSON, with the versions of the libraries in it");
    command.callback([&line, json] {
        line.action = [&line, json] {
            if (*json)
                line.streams.out << described_version().dump(2) << "\n";
            else
                line.streams.out << "lectern " << platform::version() << "\n";
            return 0;
        };
    });
}

} // namespace app
