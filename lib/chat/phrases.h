// A persona's phrases besides its knowledge, in the languages of the page. "{}" stands for a name or a title.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "chat/question.h"

namespace chat {

enum class Phrase {
    hello, // {}: its name
    hello_again,
    thanks,
    goodbye,
    identity,    // {}: its name
    unknown,     // it does not know
    suggestion,  // {}: what it does know about
    said_before, // put before an answer that was given already
    exhausted,   // {}: nothing more on that
    nothing_yet, // "more" of what?
    no_assessment,
    nervous,
    impatient,
    formal,
    friendly, // put before an answer, by its personality
};

// One of the few ways to say it; `turn` picks one, so that the same conversation always reads the same.
std::string phrase(Language language, Phrase phrase, std::size_t turn, std::string_view about = {});

} // namespace chat
