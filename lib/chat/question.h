// Reads a student's message as far as that is possible without understanding it: the words to look for, and
// the kind of message. Pure functions, and lists of words in the languages of the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/names.h"

namespace chat {

enum class Language { english, spanish, french, chinese };
constexpr auto names_of(Language) {
    return platform::names<Language>({{Language::english, "English"},
                                      {Language::spanish, "Spanish"},
                                      {Language::french, "French"},
                                      {Language::chinese, "Chinese"}});
}
Language language_named(std::string_view code); // "es", "fr-CA"; english for any other

enum class Kind {
    question,   // look it up
    greeting,   // hello
    thanks,     // thank you
    goodbye,    // bye
    identity,   // who are you?
    more,       // go on, tell me more
    assessment, // how is this scored, what is on the checklist?
};

constexpr std::size_t most_terms = 12;

// The words worth looking for, in lower case, each once, in their order; Chinese text as pairs of characters,
// "消 防", as they stand in the index.
std::vector<std::string> terms_of(std::string_view text);
// Text as it goes into the index: each Chinese character is a word.
std::string indexed(std::string_view text);

Kind kind_of(std::string_view text);

} // namespace chat
