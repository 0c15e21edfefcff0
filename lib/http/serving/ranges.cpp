#include "http/serving/ranges.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "platform/text.h"

namespace http {

namespace {

constexpr std::size_t most_parts = 16;

// Takes what stands before the next comma.
std::string_view take_item(std::string_view& list) {
    const std::size_t end = std::min(list.find(','), list.size());
    const auto item = platform::trimmed(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    return item;
}

// A number of any length; a huge one is beyond every file.
std::optional<std::uint64_t> digits(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
    std::uint64_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
        return std::numeric_limits<std::uint64_t>::max();
    return number;
}

// Adds the bytes that "0-9", "10-" or "-5" names, as far as they exist. False: it has none of these forms.
bool add_part(Selection& selection, std::string_view item, std::uint64_t length) {
    const std::size_t dash = item.find('-');
    if (dash == item.npos) return false;
    const auto first = digits(item.substr(0, dash)), last = digits(item.substr(dash + 1));
    if ((!first && dash != 0) || (!last && dash + 1 != item.size()) || (!first && !last)) return false;
    if (first && last && *last < *first) return false;
    if (!first) {
        const std::uint64_t count = std::min(*last, length);
        if (count > 0) selection.parts.emplace_back(length - count, length - 1);
    } else if (*first < length) {
        selection.parts.emplace_back(*first, std::min(last.value_or(length - 1), length - 1));
    }
    return true;
}

bool overlap(std::vector<std::pair<std::uint64_t, std::uint64_t>> parts) {
    std::ranges::sort(parts);
    return std::ranges::adjacent_find(
               parts, [](const auto& a, const auto& b) { return b.first <= a.second; }) != parts.end();
}

bool names(std::string_view list, std::string_view tag) {
    while (!list.empty())
        if (const auto item = take_item(list); item == "*" || item == tag) return true;
    return false;
}

} // namespace

Selection selection_of(const Call& call, std::string_view tag, std::uint64_t length) {
    Selection selection;
    const auto& headers = call.header_values;
    if (const auto match = headers.find("if-match"); match && !tag.empty() && !names(*match, tag)) {
        selection.wanted = Wanted::another_version;
        return selection;
    }
    const auto range = headers.find("range");
    if (!range || call.method != "GET") return selection;
    // A unit that we don't know is ignored, and so is a range of another version of the file. Files have no
    // Last-Modified, so a date never matches.
    const std::size_t equals = range->find('=');
    if (equals == range->npos ||
        platform::lower_ascii(platform::trimmed(range->substr(0, equals))) != "bytes")
        return selection;
    if (const auto version = headers.find("if-range"); version && (tag.empty() || *version != tag))
        return selection;
    std::string_view list = range->substr(equals + 1);
    while (!list.empty()) {
        const auto item = take_item(list);
        if (item.empty()) continue;
        // Many small parts, or the same bytes again and again, are an attack or a mistake: send all once.
        if (selection.parts.size() == most_parts) return {};
        if (!add_part(selection, item, length)) {
            selection.parts.clear();
            break;
        }
    }
    if (overlap(selection.parts)) return {};
    selection.wanted = selection.parts.empty() ? Wanted::nothing_there : Wanted::parts;
    return selection;
}

} // namespace http
