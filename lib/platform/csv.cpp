#include "platform/csv.h"

#include <csv.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <optional>
#include <system_error>

#include "platform/error.h"
#include "platform/text.h"

namespace platform {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

constexpr std::size_t most_columns = 256, most_cells = 4'000'000;

// What a spreadsheet skips before it looks for a formula. Spelt out, because most of them are invisible.
constexpr std::string_view blanks[] = {" ",
                                       "\n",
                                       "\v",
                                       "\f",
                                       "\xC2\x85",
                                       "\xC2\xA0",
                                       "\xE1\x9A\x80",
                                       "\xE2\x80\x80",
                                       "\xE2\x80\x81",
                                       "\xE2\x80\x82",
                                       "\xE2\x80\x83",
                                       "\xE2\x80\x84",
                                       "\xE2\x80\x85",
                                       "\xE2\x80\x86",
                                       "\xE2\x80\x87",
                                       "\xE2\x80\x88",
                                       "\xE2\x80\x89",
                                       "\xE2\x80\x8A",
                                       "\xE2\x80\x8B",
                                       "\xE2\x80\xA8",
                                       "\xE2\x80\xA9",
                                       "\xE2\x80\xAF",
                                       "\xE2\x81\x9F",
                                       "\xE2\x81\xA0",
                                       "\xE3\x80\x80",
                                       "\xEF\xBB\xBF"};
constexpr std::string_view formula_signs[] = {
    "=", "+", "-", "@", "\t", "\r", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

std::string_view without_leading_blanks(std::string_view cell) {
    const auto leads = [&cell](std::string_view blank) { return cell.starts_with(blank); };
    for (const auto* blank = std::ranges::find_if(blanks, leads); blank != std::end(blanks);
         blank = std::ranges::find_if(blanks, leads))
        cell.remove_prefix(blank->size());
    return cell;
}

bool begins_like_formula(std::string_view cell) {
    cell = without_leading_blanks(cell);
    return std::ranges::any_of(formula_signs,
                               [cell](std::string_view sign) { return cell.starts_with(sign); });
}

// "-12.5" and "-1e-05".
bool is_negative_number(std::string_view cell) {
    cell = without_leading_blanks(cell);
    if (!cell.starts_with('-')) return false;
    double value = 0;
    const char* const end = cell.data() + cell.size();
    const auto [stopped, fault] = std::from_chars(cell.data(), end, value);
    return fault == std::errc() && stopped == end && std::isfinite(value);
}

bool needs_quotes(std::string_view text) {
    return text.find_first_of(",;\"\r\n\t") != std::string_view::npos || text != trimmed(text);
}

std::string_view without_apostrophes(std::string_view cell) {
    cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
    return cell;
}

// A text that has apostrophes of its own in front of a formula gets one more, and reading takes one away.
bool needs_apostrophe(std::string_view cell) {
    return begins_like_formula(without_apostrophes(cell)) && !is_negative_number(cell);
}

std::string plain_cell(std::string_view cell) {
    cell = trimmed(cell);
    if (cell.starts_with('\'') && begins_like_formula(without_apostrophes(cell)))
        cell = trimmed(cell.substr(1));
    return std::string(cell);
}

std::string column_name(std::string_view cell) {
    std::string name = lower_ascii(trimmed(cell));
    for (char& c : name)
        if (c == ' ' || c == '-') c = '_';
    return name;
}

// "sep=;" as a first line, which spreadsheets write and obey, and never show or count. Takes it off the text.
std::optional<char> take_declared_delimiter(std::string_view& text, const std::string& field) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::string_view line = trimmed(text.substr(0, end));
    if (line.starts_with('"')) line.remove_prefix(1);
    if (lower_ascii(line.substr(0, 4)) != "sep=") return std::nullopt;
    // The line is not trimmed at its end: the delimiter may be a tab.
    const std::size_t sign = text.find('=') + 1;
    const char delimiter = sign < end ? text[sign] : '\0';
    if (delimiter != ',' && delimiter != ';' && delimiter != '\t' && delimiter != '|')
        throw_invalid(field, "has a first line \"sep=\", which must name a comma, a semicolon, a tab or a |");
    text.remove_prefix(end);
    if (text.starts_with("\r\n"))
        text.remove_prefix(2);
    else if (!text.empty())
        text.remove_prefix(1);
    return delimiter;
}

// The delimiter is the sign that stands most often between the cells of the first row that has text. Signs
// between quotes are text.
char delimiter_of(std::string_view text) {
    constexpr std::string_view candidates = ",;\t";
    std::size_t counts[candidates.size()] = {};
    bool quoted = false, has_text = false;
    for (const char c : text) {
        const std::size_t candidate = candidates.find(c);
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '\n' || c == '\r')) {
            if (has_text) break;
            std::ranges::fill(counts, 0);
        } else if (!quoted && candidate != candidates.npos) {
            ++counts[candidate];
        } else {
            has_text = has_text || c != ' ';
        }
    }
    return candidates[static_cast<std::size_t>(std::ranges::max_element(counts) - std::begin(counts))];
}

