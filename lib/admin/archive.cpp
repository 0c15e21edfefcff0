#include "admin/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

#include "platform/crypto.h"
#include "platform/error.h"
#include "platform/files.h"
#include "platform/sha256.h"

namespace admin {

namespace {

using platform::Error;
using platform::ErrorKind;

constexpr std::size_t block = 512, piece_bytes = 256 << 10;

struct Field {
    std::size_t at, size;
};
constexpr Field name_field{0, 100}, mode_field{100, 8}, owner_field{108, 8}, group_field{116, 8},
    size_field{124, 12}, time_field{136, 12}, sum_field{148, 8}, type_field{156, 1}, magic_field{257, 8};

using Block = std::array<char, block>;

void put(Block& head, const Field& field, std::string_view text) {
    std::copy_n(text.begin(), std::min(text.size(), field.size),
                head.begin() + static_cast<std::ptrdiff_t>(field.at));
}

std::string octal(std::uint64_t number, std::size_t digits) {
    std::string text(digits, '0');
    for (std::size_t i = digits; i-- > 0; number /= 8)
        text[i] = static_cast<char>('0' + number % 8);
    return text;
}

// A size of 8 GiB or more does not fit eleven octal digits. It is written in binary then, marked by the first
// bit.
std::string size_text(std::uint64_t size) {
    if (size < (1ULL << 33)) return octal(size, 11);
    std::string text(12, '\0');
    text[0] = static_cast<char>(0x80);
    for (std::size_t i = 12; i-- > 4; size >>= 8)
        text[i] = static_cast<char>(size & 0xff);
    return text;
}

std::uint64_t sum_of(const Block& head) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < block; ++i) {
        const bool own = i >= sum_field.at && i < sum_field.at + sum_field.size;
        sum += own ? ' ' : static_cast<unsigned char>(head[i]);
    }
    return sum;
}

std::string_view text_in(const Block& head, const Field& field) {
    const std::string_view text(head.data() + field.at, field.size);
    return text.substr(0, text.find('\0'));
}

std::uint64_t number_in(const Block& head, const Field& field) {
    std::uint64_t number = 0;
    if ((static_cast<unsigned char>(head[field.at]) & 0x80) != 0) {
        for (std::size_t i = field.size - 8; i < field.size; ++i)
            number = number << 8 | static_cast<unsigned char>(head[field.at + i]);
        return number;
    }
    for (const char c : text_in(head, field))
        if (c >= '0' && c <= '7') number = number * 8 + static_cast<std::uint64_t>(c - '0');
    return number;
}

[[noreturn]] void refuse(const std::string& why) {
    throw Error(ErrorKind::bad_request, "This is not a backup: " + why + ".");
}

// "lectern.db", "content/UUID"; nothing that climbs out of the folder, and no folder.
bool is_good_name(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.back() == '/' || name.find("..") != name.npos)
        return false;
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._-/").find(c) != std::string_view::npos;
    });
}

// The name in a head that is sound.
std::string checked_name(const Block& head, const std::set<std::string>& before) {
    if (number_in(head, sum_field) != sum_of(head))
        refuse("an entry's head is broken after " + std::to_string(before.size()) + " entries");
    std::string name(text_in(head, name_field));
    const char type = head[type_field.at];
    if (type == '5' || name.ends_with('/')) refuse("'" + name + "' is the entry of a folder, not of a file");
    if (type != '0' && type != '\0') refuse("'" + name + "' is not the entry of a file");
    if (name.empty()) refuse("an entry has no name");
    if (!is_good_name(name)) refuse("no backup has an entry '" + name + "'");
    if (before.contains(name)) refuse("'" + name + "' is in it twice");
    if (before.size() == most_entries) refuse("it has over " + std::to_string(most_entries) + " entries");
    return name;
}

} // namespace

ArchiveWriter::ArchiveWriter(const std::filesystem::path& file)
    : file_(file),
      descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (descriptor_ < 0) throw Error(ErrorKind::unavailable, platform::system_failure("make", file));
    platform::give_to_folder_owner(file);
}

