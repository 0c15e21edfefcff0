// The SQL in C++ source text, and which tables it touches: for the test that checks who owns which table.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/source_tree.h"

namespace support {

// A string as the compiler sees it: neighbouring literals joined, macros put in, escapes undone.
struct StringText {
    std::string text;
    std::vector<std::pair<std::size_t, int>>
        lines; // from this offset on, the text stands in this line of the file

    int line_at(std::size_t offset) const;
};

// String macros of all files, by name. Their pieces are known only where they are used.
using StringMacros = std::map<std::string, std::string>;

void collect_macros(const SourceFile& file, StringMacros& macros);

/// Every string of a C++ file, except those of its #define lines.
std::vector<StringText> strings_of(const SourceFile& file, const StringMacros& macros);

struct SqlToken {
    enum class Kind { word, quoted, sign };
    Kind kind;
    std::string text;
    std::size_t at; // where it begins

    bool is(std::string_view what) const { return kind != Kind::quoted && text == what; }
    bool is_word() const { return kind == Kind::word; }
};

/// Without comments. A sign is one character.
std::vector<SqlToken> sql_tokens(std::string_view text);

struct Touch {
    std::string table;
    bool writes;
    std::size_t at;
};

/// The tables that a text touches. Keywords count in capitals only, which tells SQL from English; what the
/// text itself names by WITH is left out, and so are functions that give rows and SQLite's own tables.
std::vector<Touch> tables_touched(std::string_view text);

} // namespace support
