#include "chat/embedded_persona.h"

#include <algorithm>
#include <array>

#include "chat/phrases.h"
#include "platform/text.h"

namespace chat {

namespace {

// How much the persona says at once, by its technical level: one that knows little says little.
std::size_t sentences_at_once(const Character& character) {
    const std::string level = platform::lower_ascii(character.persona.technical_level);
    const auto says = [&](std::string_view word) { return level.find(word) != level.npos; };
    if (says("begin") || says("novice") || says("low") || says("basic") || says("starter")) return 2;
    if (says("expert") || says("advanced") || says("high")) return 5;
    return 3;
}

std::optional<Phrase> manner_of(const Character& character) {
    const std::string words =
        platform::lower_ascii(character.persona.personality + " " + character.persona.communication_style);
    static constexpr std::array<std::pair<std::string_view, Phrase>, 14> signs{{
        {"nervous", Phrase::nervous},
        {"anxious", Phrase::nervous},
        {"worried", Phrase::nervous},
        {"panic", Phrase::nervous},
        {"impatient", Phrase::impatient},
        {"angry", Phrase::impatient},
        {"frustrated", Phrase::impatient},
        {"brief", Phrase::impatient},
        {"formal", Phrase::formal},
        {"polite", Phrase::formal},
        {"professional", Phrase::formal},
        {"friendly", Phrase::friendly},
        {"cheerful", Phrase::friendly},
        {"patient", Phrase::friendly},
    }};
    for (const auto& [sign, phrase] : signs)
        if (words.find(sign) != words.npos) return phrase;
    return std::nullopt;
}

class Answerer {
public:
    Answerer(const Character& character, const KnowledgeBase& knowledge, const std::vector<Said>& before)
        : character_(character), knowledge_(knowledge), before_(before), turn_(before.size() / 2) {}

    Reply answer(std::string_view message, const std::optional<Finding>& finding) const {
        const bool known = finding && finding->coverage >= covers_enough;
        switch (kind_of(message)) {
            case Kind::greeting:
                return {
                    before_.empty() ? say(Phrase::hello, character_.persona.name) : say(Phrase::hello_again),
                    {}};
            case Kind::thanks:
                return {say(Phrase::thanks), {}};
            case Kind::goodbye:
                return {say(Phrase::goodbye), {}};
            case Kind::identity:
                return {say(Phrase::identity, character_.persona.name), {}};
            case Kind::more:
                return known ? told(message, finding->thing) : more();
            case Kind::assessment:
                // "Which assembly points are there?" is a question on the subject if the knowledge covers all
                // of it.
                if (!known || finding->coverage < 0.99) return {say(Phrase::no_assessment), {}};
                break;
            case Kind::question:
                break;
        }
        return known ? told(message, finding->thing) : unknown();
    }

private:
    std::string say(Phrase wanted, std::string_view about = {}) const {
        return phrase(character_.language, wanted, turn_, about);
    }
    std::string separator() const { return character_.language == Language::chinese ? "" : " "; }

    std::string joined(const std::vector<std::string>& sentences, std::size_t from, std::size_t count) const {
        std::string text;
        for (std::size_t i = from; i < std::min(sentences.size(), from + count); ++i)
            text += (text.empty() ? "" : separator()) + sentences[i];
        return text;
    }

    bool asked_before(std::string_view message) const {
        const auto terms = terms_of(message);
        return !terms.empty() && std::ranges::any_of(before_, [&](const Said& said) {
            return said.by_student && terms_of(said.text) == terms;
        });
    }

    Reply told(std::string_view message, std::int64_t thing) const {
        const auto& entry = knowledge_.at(static_cast<std::size_t>(thing));
        std::string text;
        if (asked_before(message))
            text = say(Phrase::said_before);
        else if (const auto manner = manner_of(character_))
            text = say(*manner);
        if (!text.empty()) text += separator();
        return {text + joined(sentences_of(entry.content), 0, sentences_at_once(character_)), thing};
    }

    // Tells the next part of the entry that it told last.
    Reply more() const {
        const auto last = std::find_if(before_.rbegin(), before_.rend(),
                                       [](const Said& said) { return said.thing.has_value(); });
        if (last == before_.rend() || static_cast<std::size_t>(*last->thing) >= knowledge_.size())
            return {say(Phrase::nothing_yet), {}};
        const std::int64_t thing = *last->thing;
        std::size_t parts = 0; // parts of the entry told since it was asked for
        for (auto said = before_.rbegin(); said != before_.rend(); ++said) {
            if (said->by_student) {
                if (kind_of(said->text) != Kind::more) break;
            } else if (said->thing == thing) {
                ++parts;
            }
        }
        const auto& entry = knowledge_.at(static_cast<std::size_t>(thing));
        const std::size_t step = sentences_at_once(character_);
        const std::string text = joined(sentences_of(entry.content), parts * step, step);
        if (text.empty()) return {say(Phrase::exhausted, entry.title), {}};
        return {text, thing};
    }

    // Says that it does not know, and suggests two entries that it has not told of yet.
    Reply unknown() const {
        std::string titles;
        int named = 0;
        for (std::size_t i = 0; i < knowledge_.size() && named < 2; ++i) {
            const std::size_t thing = (i + turn_) % knowledge_.size();
            const bool told_already = std::ranges::any_of(
                before_, [&](const Said& said) { return said.thing == static_cast<std::int64_t>(thing); });
            if (told_already || knowledge_[thing].title.empty()) continue;
            titles += (titles.empty() ? "" : "; ") + knowledge_[thing].title;
            ++named;
        }
        std::string text = say(Phrase::unknown);
        if (!titles.empty()) text += separator() + say(Phrase::suggestion, titles);
        return {text, {}};
    }

    const Character& character_;
    const KnowledgeBase& knowledge_;
    const std::vector<Said>& before_;
    const std::size_t turn_;
};

} // namespace

std::vector<std::string> sentences_of(std::string_view text) {
    static constexpr std::array<std::string_view, 6> marks{".", "!", "?", "。", "！", "？"};
    std::vector<std::string> sentences;
    const auto add = [&](std::string_view sentence) {
        sentence = platform::trimmed(sentence);
        if (!sentence.empty()) sentences.emplace_back(sentence);
    };
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t after = text[at] == '\n' ? at + 1 : 0;
        for (const std::string_view mark : marks) {
            if (!text.substr(at).starts_with(mark)) continue;
            const std::size_t next = at + mark.size();
            if (mark.size() > 1 || next == text.size() || text[next] == ' ' || text[next] == '\n')
                after = next;
        }
        if (after != 0) {
            add(text.substr(begin, after - begin));
            begin = after;
        }
        at = std::max(at + 1, after);
    }
    add(text.substr(begin));
    return sentences;
}

Reply reply_to(std::string_view message, const Character& character, const KnowledgeBase& knowledge,
               const std::vector<Said>& before, const std::optional<Finding>& finding) {
    return Answerer(character, knowledge, before).answer(message, finding);
}

} // namespace chat
