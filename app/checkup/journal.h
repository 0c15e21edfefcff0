// Lines that the server wrote into the machine's journal lately. Only root, and whoever may read the journal, gets
// them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace app {

struct Journal {
    nlohmann::json lines = nlohmann::json::array(); // {"at", "priority", "message"}, the oldest first
    std::string fault;                              // why there are none; "" otherwise
};

// Of the last day, the newest lines of it where there are too many.
Journal journal_of_last_day();

} // namespace app
