// The prompt of a chat endpoint: the character that it plays, what that character knows, and nothing else.
// These functions are not given the assessment.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chat/embedded_persona.h"
#include "chat/endpoint.h"

namespace chat {

constexpr std::size_t most_knowledge = 6'000; // bytes of knowledge in a prompt, the best entry first

std::string system_prompt(const Character& character, const std::optional<scenarios::TicketTemplate>& ticket,
                          const KnowledgeBase& knowledge, const std::optional<Finding>& finding);
Prompt prompt_of(bool by_persona, bool by_teacher, std::string_view text);

} // namespace chat
