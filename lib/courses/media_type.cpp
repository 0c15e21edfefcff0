#include "courses/media_type.h"

#include <algorithm>
#include <fstream>

namespace courses {

namespace {

using namespace std::string_view_literals;

struct Magic {
    std::size_t at;
    std::string_view bytes;
    MediaType type;
};

constexpr MediaType mp4{ContentKind::video, "video/mp4"}, webm{ContentKind::video, "video/webm"},
    apk{ContentKind::app, "application/vnd.android.package-archive"}, jpeg{ContentKind::image, "image/jpeg"},
    png{ContentKind::image, "image/png"}, gif{ContentKind::image, "image/gif"},
    webp{ContentKind::image, "image/webp"};

constexpr Magic magics[] = {
    {4, "ftyp"sv, mp4},          {0, "\x1a\x45\xdf\xa3"sv, webm}, {0, "PK\x03\x04"sv, apk},
    {0, "\xff\xd8\xff"sv, jpeg}, {0, "\x89PNG\r\n\x1a\n"sv, png}, {0, "GIF8"sv, gif},
    {8, "WEBP"sv, webp},
};

// AVIF and HEIC pictures come in the same container as MP4, and their major brand alone says so. Few headsets
// show them, so they are not taken.
constexpr std::string_view picture_brands[] = {"avif", "avis", "heic", "heix",
                                               "heim", "heis", "mif1", "msf1"};

bool is_picture_in_mp4(std::string_view first_bytes) {
    return first_bytes.size() >= 12 && first_bytes.substr(4).starts_with("ftyp") &&
           std::ranges::count(picture_brands, first_bytes.substr(8, 4)) != 0;
}

// A ZIP archive ends with a record of 22 bytes and a comment of at most 64 KiB; the record says where the
// directory is.
constexpr std::size_t record_bytes = 22, most_comment = 65'535;
constexpr std::uint32_t most_directory = 32u << 20;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

std::string read_at(std::ifstream& file, std::uint64_t at, std::size_t size) {
    std::string bytes(size, '\0');
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
}

} // namespace

std::optional<MediaType> media_type_of(std::string_view first_bytes) {
    if (is_picture_in_mp4(first_bytes)) return std::nullopt;
    for (const Magic& magic : magics)
        if (first_bytes.size() > magic.at && first_bytes.substr(magic.at).starts_with(magic.bytes))
            return magic.type;
    return std::nullopt;
}

bool is_apk(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::error_code unreadable;
    const std::uint64_t size = std::filesystem::file_size(path, unreadable);
    if (unreadable || size < record_bytes) return false;
    const std::size_t tail =
        static_cast<std::size_t>(std::min<std::uint64_t>(size, record_bytes + most_comment));
    const std::string end = read_at(file, size - tail, tail);
    const std::size_t record = end.rfind("PK\x05\x06"sv);
    if (record == std::string::npos || record + record_bytes > end.size()) return false;
    const std::uint32_t directory = number_at(end, record + 12), at = number_at(end, record + 16);
    if (directory > most_directory || at > size || directory > size - at) return false;
    return read_at(file, at, directory).find("AndroidManifest.xml") != std::string::npos;
}

} // namespace courses
