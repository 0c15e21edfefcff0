// lectern openapi and lectern asyncapi: the API's documents, for people who generate a client. They are made
// from the routes, which need services, which need a data folder: an empty one that lives as long as the
// command.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <ostream>

#include "app/appliance.h"
#include "app/commands/command_line.h"
#include "http/serving/openapi.h"
#include "platform/error.h"

namespace app {

namespace {

class PassingFolder {
public:
    PassingFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "lectern-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw platform::Error(platform::ErrorKind::unavailable,
                                  "Cannot make a folder like " + pattern + ".");
        path_ = pattern;
    }
    ~PassingFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    PassingFolder(const PassingFolder&) = delete;
    PassingFolder& operator=(const PassingFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

int print_document(http::Json (*document)(const http::RouteTable&), const Streams& streams) {
    const PassingFolder folder;
    platform::BoxClock clock(folder.path());
    platform::SystemRandom random;
    ApplianceOptions options;
    options.services.folder = folder.path();
    const Appliance appliance(options, clock, random); // never started
    streams.out << document(appliance.routes()).dump(2) << "\n";
    return 0;
}

void declare(CLI::App& root, Line& line, const std::string& name, const std::string& summary,
             http::Json (*document)(const http::RouteTable&)) {
    add_command(root, name, summary, "lectern " + name + " > " + name + ".json").callback([&line, document] {
        line.action = [&line, document] { return print_document(document, line.streams); };
    });
}

} // namespace

void add_documents(CLI::App& root, Line& line) {
    declare(root, line, "openapi", "Print the OpenAPI document of the HTTP API", http::openapi);
    declare(root, line, "asyncapi", "Print the AsyncAPI document of the live socket", http::asyncapi);
}

} // namespace app
