#include "dialects/dpvr/lesson_video.h"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/text.h"

namespace dialects::dpvr {

namespace {

constexpr std::string_view storage_root = "/sdcard/";

template <class Layout, std::size_t Count>
void take_word(std::string_view word, const std::array<std::pair<std::string_view, Layout>, Count>& words,
               Layout& layout) {
    const auto found = std::ranges::find(words, word, &std::pair<std::string_view, Layout>::first);
    if (found != words.end()) layout = found->second;
}

void take_layout(std::string_view word, Video& video) {
    static constexpr std::array<std::pair<std::string_view, Surface>, 4> surfaces{
        {{"flat", Surface::flat}, {"2d", Surface::flat}, {"180", Surface::half}, {"360", Surface::full}}};
    static constexpr std::array<std::pair<std::string_view, Eyes>, 5> eyes{{{"sbs", Eyes::side_by_side},
                                                                            {"lr", Eyes::side_by_side},
                                                                            {"tb", Eyes::top_bottom},
                                                                            {"ou", Eyes::top_bottom},
                                                                            {"mono", Eyes::one}}};
    take_word(word, surfaces, video.surface);
    take_word(word, eyes, video.eyes);
}

} // namespace

std::optional<Video> video_of(std::string_view content) {
    const bool is_address = content.find("://") != content.npos || content.starts_with("/v1/");
    content = content.substr(0, content.find_first_of("?#"));
    const std::string_view name = content.substr(content.rfind('/') + 1);
    if (!is_file_name(name)) return std::nullopt;
    Video video;
    video.path = content.starts_with('/') && !is_address ? std::string(content)
                                                         : std::string(storage_root).append(name);
    const std::string lower = platform::lower_ascii(name);
    for (std::size_t at = 0; at < lower.size();) {
        const std::size_t end = std::min(lower.find_first_of("_-. ()[]", at), lower.size());
        take_layout(std::string_view(lower).substr(at, end - at), video);
        at = end + 1;
    }
    return video;
}

} // namespace dialects::dpvr
