// The SQL in C++ source text, and the tables that it touches: for the test of which module owns which table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/source_tree.h"

namespace support {

// A string as the compiler sees it: neighbouring literals joined, escapes resolved.
struct StringText {
    std::string text;
    std::vector<std::pair<std::size_t, int>>
        lines; // from this offset on, the text stands in this line of the file

    int line_at(std::size_t offset) const;
};

// Every string of a C++ file. There are no macros (tests/tidy/words_test.cpp), so none hides in one.
std::vector<StringText> strings_of(const SourceFile& file);

struct SqlToken {
    enum class Kind { word, quoted, sign };
    Kind kind;
    std::string text;
    std::size_t at; // where it begins

    bool is(std::string_view what) const { return kind != Kind::quoted && text == what; }
    bool is_word() const { return kind == Kind::word; }
};

// Without comments. A punctuation character is a token of its own.
std::vector<SqlToken> sql_tokens(std::string_view text);

struct Touch {
    std::string table;
    bool writes;
    std::size_t at;
};

// The tables that a text touches. Only keywords in capitals count, which tells SQL from English. Names that
// the text itself defines by WITH are left out, and so are functions that return rows and SQLite's own
// tables.
std::vector<Touch> tables_touched(std::string_view text);

} // namespace support
