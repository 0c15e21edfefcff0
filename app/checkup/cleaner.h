// Takes what is personal out of text that leaves the school, such as a line of the journal: names, addresses,
// e-mails, tokens, numbers that may be PINs. It knows the school's names because it was told them, and the rest by
// its form. It cuts too much rather than too little: a student called Will costs each line its "will".
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

namespace app {

class Cleaner {
public:
    // Of a person: the whole and each of its words will be cut.
    void add_person(std::string_view name);
    // Of a room, a class, a school: as above, but for words that say what it is ("Room 2").
    void add_thing(std::string_view name);

    // Cuts whatever may be a PIN or a code from a line of the journal. A finding of the doctor has counts instead.
    enum class Numbers { kept, cut };
    std::string clean(std::string_view text, Numbers numbers) const;

private:
    void add(std::string_view name, bool is_person);
    void add_word(std::string word, bool is_person);
    bool is_known(std::string_view word) const;
    std::string cleaned_word(std::string_view word, Numbers numbers) const;
    std::string without_names(std::string_view word) const;

    std::unordered_set<std::string> known_; // in lower case
};

} // namespace app
