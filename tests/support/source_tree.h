// The project's own source text, for the tests that check house rules.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

struct SourceFile {
    std::string path; // from the root, with '/'
    std::vector<std::string> lines;

    bool in(std::string_view folder) const { return path.starts_with(folder); }
    bool is(std::string_view ending) const { return path.ends_with(ending); }
    bool is_cpp() const { return is(".cpp") || is(".h"); }
    std::string folder() const { return path.substr(0, path.find_last_of('/') + 1); }
    std::string name() const { return path.substr(path.find_last_of('/') + 1); }
};

using SourceTree = std::vector<SourceFile>;

// Every text file that people write: nothing that is built, downloaded or binary.
SourceTree read_source_tree(const std::string& root);

// A file on which a rule can be tried.
SourceFile sample(std::string path, std::string_view text);

// Only the code of a C++ file: comments, preprocessor lines and quoted text become spaces, line by line.
std::vector<std::string> code_only(const SourceFile& file);

// The quoted includes of a file: line number from 1, and the path as written.
std::vector<std::pair<int, std::string>> own_includes(const SourceFile& file);

struct Function {
    int first_line;
    int last_line;
    int lines() const { return last_line - first_line + 1; }
};

// The functions of a C++ file, found by counting braces. Right for code that clang-format has laid out. A
// member initialiser with braces hides the lines above it, and a table of data does not count.
std::vector<Function> functions(const SourceFile& file);

} // namespace support