ArchiveWriter::~ArchiveWriter() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (finished_) return;
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

void ArchiveWriter::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0 && (errno == ENOSPC || errno == EDQUOT))
            throw Error(ErrorKind::storage_full, "The disk has no room for the backup.");
        if (written <= 0) throw Error(ErrorKind::unavailable, "The backup cannot be written.");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void ArchiveWriter::head(const std::string& name, std::uint64_t size) {
    if (!is_good_name(name) || name.size() >= name_field.size)
        throw Error(ErrorKind::internal, "a name that no backup has: " + name);
    Block head{};
    put(head, name_field, name);
    put(head, mode_field, octal(0600, 7));
    put(head, owner_field, octal(0, 7));
    put(head, group_field, octal(0, 7));
    put(head, size_field, size_text(size));
    put(head, time_field, octal(0, 11));
    put(head, type_field, "0");
    put(head, magic_field, std::string_view("ustar\00000", 8));
    put(head, sum_field, octal(sum_of(head), 6) + '\0' + ' ');
    write({head.data(), head.size()});
}

void ArchiveWriter::pad(std::uint64_t size) {
    const Block zeros{};
    if (size % block != 0) write({zeros.data(), block - size % block});
}

std::string ArchiveWriter::add(const std::string& name, std::string_view bytes) {
    head(name, bytes.size());
    write(bytes);
    pad(bytes.size());
    return platform::sha256_hex(bytes);
}

std::string ArchiveWriter::add_file(const std::string& name, const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::error_code gone;
    const std::uint64_t size = std::filesystem::file_size(file, gone);
    if (gone || !in) throw Error(ErrorKind::unavailable, "Cannot read " + file.string() + ".");
    head(name, size);
    std::string piece(piece_bytes, '\0');
    platform::Sha256 hash;
    for (std::uint64_t left = size; left > 0;) {
        in.read(piece.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, piece.size())));
        if (in.gcount() <= 0) throw Error(ErrorKind::unavailable, "Cannot read " + file.string() + ".");
        const std::string_view got(piece.data(), static_cast<std::size_t>(in.gcount()));
        write(got);
        hash.add(got);
        left -= got.size();
    }
    pad(size);
    return hash.hex();
}

void ArchiveWriter::finish() {
    const Block zeros{};
    write({zeros.data(), zeros.size()});
    write({zeros.data(), zeros.size()});
    if (::fsync(descriptor_) != 0) throw Error(ErrorKind::storage_full, "The disk did not take the backup.");
    platform::sync_folder(std::filesystem::absolute(file_).parent_path());
    finished_ = true;
}

void read_archive(const std::filesystem::path& file,
                  const std::function<void(const std::string&, std::uint64_t,
                                           const std::function<std::string_view()>&)>& entry) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Error(ErrorKind::not_found, "Cannot read " + file.string() + ".");
    std::string piece(piece_bytes, '\0');
    std::set<std::string> names;
    for (;;) {
        Block head{};
        if (!in.read(head.data(), head.size()))
            refuse(names.empty() ? "it is too short" : "its end is missing");
        if (std::ranges::all_of(head, [](char c) { return c == 0; })) {
            if (names.empty()) refuse("it is empty");
            return;
        }
        const std::string name = checked_name(head, names);
        names.insert(name);
        const std::uint64_t size = number_in(head, size_field);
        std::uint64_t left = size;
        const auto read = [&]() -> std::string_view {
            if (left == 0) return {};
            in.read(piece.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, piece.size())));
            if (in.gcount() <= 0) refuse("it was cut off within '" + name + "'");
            left -= static_cast<std::uint64_t>(in.gcount());
            return {piece.data(), static_cast<std::size_t>(in.gcount())};
        };
        entry(name, size, read);
        while (left > 0)
            read();
        in.ignore(static_cast<std::streamsize>((block - size % block) % block));
    }
}

} // namespace admin
