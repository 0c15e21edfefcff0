// Rosters as tables, and tables at all: what is read, written and read again is the same.
#include <algorithm>

#include "fuzz/support/fuzz.h"
#include "people/rosters/roster.h"
#include "platform/csv.h"
#include "platform/error.h"
#include "platform/text.h"

namespace fuzz {

namespace {

void write_and_read_again(std::string_view input) {
    platform::CsvTable table;
    try {
        table = platform::read_csv(input, "file", 1000);
    } catch (const platform::Error&) {
        return;
    }
    platform::CsvWriter writer;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        writer.cell("column " + std::to_string(i));
    writer.end();
    for (const auto& row : table.rows) {
        for (const std::string& cell : row.cells)
            writer.cell(cell);
        writer.end();
    }
    const auto again = platform::read_csv(writer.text(), "file", 1000);
    demand(std::ranges::equal(table.rows, again.rows,
                              [](const auto& a, const auto& b) { return a.cells == b.cells; }),
           "a table is read as it was written", writer.text());
}

} // namespace

void fuzz_roster(std::string_view input) {
    write_and_read_again(input);
    try {
        const people::Roster roster = people::read_roster(input);
        std::size_t bytes = 0;
        for (const people::RosterRow& row : roster.rows) {
            demand(!row.reason.empty() || !row.nickname.empty(), "a row without a fault has a nickname");
            if (row.reason.empty())
                demand(platform::is_utf8(row.nickname) && platform::utf8_length(row.nickname) <= 64,
                       "a good nickname is a short text", row.nickname);
            demand(row.classes.size() <= input.size(), "classes come from the file");
            for (const std::string& name : row.classes)
                bytes += name.size();
        }
        // The rows share what the file says; a few kilobytes must not unfold to gigabytes.
        demand(bytes <= 64 * 1024 + 500 * input.size(), "the classes of a roster are bounded");
    } catch (const platform::Error& error) {
        demand(error.kind() == platform::ErrorKind::invalid, "a fault is the file's", error.what());
    }
}

} // namespace fuzz
