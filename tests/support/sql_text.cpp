#include "support/sql_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace support {
namespace {

bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Walks over C++ text and joins the strings in it.
class StringReader {
public:
    explicit StringReader(const SourceFile& file) {
        for (const std::string& line : file.lines)
            text_ += line + '\n';
    }

    std::vector<StringText> run() {
        bool first_in_line = true;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\n') {
                first_in_line = true;
                step(1);
            } else if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '\\') {
                step(1);
            } else if (c == '#' && first_in_line) {
                end_string();
                step(std::min(text_.find('\n', at_), text_.size()) - at_);
            } else {
                first_in_line = false;
                read_token(c);
            }
        }
        end_string();
        return std::move(found_);
    }

private:
    bool looking_at(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }

    void step(std::size_t count) {
        for (const std::size_t end = std::min(at_ + count, text_.size()); at_ < end; ++at_)
            if (text_[at_] == '\n') ++line_;
    }

    void step_behind(std::string_view mark) {
        const std::size_t found = text_.find(mark, at_);
        step(found == std::string::npos ? text_.size() : found + mark.size() - at_);
    }

    void read_token(char c) {
        if (looking_at("//")) {
            step(std::min(text_.find('\n', at_), text_.size()) - at_);
        } else if (looking_at("/*")) {
            step(2);
            step_behind("*/");
        } else if (looking_at("R\"")) {
            read_raw();
        } else if (c == '"') {
            read_quoted();
        } else if (c == '\'') {
            end_string();
            step(1);
            while (at_ < text_.size() && text_[at_] != '\'')
                step(text_[at_] == '\\' ? 2 : 1);
            step(1);
        } else if (is_name(c)) {
            read_name();
        } else {
            end_string();
            step(1);
        }
    }

    void read_name() {
        std::size_t end = at_;
        // The quotes in 1'000'000 belong to the number.
        const bool number = std::isdigit(static_cast<unsigned char>(text_[at_])) != 0;
        while (end < text_.size() && (is_name(text_[end]) || (number && text_[end] == '\'')))
            ++end;
        const bool of_literal =
            (at_ > 0 && text_[at_ - 1] == '"') || (end < text_.size() && text_[end] == '"');
        if (!of_literal) end_string(); // otherwise it is a literal's suffix or prefix
        step(end - at_);
    }

    void read_raw() {
        const std::size_t open = text_.find('(', at_);
        const std::string close = ")" + text_.substr(at_ + 2, open - at_ - 2) + "\"";
        step(open + 1 - at_);
        const std::size_t end = std::min(text_.find(close, at_), text_.size());
        while (at_ < end) {
            const std::size_t next = std::min(text_.find('\n', at_), end - 1) + 1;
            add(text_.substr(at_, next - at_));
            step(next - at_);
        }
        step(close.size());
    }

    void read_quoted() {
        std::string piece;
        for (step(1); at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n'; step(1)) {
            if (text_[at_] == '\\') step(1);
            piece += text_[at_] == 'n' && text_[at_ - 1] == '\\' ? '\n' : text_[at_];
        }
        add(piece);
        step(1);
    }

    void add(std::string_view piece) {
        if (!open_) found_.emplace_back();
        open_ = true;
        found_.back().lines.emplace_back(found_.back().text.size(), line_);
        found_.back().text += piece;
    }

    void end_string() { open_ = false; }

    std::string text_;
    std::size_t at_ = 0;
    int line_ = 1;
    bool open_ = false;
    std::vector<StringText> found_;
};

template <std::size_t Size>
bool is_one_of(const SqlToken& token, const std::array<std::string_view, Size>& words) {
    return token.is_word() && std::ranges::find(words, token.text) != words.end();
}

// Finds the tables in an SQL text by the words before them.
class TableReader {
public:
    explicit TableReader(std::string_view text) : tokens_(sql_tokens(text)) {}

