// What a chat endpoint is told: who it plays, what it knows, and nothing else. The assessment is not among
// what these functions are given.
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
