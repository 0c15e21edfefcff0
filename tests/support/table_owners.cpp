#include "support/table_owners.h"

#include <regex>

#include "support/sql_text.h"

namespace support {
namespace {

class SchemaReader {
public:
    explicit SchemaReader(const SourceFile& schema) : schema_(schema) {}

    TableOwners run() {
        static const std::regex heading(R"(^-- =+ (.+)$)");
        for (std::size_t i = 0; i < schema_.lines.size(); ++i) {
            const std::string& line = schema_.lines[i];
            if (std::smatch match; std::regex_search(line, match, heading)) {
                module_ = match[1];
                owners_.headings.emplace_back(static_cast<int>(i) + 1, module_);
                continue;
            }
            if (statement_.lines.empty()) statement_.text.clear();
            statement_.lines.emplace_back(statement_.text.size(), static_cast<int>(i) + 1);
            const std::string code = line.substr(0, line.find("--"));
            statement_.text += code + '\n';
            if (code.find(';') != std::string::npos) {
                read_statement();
                statement_ = {};
            }
        }
        return std::move(owners_);
    }

private:
    const SqlToken& token(std::size_t index) const {
        static const SqlToken none{SqlToken::Kind::sign, "", 0};
        return index < tokens_.size() ? tokens_[index] : none;
    }
    int line(std::size_t index) const { return statement_.line_at(token(index).at); }

    void read_statement() {
        tokens_ = sql_tokens(statement_.text);
        std::size_t i = 1;
        while (token(i).is("UNIQUE") || token(i).is("VIRTUAL"))
            ++i;
        const std::string name = token(i + 1).text;
        if (token(i).is("TABLE")) {
            own(name, line(i));
            read_columns(name, i + 2);
        } else if (token(i).is("VIEW")) {
            own(name, line(i));
            owners_.views.push_back({line(0), name, module_, statement_.text});
        } else if (token(i).is("INDEX") || token(i).is("TRIGGER")) {
            while (i < tokens_.size() && !token(i).is("ON"))
                ++i;
            const auto owner = owners_.module_of.find(token(i + 1).text);
            if (owner == owners_.module_of.end() || owner->second != module_)
                owners_.faults.emplace_back(line(0), name + " does not stand under the heading of its table");
        } else {
            owners_.faults.emplace_back(line(0), "the test does not know what this statement makes");
        }
    }

    void own(const std::string& name, int line) {
        if (module_.empty()) owners_.faults.emplace_back(line, name + " stands under no heading");
        if (!owners_.module_of.emplace(name, module_).second)
            owners_.faults.emplace_back(line, name + " stands here twice");
    }

    void read_columns(const std::string& table, std::size_t from) {
        std::string column;
        int depth = 0;
        for (std::size_t i = from; i < tokens_.size(); ++i) {
            const bool begins = depth == 1 && (token(i - 1).is(",") || token(i - 1).is("("));
            if (begins) column = token(i).is("FOREIGN") ? token(i + 3).text : token(i).text;
            if (token(i).is("(")) ++depth;
            if (token(i).is(")")) --depth;
            if (token(i).is("REFERENCES")) read_reference(table, column, i);
        }
    }

    void read_reference(const std::string& table, const std::string& column, std::size_t at) {
        ForeignKey key{line(at), table, column, token(at + 1).text, ""};
        for (std::size_t i = at + 2; i < tokens_.size() && !token(i).is(","); ++i) {
            if (!token(i).is("ON") || !token(i + 1).is("DELETE")) continue;
            key.action = token(i + 2).text;
            if (key.action == "SET" || key.action == "NO") key.action += " " + token(i + 3).text;
            break;
        }
        if (key.action == "NO ACTION" || key.action == "RESTRICT") key.action.clear();
        owners_.foreign_keys.push_back(std::move(key));
    }

    const SourceFile& schema_;
    std::string module_;
    StringText statement_;
    std::vector<SqlToken> tokens_;
    TableOwners owners_;
};

} // namespace

TableOwners read_table_owners(const SourceFile& schema) {
    return SchemaReader(schema).run();
}

} // namespace support
