// Tables as text, separated by comma, semicolon or tab, as spreadsheets write them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

// Writes a table: commas between cells, CR LF behind rows (RFC 4180).
//
// Anybody may choose their nickname, and a spreadsheet runs text that begins like a formula: with = + - @,
// also in full width or behind spaces of any kind, or with a tab or a carriage return. Such text gets an
// apostrophe in front, which read_csv takes away again. A negative number is no formula and stays a number.
class CsvWriter {
public:
    // Some spreadsheets misread UTF-8 without a byte order mark; other programs stumble over it.
    enum class Mark { none, utf8 };

    CsvWriter() = default; // rows without a head
    explicit CsvWriter(std::initializer_list<std::string_view> head, Mark mark = Mark::none);

    // One row: as many cells as the head has, then end().
    CsvWriter& cell(std::string_view text);
    CsvWriter& cell(std::int64_t number);
    CsvWriter& cell(double number, int decimals);
    CsvWriter& cell(const std::optional<double>& number, int decimals); // empty when there is none
    CsvWriter& yes_or_no(bool value) { return cell(std::string_view(value ? "yes" : "no")); }
    void end();
    // A whole row of text.
    void row(std::initializer_list<std::string_view> cells);

    const std::string& text() const { return text_; }
    // And leaves nothing, so that a long table can be written piece by piece.
    std::string take() { return std::exchange(text_, {}); }

private:
    void begin_cell();

    std::string text_;
    bool first_ = true; // no cell of the row has been written
};

} // namespace platform
