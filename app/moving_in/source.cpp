#include "app/moving_in/source.h"

#include <algorithm>

#include "platform/csv.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

namespace fs = std::filesystem;

const std::vector<Json> no_rows;

// "public.vr_sessions" -> "vr_sessions"
std::string table_name(std::string_view name) {
    if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos) name.remove_prefix(dot + 1);
    return snake_case(name);
}

// Some web pages export "vr_sessions" as "vr_sessions_rows.csv".
std::string table_of_file(const fs::path& file) {
    std::string name = file.stem().string();
    if (name.ends_with("_rows")) name.resize(name.size() - 5);
    return table_name(name);
}

Json with_snake_keys(const Json& row) {
    Json named = Json::object();
    for (const auto& [key, value] : row.items())
        named[snake_case(key)] = value;
    return named;
}

// Django's dumpdata: {"model": "lms.user", "pk": 1, "fields": {...}}
bool is_django_row(const Json& row) {
    return value_of(row, "model").is_string() && value_of(row, "fields").is_object();
}

void add_rows(const Json& rows, const std::string& table, Source& source) {
    for (const Json& row : rows) {
        if (is_django_row(row)) {
            Json fields = with_snake_keys(value_of(row, "fields"));
            fields["id"] = value_of(row, "pk");
            std::string model = text_of(row, "model");
            std::ranges::replace(model, '.', '_'); // the name of its table
            source.add(model, std::move(fields));
        } else if (row.is_object()) {
            source.add(table, with_snake_keys(row));
        } else {
            platform::throw_invalid(table, "must be a list of objects");
        }
    }
}

void read_one(const fs::path& file, Source& source) {
    std::error_code none;
    const auto size = fs::file_size(file, none);
    if (none) platform::throw_invalid(file.string(), "cannot be read");
    if (size > most_file_bytes)
        platform::throw_invalid(file.string(),
                                "has more than " + std::to_string(most_file_bytes >> 20) + " MiB");
    const std::string text = platform::read_file(file).value_or("");
    if (text.starts_with("SQLite format 3")) return read_sqlite(file, source);
    if (!platform::is_utf8(text))
        platform::throw_invalid(file.string(), "is neither SQLite nor text in UTF-8");
    const std::string name = table_of_file(file);
    const std::string_view start = platform::trimmed(std::string_view(text).substr(0, 4096));
    if (start.starts_with('{') || start.starts_with('[')) return read_json(text, name, source);
    constexpr std::string_view statements[] = {"--", "BEGIN", "COPY", "CREATE", "INSERT", "PRAGMA", "SET"};
    if (file.extension() == ".sql" ||
        std::ranges::any_of(statements, [start](std::string_view word) { return start.starts_with(word); }))
        return read_sql(text, source);
    read_csv_table(text, name, source);
}

} // namespace

Source Source::read(const std::vector<fs::path>& files) {
    Source source;
    for (const fs::path& file : files)
        read_one(file, source);
    return source;
}

void Source::add(const std::string& table, Json row) {
    if (++count_ > most_rows)
        platform::throw_invalid("file", "has more than " + std::to_string(most_rows) + " rows");
    if (row.size() > most_columns)
        platform::throw_invalid(table, "has more than " + std::to_string(most_columns) + " columns");
    tables_[table_name(table)].push_back(std::move(row));
}

const std::vector<Json>& Source::rows(std::initializer_list<std::string_view> tables) {
    for (const std::string_view table : tables)
        if (const auto found = tables_.find(std::string(table)); found != tables_.end()) {
            asked_.insert(found->first);
            return found->second;
        }
    return no_rows;
}

const std::vector<Json>& Source::rows_ending(std::string_view ending) {
    for (const auto& [table, rows] : tables_)
        if (table.ends_with(ending) || "_" + table == ending) {
            asked_.insert(table);
            return rows;
        }
    return no_rows;
}

std::vector<std::pair<std::string, std::size_t>> Source::unasked() const {
    std::vector<std::pair<std::string, std::size_t>> tables;
    for (const auto& [table, rows] : tables_)
        if (!asked_.contains(table)) tables.emplace_back(table, rows.size());
    return tables;
}

void read_json(const std::string& text, const std::string& name, Source& source) {
    const Json whole = Json::parse(text, nullptr, false);
    if (whole.is_discarded()) platform::throw_invalid(name, "is no JSON");
    if (whole.is_array()) return add_rows(whole, name, source);
    for (const auto& [table, rows] : whole.items()) {
        if (!rows.is_array()) platform::throw_invalid(table, "must be a list of rows");
        add_rows(rows, table, source);
    }
}

void read_csv_table(const std::string& text, const std::string& name, Source& source) {
    const platform::CsvTable table = platform::read_csv(text, name, most_rows);
    for (const auto& line : table.rows) {
        Json row = Json::object();
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            std::string cell = table.cell(line, i);
            row[snake_case(table.columns[i])] = cell.empty() ? Json() : Json(std::move(cell));
        }
        source.add(name, std::move(row));
    }
}

} // namespace app::moving_in
