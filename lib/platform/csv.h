// Tables as text, separated by comma, semicolon or tab, as spreadsheets write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace platform {

struct CsvTable {
    std::vector<std::string>
        columns; // of the first line, trimmed, in lower case; "First name" becomes "first_name"
    struct Row {
        std::size_t line = 0; // in the file, from 2
        std::vector<std::string> cells;
    };
    std::vector<Row> rows; // empty lines left out

    // The position of a column, or npos.
    std::size_t column(std::string_view name) const;
    // The trimmed cell, or "" when the row is too short or has no such column.
    std::string cell(const Row& row, std::size_t column) const;
};

// The delimiter is the one that occurs most in the first line. Throws Error invalid, naming `field`, for text
// that is not UTF-8, not CSV, or has more rows than `most_rows`.
CsvTable read_csv(std::string_view text, const std::string& field, std::size_t most_rows);

// One line with its line end. A cell that a spreadsheet would run as a formula gets an apostrophe in front;
// read_csv takes it away again.
std::string csv_line(const std::vector<std::string>& cells);

} // namespace platform