// Gathers what the parser finds. Rows are counted as a spreadsheet does: an empty line is a row, and a cell's
// own line ends are not.
struct Gatherer {
    CsvTable table;
    std::vector<std::string> cells;
    std::size_t line = 0, most_rows = 0, cells_kept = 0;
    bool has_columns = false, too_many = false, too_wide = false;
    bool has_cells = false;    // of the row that is being read
    bool after_return = false; // the last row ended with a carriage return

    // Cells beyond the columns are dropped: a line of nothing but commas would take all memory.
    void take_cell(std::string_view cell) {
        has_cells = true;
        if (cells.size() < (has_columns ? table.columns.size() : most_columns) && cells_kept < most_cells)
            cells.push_back(plain_cell(cell));
        else
            too_wide = too_wide || !has_columns || cells_kept >= most_cells;
    }
    // `end` is the sign that ended the row; the parser reports both signs of a CR LF.
    void take_row(int end) {
        const bool rest_of_line_end = end == '\n' && after_return && !has_cells;
        after_return = end == '\r';
        has_cells = false;
        if (rest_of_line_end) return;
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
        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
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
    const auto declared = take_declared_delimiter(text, field);
    Parser parser(declared ? *declared : delimiter_of(text));
    const auto on_cell = [](void* cell, std::size_t bytes, void* to) {
        static_cast<Gatherer*>(to)->take_cell({static_cast<const char*>(cell), bytes});
    };
    const auto on_row = [](int end, void* to) { static_cast<Gatherer*>(to)->take_row(end); };
    const bool parsed =
        csv_parse(&parser.parser, text.data(), text.size(), on_cell, on_row, &gatherer) == text.size() &&
        csv_fini(&parser.parser, on_cell, on_row, &gatherer) == 0;
    if (!parsed)
        throw_invalid(field, "has a quotation mark that is not closed or stands in the middle, about row " +
                                 std::to_string(gatherer.line + 1));
    if (gatherer.too_wide)
        throw_invalid(field, "has more than " + std::to_string(most_columns) + " columns, or " +
                                 std::to_string(most_cells) + " cells");
    if (gatherer.too_many) throw_invalid(field, "has more than " + std::to_string(most_rows) + " rows");
    return std::move(gatherer.table);
}

CsvWriter::CsvWriter(std::initializer_list<std::string_view> head, Mark mark) {
    if (mark == Mark::utf8) text_ = byte_order_mark;
    row(head);
}

void CsvWriter::begin_cell() {
    if (!first_) text_ += ',';
    first_ = false;
}

CsvWriter& CsvWriter::cell(std::string_view text) {
    begin_cell();
    const bool guarded = needs_apostrophe(text);
    const bool quoted = needs_quotes(text);
    if (quoted) text_ += '"';
    if (guarded) text_ += '\'';
    for (const char c : text) {
        if (c == '"') text_ += '"';
        text_ += c;
    }
    if (quoted) text_ += '"';
    return *this;
}

CsvWriter& CsvWriter::cell(std::int64_t number) {
    begin_cell();
    text_ += std::to_string(number);
    return *this;
}

CsvWriter& CsvWriter::cell(double number, int decimals) {
    begin_cell();
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, number);
    text_ += text;
    return *this;
}

CsvWriter& CsvWriter::cell(const std::optional<double>& number, int decimals) {
    return number ? cell(*number, decimals) : cell(std::string_view());
}

void CsvWriter::end() {
    text_ += "\r\n";
    first_ = true;
}

void CsvWriter::row(std::initializer_list<std::string_view> cells) {
    for (const std::string_view text : cells)
        cell(text);
    end();
}

} // namespace platform
