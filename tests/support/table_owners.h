// schema.sql as the ownership test reads it: which module owns a table, and which table refers to which.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/source_tree.h"

namespace support {

struct ForeignKey {
    int line;
    std::string table;
    std::string column;
    std::string target;
    std::string action; // on deletion: "CASCADE", "SET NULL", "" for none
};

struct View {
    int line;
    std::string name;
    std::string module;
    std::string text;
};

struct TableOwners {
    std::map<std::string, std::string> module_of; // table or view
    std::vector<ForeignKey> foreign_keys;
    std::vector<View> views;
    std::vector<std::pair<int, std::string>> headings;
    std::vector<std::pair<int, std::string>> faults; // whatever stands in the wrong place
};

// A heading is a line "-- ==== people": the tables below it belong to lib/people.
TableOwners read_table_owners(const SourceFile& schema);

} // namespace support
