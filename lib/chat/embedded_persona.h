// The persona that needs nothing but the box: it answers from the scenario's knowledge base, in its own
// manner, says when it does not know, and remembers what was said. Pure: the same conversation gives the same
// answers. It is never shown the assessment, so it cannot give it away.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/question.h"
#include "scenarios/content.h"

namespace chat {

struct Character {
    scenarios::Persona persona;
    Language language = Language::english;
};

using KnowledgeBase = std::vector<scenarios::KnowledgeEntry>;

struct Said {
    bool by_student = false;
    std::string text;
    std::optional<std::int64_t> thing; // for the persona: the entry that it told of
};

// The result of a search: the best entry, and how much of the question it covers, 0 to 1.
struct Finding {
    std::int64_t thing = 0; // its place in the knowledge base
    double coverage = 0;
};
constexpr double covers_enough = 0.4; // less is a passing word, and the persona does not know

struct Reply {
    std::string text;
    std::optional<std::int64_t> thing;
};

Reply reply_to(std::string_view message, const Character& character, const KnowledgeBase& knowledge,
               const std::vector<Said>& before, const std::optional<Finding>& finding);

std::vector<std::string> sentences_of(std::string_view text);

} // namespace chat
