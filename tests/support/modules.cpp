#include "support/modules.h"

namespace support {

const std::map<std::string, std::set<std::string>>& include_table() {
    static const std::map<std::string, std::set<std::string>> table = {
        {"platform", {}},
        {"store", {"platform"}},
        {"http", {"platform"}},
        {"live", {"platform"}},
        {"simulation", {"live"}},
        {"audit", {"store"}},
        {"people", {"store", "audit"}},
        {"devices", {"store", "people"}},
        {"scenarios", {"store", "people"}},
        {"courses", {"scenarios"}},
        {"rooms", {"devices"}},
        {"timetable", {"rooms", "courses"}},
        {"runs", {"devices", "courses"}},
        {"trainings", {"runs", "live"}},
        {"sessions", {"rooms", "runs", "timetable", "live"}},
        {"insights", {"runs", "sessions", "trainings"}},
        {"progress", {"sessions", "trainings"}},
        {"chat", {"sessions", "trainings"}},
        {"admin", {"audit", "devices", "courses"}},
    };
    return table;
}

void add_reachable(const std::string& module, std::set<std::string>& reached) {
    if (!reached.insert(module).second) return;
    if (const auto row = include_table().find(module); row != include_table().end()) {
        for (const std::string& next : row->second) {
            add_reachable(next, reached);
        }
    }
}

std::string first_folder(const std::string& path) {
    return path.substr(0, path.find('/'));
}

} // namespace support
