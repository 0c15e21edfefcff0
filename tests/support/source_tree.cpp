#include "support/source_tree.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace support {
namespace {

namespace fs = std::filesystem;

bool is_skipped_folder(const fs::path& path) {
    static const std::vector<std::string> skipped = {".git",   "build",  "node_modules", "dist",
                                                     ".cache", "corpus", "fixtures",     "test-results"};
    return std::ranges::find(skipped, path.filename().string()) != skipped.end();
}

bool is_text(const std::string& bytes) {
    return bytes.find('\0') == std::string::npos;
}

std::vector<std::string> split_lines(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line + '\n';
    }
    return text;
}

// Walks over C++ text and blanks out everything that is not code. Line breaks stay, and with them the line
// numbers.
class Blanker {
public:
    explicit Blanker(std::string text) : text_(std::move(text)) {}

    std::string run() {
        bool line_is_blank = true;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#' && line_is_blank) {
                blank_directive();
            } else if (looking_at("//")) {
                blank_until("\n", false);
            } else if (looking_at("/*")) {
                blank_until("*/", true);
            } else if (looking_at("R\"")) {
                blank_raw_string();
            } else if (c == '"' || (c == '\'' && !in_number())) {
                blank_quoted(c);
            } else {
                line_is_blank = c == '\n' || (line_is_blank && std::isspace(static_cast<unsigned char>(c)));
                ++at_;
            }
        }
        return std::move(text_);
    }

private:
    bool looking_at(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }

    // The quote in 1'000'000.
    bool in_number() const { return at_ > 0 && std::isalnum(static_cast<unsigned char>(text_[at_ - 1])); }

    void blank_to(std::size_t end) {
        for (end = std::min(end, text_.size()); at_ < end; ++at_) {
            if (text_[at_] != '\n') text_[at_] = ' ';
        }
    }

    void blank_until(std::string_view mark, bool with_mark) {
        const std::size_t found = text_.find(mark, at_ + 2);
        blank_to(found == std::string::npos ? found : found + (with_mark ? mark.size() : 0));
    }

    void blank_directive() {
        std::size_t end = text_.find('\n', at_);
        while (end != std::string::npos && text_[end - 1] == '\\') {
            end = text_.find('\n', end + 1);
        }
        blank_to(end);
    }

    void blank_raw_string() {
        const std::size_t open = text_.find('(', at_);
        const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
        blank_until(close, true);
    }

    void blank_quoted(char quote) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
            end += text_[end] == '\\' ? 2 : 1;
        }
        blank_to(end + 1);
    }

    std::string text_;
    std::size_t at_ = 0;
};

enum class Scope { outer, function, inner };

// What an opening brace opens, judged by the text between it and the statement before.
Scope opened_by(const std::string& head, bool within_function) {
    if (within_function) return Scope::inner;
    static const std::regex outer(
        R"(^\s*(template\s*<[^{]*>\s*)?(namespace|class|struct|union|enum|extern)\b)");
    const bool has_parameters = head.find(')') != std::string::npos;
    if (std::regex_search(head, outer) && !has_parameters) return Scope::outer;
    const std::size_t last = head.find_last_not_of(" \n");
    const bool is_data =
        last == std::string::npos || std::string_view("(,=").find(head[last]) != std::string::npos;
    return has_parameters && !is_data ? Scope::function : Scope::inner;
}

} // namespace

SourceTree read_source_tree(const std::string& root) {
    SourceTree tree;
    for (auto entry = fs::recursive_directory_iterator(root); entry != fs::recursive_directory_iterator();
         ++entry) {
        if (entry->is_directory() && is_skipped_folder(entry->path())) {
            entry.disable_recursion_pending();
        }
        if (!entry->is_regular_file() || entry->path().filename() == ".git") continue;
        std::ifstream in(entry->path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        if (is_text(bytes)) {
            tree.push_back({entry->path().lexically_relative(root).generic_string(), split_lines(bytes)});
        }
    }
    std::ranges::sort(tree, {}, &SourceFile::path);
    return tree;
}

SourceFile sample(std::string path, std::string_view text) {
    return {std::move(path), split_lines(text)};
}

std::vector<std::string> code_only(const SourceFile& file) {
    return split_lines(Blanker(joined(file.lines)).run());
}

std::vector<std::pair<int, std::string>> own_includes(const SourceFile& file) {
    static const std::regex include(R"re(^\s*#\s*include\s*"([^"]+)")re");
    std::vector<std::pair<int, std::string>> found;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        if (std::smatch match; std::regex_search(file.lines[i], match, include)) {
            found.emplace_back(static_cast<int>(i) + 1, match[1]);
        }
    }
    return found;
}

std::vector<Function> functions(const SourceFile& file) {
    struct Open {
        Scope scope;
        int line;
    };
    std::vector<Function> found;
    std::vector<Open> stack;
    std::string head;
    int head_line = 1;
    int line = 1;
    int depth_in_function = 0;
    for (const char c : Blanker(joined(file.lines)).run()) {
        if (c == '{') {
            const Scope scope = opened_by(head, depth_in_function > 0);
            stack.push_back({scope, head_line});
            depth_in_function += scope == Scope::function || depth_in_function > 0 ? 1 : 0;
        } else if (c == '}' && !stack.empty()) {
            if (stack.back().scope == Scope::function) found.push_back({stack.back().line, line});
            if (depth_in_function > 0) --depth_in_function;
            stack.pop_back();
        }
        if (c == '{' || c == '}' || c == ';') {
            head.clear();
        } else if (!head.empty() || !std::isspace(static_cast<unsigned char>(c))) {
            if (head.empty()) head_line = line;
            head += c;
        }
        if (c == '\n') ++line;
    }
    return found;
}

} // namespace support
