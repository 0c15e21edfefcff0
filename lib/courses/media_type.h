// Tells a file's type by its own bytes: neither its name nor the client's word is proof.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "platform/names.h"

namespace courses {

enum class ContentKind { app, video, image };
constexpr auto names_of(ContentKind) {
    return platform::names<ContentKind>(
        {{ContentKind::app, "app"}, {ContentKind::video, "video"}, {ContentKind::image, "image"}});
}

struct MediaType {
    ContentKind kind = ContentKind::video;
    std::string_view name; // "video/mp4"
};

inline constexpr std::size_t magic_bytes = 16; // enough to tell

// Judges by a file's first bytes (at least magic_bytes of them, unless it is shorter). A ZIP archive counts
// as an app here.
std::optional<MediaType> media_type_of(std::string_view first_bytes);
// A ZIP archive is an APK when its directory lists a manifest; reads only the end of the file.
bool is_apk(const std::filesystem::path& file);

} // namespace courses
