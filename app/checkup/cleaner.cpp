#include "app/checkup/cleaner.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "platform/text.h"

namespace app {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view around = "()[]{}<>'\"`.,;!?=:"; // signs beside a word
constexpr std::string_view around_addresses =
    around.substr(0, around.size() - 1); // "::1" begins with two colons

// Words that many schools have in the names of their rooms and headsets, and that Lectern says itself.
constexpr auto general_words = std::to_array<std::string_view>(
    {"academy", "class", "classroom", "college", "course", "dpvr", "group", "headset", "lab", "lesson",
     "library", "module", "of", "room", "school", "server", "the", "university", "video"});

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Bytes of other alphabets count as letters.
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_alphanumeric(char c) {
    return is_digit(c) || is_letter(c);
}

template <class Belongs, class Take>
void each_run(std::string_view text, Belongs belongs, Take take) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && belongs(text[end]))
            ++end;
        if (end > at) take(text.substr(at, end - at));
        at = std::max(end, at + 1);
    }
}

std::string_view stripped(std::string_view word, std::string_view signs = around) {
    const std::size_t first = word.find_first_not_of(signs);
    if (first == std::string_view::npos) return {};
    return word.substr(first, word.find_last_not_of(signs) + 1 - first);
}

bool is_ip(const std::string& text) {
    unsigned char bytes[sizeof(in6_addr)];
    return inet_pton(AF_INET, text.c_str(), bytes) == 1 || inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

bool is_hardware_address(std::string_view text) {
    if (text.size() != 17) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (i % 3 == 2 ? text[i] != ':' && text[i] != '-'
                       : std::isxdigit(static_cast<unsigned char>(text[i])) == 0)
            return false;
    return true;
}

// "192.0.2.5", "192.0.2.5:80", "2001:db8::/64", "fe80::1%eth0", "[2001:db8::5]:80"
bool is_address(std::string_view text) {
    text = text.substr(0, text.find('/'));
    if (const std::size_t bracket = text.find(']'); bracket != std::string_view::npos)
        text = text.substr(0, bracket);
    if (text.starts_with('[')) text.remove_prefix(1);
    text = text.substr(0, text.find('%'));
    const auto colons = std::ranges::count(text, ':');
    if (is_ip(std::string(text)) || is_hardware_address(text)) return true;
    return colons == 1 && is_ip(std::string(text.substr(0, text.find(':'))));
}

// A key, a token, a hash, a UUID: long, with digits and letters in one run.
bool has_secret(std::string_view text) {
    constexpr std::size_t long_run = 16;
    bool found = false;
    const auto belongs = [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '+'; };
    each_run(text, belongs, [&](std::string_view run) {
        found = found || (run.size() >= long_run && std::ranges::any_of(run, is_digit));
    });
    return found;
}

// Folders that people name, by where they are.
bool is_private_path(std::string_view text) {
    constexpr std::string_view places[] = {"/home/", "/media/", "/mnt/", "/srv/",
                                           "/run/",  "/root/",  "/tmp/", "/opt/"};
    return std::ranges::any_of(places,
                               [text](std::string_view place) { return text.find(place) != text.npos; });
}

// Whether a part of it may be a PIN or a pairing code.
bool has_pin(std::string_view text) {
    bool found = false;
    each_run(text, is_alphanumeric, [&](std::string_view run) {
        found = found || (run.size() >= 4 && run.size() <= 8 && std::ranges::all_of(run, is_digit));
    });
    return found;
}

} // namespace

void Cleaner::add_person(std::string_view name) {
    add(name, true);
}

void Cleaner::add_thing(std::string_view name) {
    add(name, false);
}

void Cleaner::add(std::string_view name, bool is_person) {
    const std::string lower = platform::lower_ascii(platform::trimmed(name));
    add_word(lower, is_person);
    add_word(std::string(stripped(lower)), is_person);
    each_run(
        lower, [](char c) { return blanks.find(c) == blanks.npos; },
        [&](std::string_view run) { add_word(std::string(run), is_person); });
    each_run(lower, is_alphanumeric, [&](std::string_view run) { add_word(std::string(run), is_person); });
    each_run(lower, is_letter, [&](std::string_view run) { add_word(std::string(run), is_person); });
}

void Cleaner::add_word(std::string word, bool is_person) {
    const bool number = std::ranges::all_of(word, is_digit);
    if (word.size() < (number ? 4U : 2U)) return; // too short to tell anybody
    if (!is_person && std::ranges::find(general_words, word) != general_words.end()) return;
    known_.insert(std::move(word));
}

bool Cleaner::is_known(std::string_view word) const {
    return known_.contains(platform::lower_ascii(word));
}

std::string Cleaner::without_names(std::string_view word) const {
    std::string kept;
    for (std::size_t at = 0; at < word.size();) {
        std::size_t end = at;
        while (end < word.size() && is_alphanumeric(word[end]))
            ++end;
        if (end == at) {
            kept += word[at++];
            continue;
        }
        const std::string_view run = word.substr(at, end - at);
        bool known = is_known(run);
        each_run(run, is_letter, [&](std::string_view letters) { known = known || is_known(letters); });
        kept += known ? std::string("[name]") : std::string(run);
        at = end;
    }
    return kept;
}

std::string Cleaner::cleaned_word(std::string_view word, Numbers numbers) const {
    const auto with = [word](std::string_view part, std::string_view instead) {
        const auto at = static_cast<std::size_t>(part.data() - word.data());
        return std::string(word.substr(0, at)).append(instead).append(word.substr(at + part.size()));
    };
    if (const std::string_view bare = stripped(word, around_addresses); is_address(bare))
        return with(bare, "[address]");
    const std::string_view core = stripped(word);
    if (core.empty()) return std::string(word);
    if (core.find('@') != std::string_view::npos) return with(core, "[e-mail]");
    if (core.find("://") != std::string_view::npos) return with(core, "[address]");
    if (is_known(core)) return with(core, "[name]");
    if (is_private_path(core)) return with(core, "[path]");
    bool has_address = is_address(core);
    // "from=192.0.2.5,name=x"
    each_run(
        core, [](char c) { return c != '=' && c != ',' && c != '(' && c != ')' && c != '"'; },
        [&](std::string_view run) { has_address = has_address || is_address(run); });
    if (has_address) return with(core, "[address]");
    if (has_secret(core)) return with(core, "[secret]");
    if (numbers == Numbers::cut && has_pin(core)) return with(core, "[number]");
    return without_names(word);
}

std::string Cleaner::clean(std::string_view text, Numbers numbers) const {
    std::string cleaned;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find_first_of(blanks, at), text.size());
        if (end > at) cleaned += cleaned_word(text.substr(at, end - at), numbers);
        if (end < text.size()) cleaned += text[end];
        at = end + 1;
    }
    return cleaned;
}

} // namespace app
