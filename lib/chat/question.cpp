#include "chat/question.h"

#include <algorithm>
#include <cstdint>

#include "platform/text.h"

namespace chat {

namespace {

// Words that say nothing about the subject: English, Spanish, French.
constexpr std::string_view stop_words =
    " a about actually all am an and any are as at be been but by can could did do"
    " does don explain for from get give had has have he her his how i if in into is"
    " it its just know let like ll m me mean my need now of ok okay on or our please"
    " re s say she should so some t tell than that the their them then there these"
    " they thing things this those to too up us use used using ve want was we were"
    " what when where which who whom whose why will with would you your "
    " al como con cual cuando de debo del donde el ella en es esta este esto hay la"
    " las le lo los mi necesito no o para pero por puede puedo que quien se ser si"
    " sobre son su tu un una usted y ya yo cómo cuál cuándo dónde qué quién está "
    " ai au aux avec ce ces cette comment dans des dois du elle est et faire faut il"
    " ils j je l les leur ma mais mon ne nous où ou par pas peut peux pour pourquoi qu"
    " quand quel quelle qui quoi sa sans ses sont sur te une vous à d c n ";

bool is_stop_word(const std::string& word) {
    return stop_words.find(" " + word + " ") != stop_words.npos;
}

// The same in Chinese, one character each.
constexpr std::string_view stop_characters =
    "的了是在我你您他她它们这那有吗呢吧怎么什哪谁请问能可以要和与就都也";

bool is_stop_character(const std::string& character) {
    return stop_characters.find(character) != stop_characters.npos;
}

struct Signs {
    Kind kind;
    bool whole; // the message is nothing but this, give or take a name
    std::string_view phrases;
};
constexpr Signs all_signs[] = {
    {Kind::greeting, true,
     "hello|hi|hey|good morning|good afternoon|good evening|hola|buenos días|"
     "buenas tardes|bonjour|salut|你好|您好"},
    {Kind::thanks, true, "thanks|thank you|gracias|merci|谢谢"},
    {Kind::goodbye, true, "bye|goodbye|see you|adiós|hasta luego|au revoir|再见"},
    {Kind::more, true,
     "more|tell me more|go on|continue|and then|what else|anything else|más|"
     "cuéntame más|y luego|encore|dis m en plus|et ensuite|还有呢|继续"},
    {Kind::identity, false,
     "who are you|what is your name|what s your name|quién eres|quién es usted|"
     "cómo te llamas|qui es tu|qui êtes vous|comment tu t appelles|你是谁|你叫什么"},
    {Kind::assessment, false,
     "score|scored|scoring|points|grade|graded|grading|assessment|assessed|"
     "checklist|criteria|to pass|pass this|the answers|the solution|"
     "your instructions|system prompt|xp|puntos|puntuación|nota|evaluación|"
     "criterios|aprobar|évaluation|évalué|critères|barème|分数|评分|考核|检查表"},
};

struct CodePoint {
    std::uint32_t code = 0;
    std::size_t size = 1;
};

// The first character of UTF-8 text.
CodePoint first_of(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size > text.size()) return {lead, 1};
    std::uint32_t code = size == 1 ? lead : lead & (0xFFu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i)
        code = (code << 6) | (byte(i) & 0x3Fu);
    return {code, size};
}

bool is_chinese(std::uint32_t code) {
    return (code >= 0x3400 && code <= 0x9FFF) || (code >= 0xF900 && code <= 0xFAFF) ||
           (code >= 0x20000 && code <= 0x3FFFF);
}

// Letters and digits; outside ASCII everything but Latin, general and CJK punctuation.
bool is_word(std::uint32_t code) {
    if (code < 0x80)
        return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
    return code >= 0xC0 && code != 0xD7 && code != 0xF7 && !(code >= 0x2000 && code <= 0x206F) &&
           !(code >= 0x3000 && code <= 0x303F) && !(code >= 0xFF00 && code <= 0xFF0F) &&
           !(code >= 0xFF1A && code <= 0xFF20);
}

// Folds ASCII and Latin-1 to lower case: enough for the words above. The index folds the rest.
void append_lower(std::string& to, std::string_view character, std::uint32_t code) {
    if (code < 0x80) {
        to += platform::lower_ascii(character);
    } else if (code >= 0xC0 && code <= 0xDE) {
        to += character[0];
        to += static_cast<char>(static_cast<unsigned char>(character[1]) + 0x20);
    } else {
        to += character;
    }
}

// The words in lower case; a Chinese character is a word of its own.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool open = false;
    while (!text.empty()) {
        const auto [code, size] = first_of(text);
        if (is_chinese(code)) {
            words.emplace_back(text.substr(0, size));
            open = false;
        } else if (is_word(code)) {
            if (!open) words.emplace_back();
            open = true;
            append_lower(words.back(), text.substr(0, size), code);
        } else {
            open = false;
        }
        text.remove_prefix(size);
    }
    return words;
}

bool is_chinese_word(const std::string& word) {
    return is_chinese(first_of(word).code);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text = " ";
    for (const std::string& word : words)
        text += word + " ";
    return text;
}

} // namespace

Language language_named(std::string_view code) {
    if (code.starts_with("es")) return Language::spanish;
    if (code.starts_with("fr")) return Language::french;
    if (code.starts_with("zh")) return Language::chinese;
    return Language::english;
}

std::vector<std::string> terms_of(std::string_view text) {
    std::vector<std::string> terms;
    const auto add = [&](std::string term) {
        if (terms.size() < most_terms && std::ranges::find(terms, term) == terms.end())
            terms.push_back(std::move(term));
    };
    const std::vector<std::string> words = words_of(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (is_chinese_word(words[i])) {
            if (i + 1 < words.size() && is_chinese_word(words[i + 1]) && !is_stop_character(words[i]) &&
                !is_stop_character(words[i + 1]))
                add(words[i] + " " + words[i + 1]);
        } else if (!is_stop_word(words[i])) {
            add(words[i]);
        }
    }
    return terms;
}

std::string indexed(std::string_view text) {
    std::string spaced;
    while (!text.empty()) {
        const auto [code, size] = first_of(text);
        if (is_chinese(code)) spaced += ' ';
        spaced += text.substr(0, size);
        if (is_chinese(code)) spaced += ' ';
        text.remove_prefix(size);
    }
    return spaced;
}

Kind kind_of(std::string_view text) {
    const std::vector<std::string> words = words_of(text);
    const std::string all = joined(words);
    const bool asks = text.find('?') != text.npos || text.find("？") != text.npos;
    for (const Signs& signs : all_signs) {
        for (std::string_view left = signs.phrases; !left.empty();) {
            const std::size_t bar = std::min(left.find('|'), left.size());
            const std::vector<std::string> wanted = words_of(left.substr(0, bar));
            left.remove_prefix(std::min(bar + 1, left.size()));
            const std::size_t at = all.find(joined(wanted));
            if (at == all.npos) continue;
            // "Hello Mr Berg" is a greeting; "Hello, how do I put out an oil fire?" asks something.
            const std::size_t others = words.size() - wanted.size();
            if (!signs.whole || (at == 0 && others <= 2 && (others == 0 || !asks))) return signs.kind;
        }
    }
    return Kind::question;
}

} // namespace chat