    std::vector<Touch> run() {
        find_named_here();
        for (i_ = 0; i_ < tokens_.size(); ++i_)
            read(tokens_[i_]);
        return std::move(found_);
    }

private:
    const SqlToken& token(std::size_t index) const {
        static const SqlToken none{SqlToken::Kind::sign, "", 0};
        return index < tokens_.size() ? tokens_[index] : none;
    }

    // WITH a AS (...), b(x, y) AS (...): any name before AS and a bracket.
    void find_named_here() {
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (!token(i).is("AS")) continue;
            std::size_t next = i + 1;
            while (token(next).is("NOT") || token(next).is("MATERIALIZED"))
                ++next;
            if (!token(next).is("(") || i == 0) continue;
            std::size_t name = i - 1;
            if (token(name).is(")"))
                while (name > 0 && !token(name).is("("))
                    --name;
            if (name > 0 && token(name).is("(")) --name;
            here_.insert(token(name).text);
        }
    }

    void read(const SqlToken& now) {
        static constexpr std::array<std::string_view, 13> ends_of_from = {
            "WHERE",  "GROUP", "ORDER",  "LIMIT",     "UNION",  "EXCEPT", "INTERSECT",
            "SELECT", "SET",   "HAVING", "RETURNING", "WINDOW", "VALUES"};
        if (now.is("(")) {
            in_from_.push_back(false);
        } else if (now.is(")")) {
            if (in_from_.size() > 1) in_from_.pop_back();
        } else if (now.is("FROM") && !token(i_ - 1).is("DISTINCT")) {
            in_from_.back() = true;
            add(i_ + 1, token(i_ - 1).is("DELETE"));
        } else if (now.is("JOIN") || now.is("IN") || (now.is(",") && in_from_.back())) {
            add(i_ + 1, false);
        } else if (now.is("INTO")) {
            add(i_ + 1, true);
        } else if (now.is("UPDATE")) {
            const std::size_t name = token(i_ + 1).is("OR") ? i_ + 3 : i_ + 1;
            if (!token(name).is("SET")) add(name, true);
        } else if (is_one_of(now, ends_of_from)) {
            in_from_.back() = false;
        }
    }

    void add(std::size_t index, bool writes) {
        if (token(index).is("main") && token(index + 1).is(".")) index += 2;
        const SqlToken& name = token(index);
        if (!name.is_word() || here_.contains(name.text)) return;
        const bool function = !writes && token(index + 1).is("(");
        if (function || name.text.starts_with("sqlite_") || name.text.starts_with("pragma_")) return;
        found_.push_back({name.text, writes, name.at});
    }

    std::vector<SqlToken> tokens_;
    std::size_t i_ = 0;
    std::set<std::string> here_;
    std::vector<bool> in_from_ = {false}; // for each open bracket: is this its list of tables?
    std::vector<Touch> found_;
};

} // namespace

int StringText::line_at(std::size_t offset) const {
    int line = lines.empty() ? 1 : lines.front().second;
    for (const auto& [from, number] : lines)
        if (from <= offset) line = number;
    return line;
}

std::vector<StringText> strings_of(const SourceFile& file) {
    return StringReader(file).run();
}

std::vector<SqlToken> sql_tokens(std::string_view text) {
    std::vector<SqlToken> tokens;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        const char c = text[at];
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        } else if (text.substr(at, 2) == "--") {
            end = std::min(text.find('\n', at), text.size());
        } else if (c == '\'') {
            end = std::min(text.find('\'', at + 1), text.size() - 1) + 1;
            tokens.push_back({SqlToken::Kind::quoted, std::string(text.substr(at, end - at)), at});
        } else if (is_name(c)) {
            while (end < text.size() && is_name(text[end]))
                ++end;
            tokens.push_back({SqlToken::Kind::word, std::string(text.substr(at, end - at)), at});
        } else if (c != '"') { // a quoted name is a name
            tokens.push_back({SqlToken::Kind::sign, std::string(1, c), at});
        }
        at = end;
    }
    return tokens;
}

std::vector<Touch> tables_touched(std::string_view text) {
    return TableReader(text).run();
}

} // namespace support
