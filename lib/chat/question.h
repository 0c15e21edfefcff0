// What a student's message asks, as far as one can tell without understanding it: the words to look for, and
// what kind of message it is. Pure functions, and lists of words in the languages of the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chat {

enum class Language { english, spanish, french, chinese };
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

// The words worth looking for, folded to lower case, each once, in their order; of Chinese text its pairs of
// characters, "消 防", as they lie in the index.
std::vector<std::string> terms_of(std::string_view text);
// How text goes into the index: Chinese characters each a word.
std::string indexed(std::string_view text);

Kind kind_of(std::string_view text);

} // namespace chat
