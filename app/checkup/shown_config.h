// The configuration as it may leave the school: which keys are set, and the values that tell nothing about anybody.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace app {

// Numbers, switches and the log level as they are; of an address to listen on its kind and port; of every other text
// only that it is set. A file that cannot be understood shows no key.
nlohmann::json shown_config(const std::filesystem::path& file);

} // namespace app
