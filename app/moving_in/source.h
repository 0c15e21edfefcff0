// The store of another system as the school has it: an SQLite file, a dump of SQL (pg_dump, sqlite3 .dump), JSON, or
// CSV, a table a file. Read whole, in the process of the command: a server never opens a foreign file.
//
// Columns are known by their names in snake_case, tables by theirs without a schema.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/moving_in/values.h"

namespace app::moving_in {

inline constexpr std::size_t most_file_bytes = 512u << 20, most_rows = 2'000'000, most_columns = 200;

class Source {
public:
    // Error invalid names the file and says what is wrong with it.
    static Source read(const std::vector<std::filesystem::path>& files);

    // The rows of the first of these tables that there is; none where there is none of them.
    const std::vector<Json>& rows(std::initializer_list<std::string_view> tables);
    // The same of a table whose name ends so: "_class_students" of Django's "lms_class_students".
    const std::vector<Json>& rows_ending(std::string_view ending);
    // What nobody asked for, and how many rows it has.
    std::vector<std::pair<std::string, std::size_t>> unasked() const;

    void add(const std::string& table, Json row); // for the readers of formats

private:
    std::map<std::string, std::vector<Json>> tables_;
    std::set<std::string> asked_;
    std::size_t count_ = 0;
};

// The readers of formats. `name`: of the file, for errors and for the table where the format has none.
void read_sqlite(const std::filesystem::path& file, Source& source);
void read_sql(const std::string& text, Source& source);
void read_json(const std::string& text, const std::string& name, Source& source);
void read_csv_table(const std::string& text, const std::string& name, Source& source);

} // namespace app::moving_in
