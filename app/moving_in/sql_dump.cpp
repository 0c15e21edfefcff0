// Reads the rows in a dump of SQL, as pg_dump and sqlite3 write it: COPY blocks, and INSERT with or without the names
// of the columns, which the CREATE TABLE before it has. Everything else is passed over.
#include <cctype>
#include <map>

#include "app/moving_in/source.h"
#include "platform/error.h"
#include "platform/text.h"

namespace app::moving_in {

namespace {

struct Token {
    enum class Kind { word, name, text, sign, end } kind = Kind::end;
    std::string text; // a word in lower case, a name and a text without their quotes
};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

class DumpReader {
public:
    DumpReader(const std::string& text, Source& source) : text_(text), source_(source) {}

    void read() {
        for (token_ = next(); token_.kind != Token::Kind::end; token_ = next()) {
            if (token_.text == "create")
                read_create();
            else if (token_.text == "insert")
                read_insert();
            else if (token_.text == "copy")
                read_copy();
            else
                pass_statement();
        }
    }

private:
    // ---- tokens ----

    void pass_blanks() {
        for (; at_ < text_.size(); ++at_) {
            if (text_.compare(at_, 2, "--") == 0)
                at_ = std::min(text_.find('\n', at_), text_.size() - 1);
            else if (text_.compare(at_, 2, "/*") == 0)
                at_ = std::min(text_.find("*/", at_), text_.size() - 2) + 1;
            else if (std::isspace(static_cast<unsigned char>(text_[at_])) == 0)
                return;
        }
    }

    // Quotes inside are doubled; E'...' of Postgres has backslashes as well.
    std::string quoted(char quote, bool escapes) {
        std::string value;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == quote) {
                if (at_ + 1 >= text_.size() || text_[at_ + 1] != quote) break;
                ++at_;
            } else if (escapes && text_[at_] == '\\' && at_ + 1 < text_.size()) {
                value += unescaped(text_[++at_]);
                continue;
            }
            value += text_[at_];
        }
        if (at_ >= text_.size()) platform::throw_invalid("file", "ends inside a text in quotes");
        ++at_;
        return value;
    }

    static char unescaped(char c) {
        return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
    }

    Token next() {
        pass_blanks();
        if (at_ >= text_.size()) return {};
        const char c = text_[at_];
        if (c == '\'') return {Token::Kind::text, quoted('\'', false)};
        if ((c == 'E' || c == 'e') && text_.compare(at_ + 1, 1, "'") == 0) {
            ++at_;
            return {Token::Kind::text, quoted('\'', true)};
        }
        if (c == '"' || c == '`') return {Token::Kind::name, quoted(c, false)};
        if (!is_word(c) && c != '-' && c != '+') {
            ++at_;
            return {Token::Kind::sign, std::string(1, c)};
        }
        const std::size_t first = at_++;
        while (at_ < text_.size() && is_word(text_[at_]))
            ++at_;
        return {Token::Kind::word, platform::lower_ascii(text_.substr(first, at_ - first))};
    }

    bool take(const char* text) {
        if (token_.kind == Token::Kind::text || token_.text != text) return false;
        token_ = next();
        return true;
    }

    void pass_statement() {
        while (token_.kind != Token::Kind::end && !(token_.kind == Token::Kind::sign && token_.text == ";"))
            token_ = next();
    }

    // public."User" and public.users and "public"."users"
    std::string table() {
        std::string name = token_.text;
        token_ = next();
        while (name.ends_with('.') || token_.text == "." ||
               (token_.kind == Token::Kind::word && token_.text.starts_with('.'))) {
            if (token_.text == ".") token_ = next();
            name = token_.text;
            token_ = next();
        }
        return name;
    }

    // ---- statements ----

    // CREATE TABLE name ( column type ..., CONSTRAINT ... )
    void read_create() {
        token_ = next();
        if (!take("table")) return pass_statement();
        if (take("if")) {
            take("not");
            take("exists");
        }
        const std::string name = table();
        if (!take("(")) return pass_statement();
        std::vector<std::string>& columns = columns_[snake_case(name)];
        columns.clear();
        int depth = 1;
        for (bool first = true; depth > 0 && token_.kind != Token::Kind::end; token_ = next()) {
            const bool is_sign = token_.kind == Token::Kind::sign;
            if (first && !is_sign && !starts_constraint()) columns.push_back(token_.text);
            first = is_sign && token_.text == "," && depth == 1;
            if (is_sign && token_.text == "(") ++depth;
            if (is_sign && token_.text == ")") --depth;
        }
        pass_statement();
    }

