// The lines of a dialect's contract as rows: what a client sends, and every byte of what it is answered. What
// a test can't know beforehand stands in the answer as a placeholder:
//
//   <uuid> <time> <text> <integer> <token>   anything of that form
//   <NAME:uuid>                              and it is kept: $NAME stands for it in later rows
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "support/raw_client.h"

namespace support {

struct WireLine {
    std::string line;    // of the contract, in its words
    std::string request; // "POST /api/v1/unreal/session"
    std::string body;
    int status;
    std::string answer;  // the whole body
    std::string as = ""; // who asks: the sender knows what that means
};

class WireLines {
public:
    using Send = std::function<RawAnswer(const std::string& method, const std::string& path,
                                         const std::string& body, const std::string& as)>;
    explicit WireLines(Send send) : send_(std::move(send)) {}

    void check(const std::vector<WireLine>& lines) {
        for (const WireLine& line : lines)
            check(line);
    }
    void check(const WireLine& line) {
        const std::string request = filled(line.request), body = filled(line.body);
        const auto blank = request.find(' ');
        const auto answer = send_(request.substr(0, blank), request.substr(blank + 1), body, filled(line.as));
        INFO("the line: " << line.line << "\nsent:     " << request << " " << body
                          << "\nanswered: " << answer.status << " " << answer.body
                          << "\nexpected: " << line.status << " " << line.answer);
        CHECK(answer.status == line.status);
        CHECK(fits(filled(line.answer), answer.body));
    }
    void keep(const std::string& name, const std::string& value) { kept_[name] = value; }
    const std::string& kept(const std::string& name) const { return kept_.at(name); }

    // Whether the text is what was expected; keeps what it names.
    bool fits(const std::string& expected, const std::string& text) {
        static const std::regex placeholder("<(?:([a-z_]+):)?(uuid|time|text|integer|token)>");
        std::string pattern;
        std::vector<std::string> names;
        auto at = expected.begin();
        for (std::sregex_iterator one(expected.begin(), expected.end(), placeholder), end; one != end;
             ++one) {
            pattern += escaped(std::string(at, expected.begin() + one->position()));
            pattern += '(' + forms().at((*one)[2].str()) + ')';
            names.push_back((*one)[1].str());
            at = expected.begin() + one->position() + one->length();
        }
        pattern += escaped(std::string(at, expected.end()));
        std::smatch found;
        if (!std::regex_match(text, found, std::regex(pattern))) return false;
        for (std::size_t i = 0; i < names.size(); ++i)
            if (!names[i].empty()) kept_[names[i]] = found[i + 1].str();
        return true;
    }

private:
    static const std::map<std::string, std::string>& forms() {
        static const std::map<std::string, std::string> all{
            {"uuid", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"},
            {"time", "20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\dZ"},
            {"text", "[^\"]+"},
            {"integer", "-?\\d+"},
            {"token", "[A-Za-z0-9_.-]{16,}"}};
        return all;
    }
    static std::string escaped(const std::string& text) {
        static const std::string special = R"(\^$.|?*+()[]{})";
        std::string pattern;
        for (const char c : text) {
            if (special.find(c) != special.npos) pattern += '\\';
            pattern += c;
        }
        return pattern;
    }
    std::string filled(std::string text) const {
        for (const auto& [name, value] : kept_)
            for (auto at = text.find('$' + name); at != text.npos; at = text.find('$' + name, at))
                text.replace(at, name.size() + 1, value), at += value.size();
        return text;
    }

    Send send_;
    std::map<std::string, std::string> kept_;
};

} // namespace support
