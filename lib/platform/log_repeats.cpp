#include "platform/log_repeats.h"

#include <algorithm>

namespace platform {

namespace {

std::string counted(const std::string& text, std::size_t repeats) {
    return std::to_string(repeats) + (repeats == 1 ? " more time: " : " more times: ") + text;
}

} // namespace

std::vector<LogRepeats::Line> LogRepeats::take(int level, std::string_view text, Time now) {
    std::vector<Line> lines;
    const auto due = [&](const Seen& seen) { return now - seen.since >= window; };
    while (!seen_.empty() && (due(seen_.front()) || seen_.size() > most)) {
        const Seen& oldest = seen_.front();
        if (oldest.times > written)
            lines.push_back({oldest.line.level, counted(oldest.line.text, oldest.times - written)});
        seen_.erase(seen_.begin());
    }
    const auto found = std::ranges::find_if(
        seen_, [&](const Seen& seen) { return seen.line.level == level && seen.line.text == text; });
    if (found != seen_.end()) {
        if (++found->times <= written) lines.push_back(found->line);
        return lines;
    }
    seen_.push_back({{level, std::string(text)}, now, 1});
    lines.push_back(seen_.back().line);
    return lines;
}

} // namespace platform
