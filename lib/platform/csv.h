// Tables as text: comma, semicolon or tab, as spreadsheets write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platform {

struct CsvTable {
    std::vector<std::string>
        columns; // of the first line, trimmed, in lower case, "First name" as "first_name"
    struct Row {
        std::size_t line = 0; // of the file, from 2
        std::vector<std::string> cells;
    };
    std::vector<Row> rows; // empty lines left out

    // The position of a column; npos when there is none.
    std::size_t column(std::string_view name) const;
    // The trimmed cell, "" when the row is too short or there is no such column.
    std::string cell(const Row& row, std::size_t column) const;
};

// The delimiter is the one that the first line has most of. Error invalid naming `field` when it is not
// UTF-8, not CSV, or has more rows than `most_rows`.
CsvTable read_csv(std::string_view text, const std::string& field, std::size_t most_rows);

// A line with its end. A cell that a spreadsheet would run as a formula gets an apostrophe before it;
// read_csv takes it away.
std::string csv_line(const std::vector<std::string>& cells);

} // namespace platform
