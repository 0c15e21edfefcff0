// The configuration file. A fault names file, line and column; what is taken keeps its bounds.
#include <algorithm>

#include "app/config.h"
#include "fuzz/support/fuzz.h"
#include "fuzz/support/scratch.h"
#include "platform/error.h"

namespace fuzz {

namespace {

// "lectern.toml:3:7: what is wrong", each line of it.
bool names_places(const std::string& message, const std::string& file) {
    std::string_view rest = message;
    while (!rest.empty()) {
        std::string_view line = take_line(rest);
        if (!line.starts_with(file + ":")) return false;
        line.remove_prefix(file.size() + 1);
        const auto colon = line.find(':');
        if (colon == 0 || colon == line.npos) return false;
        if (!std::ranges::all_of(line.substr(0, colon), [](char c) { return c >= '0' && c <= '9'; }))
            return false;
    }
    return true;
}

void check(const app::Config& config) {
    demand(config.wifi_mbit >= 1 && config.wifi_mbit <= 100'000, "wifi_mbit has its range");
    demand(config.pictures_percent >= 1 && config.pictures_percent <= 100, "pictures_percent has its range");
    demand(config.content_percent >= 1 && config.content_percent <= 100, "content_percent has its range");
    demand(config.listen.size() <= 16, "there are at most 16 addresses");
    for (const app::ListenAddress& listen : config.listen) {
        const bool colons = listen.address.find(':') != std::string::npos;
        const std::string text =
            (colons ? "[" + listen.address + "]:" : listen.address + ":") + std::to_string(listen.port);
        demand(app::parse_listen(text) == listen, "an address is read as it is written", text);
    }
    demand(config.chat.concurrency >= 1 && config.chat.concurrency <= 16, "chat.concurrency has its range");
    demand(config.nightly.keep.days >= 1 && config.nightly.keep.weeks >= 0, "backups are kept");
    demand(config.chat.url.empty() == config.chat.model.empty(), "an endpoint has a model");
}

} // namespace

void fuzz_config(std::string_view input) {
    static const ScratchFile file("lectern.toml");
    file.fill(input);
    try {
        check(app::load_config(file.path()));
    } catch (const platform::Error& error) {
        demand(error.kind() == platform::ErrorKind::bad_request, "a fault is the file's", error.what());
        const std::string message = error.what();
        // A name or a text with a line break stands in a message as it is.
        if (input.find('\\') != input.npos || input.find("\"\"\"") != input.npos ||
            input.find("'''") != input.npos)
            return;
        demand(names_places(message, file.path().string()), "a fault says where it is", message);
    }
}

} // namespace fuzz
