#include "platform/csv.h"

#include <csv.h>

#include <algorithm>
#include <cctype>

#include "platform/error.h"
#include "platform/text.h"

namespace platform {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

constexpr std::size_t most_columns = 256, most_cells = 4'000'000;

bool starts_formula(char c) {
    return c == '=' || c == '+' || c == '-' || c == '@';
}

// "-12.5" is not a formula and must stay a number.
bool is_negative_number(std::string_view cell) {
    if (!cell.starts_with('-')) return false;
    cell.remove_prefix(1);
    return !cell.empty() && cell.find_first_not_of("0123456789.") == cell.npos &&
           std::ranges::count(cell, '.') <= 1 && cell != ".";
}

bool runs_in_a_spreadsheet(std::string_view cell) {
    if (cell.empty()) return false;
    return cell[0] == '\t' || cell[0] == '\r' || (starts_formula(cell[0]) && !is_negative_number(cell));
}

std::string plain_cell(std::string_view cell) {
    cell = trimmed(cell);
    if (cell.size() >= 2 && cell[0] == '\'' && starts_formula(cell[1])) cell.remove_prefix(1);
    return std::string(cell);
}

std::string column_name(std::string_view cell) {
    std::string name = lower_ascii(trimmed(cell));
    for (char& c : name)
        if (c == ' ' || c == '-') c = '_';
    return name;
}

char delimiter_of(std::string_view text) {
    const std::string_view first = text.substr(0, text.find('\n'));
    char best = ',';
    for (const char candidate : {',', ';', '\t'})
        if (std::ranges::count(first, candidate) > std::ranges::count(first, best)) best = candidate;
    return best;
}

// Gathers what the parser finds. The parser counts the lines, because a quoted cell may contain line ends.
struct Gatherer {
    CsvTable table;
    std::vector<std::string> cells;
    std::size_t line = 0, most_rows = 0, cells_kept = 0;
    bool has_columns = false, too_many = false, too_wide = false;

    // Cells beyond the columns are dropped: a line of nothing but commas would take all memory.
    void take_cell(std::string_view cell) {
        if (cells.size() < (has_columns ? table.columns.size() : most_columns) && cells_kept < most_cells)
            cells.push_back(plain_cell(cell));
        else
            too_wide = too_wide || !has_columns || cells_kept >= most_cells;
    }
    void take_row() {
        ++line;
        const bool empty = std::ranges::all_of(cells, [](const std::string& cell) { return cell.empty(); });
        if (!has_columns && !empty) {
            for (const std::string& cell : cells)
                table.columns.push_back(column_name(cell));
            has_columns = true;
        } else if (!empty) {
            if (table.rows.size() == most_rows)
                too_many = true;
            else
                keep_row();
        }
        cells.clear();
    }
    void keep_row() {
        while (cells.back().empty())
            cells.pop_back();
        cells_kept += cells.size();
        table.rows.push_back({line, std::move(cells)});
    }
};

struct Parser {
    explicit Parser(char delimiter) {
        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
            throw Error(ErrorKind::internal, "The CSV parser did not start.");
        csv_set_delim(&parser, static_cast<unsigned char>(delimiter));
        csv_set_space_func(&parser, [](unsigned char c) { return c == ' ' ? 1 : 0; });
    }
    ~Parser() { csv_free(&parser); }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    csv_parser parser{};
};

} // namespace

std::size_t CsvTable::column(std::string_view name) const {
    const auto found = std::ranges::find(columns, name);
    return found == columns.end() ? std::string::npos : static_cast<std::size_t>(found - columns.begin());
}

std::string CsvTable::cell(const Row& row, std::size_t column) const {
    return column < row.cells.size() ? row.cells[column] : std::string();
}

CsvTable read_csv(std::string_view text, const std::string& field, std::size_t most_rows) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    if (!is_utf8(text)) throw_invalid(field, "must be UTF-8: save it as \"CSV UTF-8\"");
    if (text.find('\0') != std::string_view::npos) throw_invalid(field, "must be text");
    Gatherer gatherer;
    gatherer.most_rows = most_rows;
    Parser parser(delimiter_of(text));
    const auto on_cell = [](void* cell, std::size_t bytes, void* to) {
        static_cast<Gatherer*>(to)->take_cell({static_cast<const char*>(cell), bytes});
    };
    const auto on_row = [](int, void* to) { static_cast<Gatherer*>(to)->take_row(); };
    const bool parsed =
        csv_parse(&parser.parser, text.data(), text.size(), on_cell, on_row, &gatherer) == text.size() &&
        csv_fini(&parser.parser, on_cell, on_row, &gatherer) == 0;
    if (!parsed)
        throw_invalid(field, "has a quotation mark that is not closed or stands in the middle, about line " +
                                 std::to_string(gatherer.line + 1));
    if (gatherer.too_wide)
        throw_invalid(field, "has more than " + std::to_string(most_columns) + " columns, or " +
                                 std::to_string(most_cells) + " cells");
    if (gatherer.too_many) throw_invalid(field, "has more than " + std::to_string(most_rows) + " rows");
    return std::move(gatherer.table);
}

std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells) {
        if (&cell != &cells.front()) line += ',';
        const std::string safe = runs_in_a_spreadsheet(cell) ? "'" + cell : cell;
        if (safe.find_first_of(",;\"\r\n\t") == std::string::npos && safe == trimmed(safe)) {
            line += safe;
            continue;
        }
        line += '"';
        for (const char c : safe) {
            if (c == '"') line += '"';
            line += c;
        }
        line += '"';
    }
    return line + "\r\n";
}

} // namespace platform