    bool starts_constraint() const {
        if (token_.kind != Token::Kind::word) return false;
        for (const char* word : {"constraint", "primary", "foreign", "unique", "check", "exclude", "like"})
            if (token_.text == word) return true;
        return false;
    }

    std::vector<std::string> names() {
        std::vector<std::string> found;
        while (token_.kind != Token::Kind::end && !take(")")) {
            if (token_.kind != Token::Kind::sign) found.push_back(token_.text);
            token_ = next();
        }
        return found;
    }

    // INSERT INTO name [(columns)] VALUES (...), (...);
    void read_insert() {
        token_ = next();
        while (take("or") || take("replace") || take("ignore") || take("into")) {
        }
        const std::string name = table();
        std::vector<std::string> columns = take("(") ? names() : columns_[snake_case(name)];
        if (!take("values")) return pass_statement();
        while (token_.kind == Token::Kind::sign && token_.text == "(") {
            add(name, columns, values());
            token_ = next();
            if (!take(",")) break;
        }
        pass_statement();
    }

    // Stands on the opening bracket; leaves at the closing one.
    std::vector<Json> values() {
        std::vector<Json> row;
        Json value;
        bool is_cast = false; // '{}'::jsonb
        int depth = 1;
        for (token_ = next(); token_.kind != Token::Kind::end; token_ = next()) {
            if (token_.kind == Token::Kind::sign) {
                if (token_.text == "(") ++depth;
                if (token_.text == ")" && --depth == 0) break;
                if (token_.text == "," && depth == 1) {
                    row.push_back(std::exchange(value, Json()));
                    is_cast = false;
                }
                is_cast = is_cast || token_.text == ":";
            } else if (!is_cast && value.is_null()) {
                value =
                    token_.kind == Token::Kind::text || token_.text != "null" ? Json(token_.text) : Json();
            }
        }
        row.push_back(std::move(value));
        return row;
    }

    // COPY name (columns) FROM stdin; then a line a row, tabs between, to a line "\."
    void read_copy() {
        token_ = next();
        const std::string name = table();
        const std::vector<std::string> columns = take("(") ? names() : columns_[snake_case(name)];
        if (!take("from") || !take("stdin")) return pass_statement();
        pass_statement();
        at_ = std::min(text_.find('\n', at_), text_.size());
        while (at_ < text_.size()) {
            const std::size_t first = ++at_;
            at_ = std::min(text_.find('\n', first), text_.size());
            const std::string_view line =
                platform::trimmed(std::string_view(text_).substr(first, at_ - first));
            if (line == "\\.") return;
            add(name, columns, copied(std::string_view(text_).substr(first, at_ - first)));
        }
        platform::throw_invalid("file", "ends inside the rows of " + name);
    }

    static std::vector<Json> copied(std::string_view line) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        std::vector<Json> row;
        for (std::size_t at = 0; at <= line.size();) {
            const std::size_t end = std::min(line.find('\t', at), line.size());
            const std::string_view field = line.substr(at, end - at);
            std::string value;
            for (std::size_t i = 0; i < field.size(); ++i)
                value += field[i] == '\\' && i + 1 < field.size() ? unescaped(field[++i]) : field[i];
            row.push_back(field == "\\N" ? Json() : Json(std::move(value)));
            at = end + 1;
        }
        return row;
    }

    void add(const std::string& name, const std::vector<std::string>& columns, std::vector<Json> values) {
        if (columns.size() != values.size())
            platform::throw_invalid("file", "has a row of " + name + " with " +
                                                std::to_string(values.size()) + " values for " +
                                                std::to_string(columns.size()) + " columns");
        Json row = Json::object();
        for (std::size_t i = 0; i < columns.size(); ++i)
            row[snake_case(columns[i])] = std::move(values[i]);
        source_.add(name, std::move(row));
    }

    const std::string& text_;
    Source& source_;
    std::size_t at_ = 0;
    Token token_;
    std::map<std::string, std::vector<std::string>> columns_; // by table
};

} // namespace

void read_sql(const std::string& text, Source& source) {
    DumpReader(text, source).read();
}

} // namespace app::moving_in
