#include "platform/zip.h"

#include <minizip/unzip.h>
#include <minizip/zip.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "platform/error.h"

namespace platform {
namespace {

// The "file" that minizip works on. Reading looks at `given`, writing fills `written`.
struct Memory {
    std::string_view given;
    std::string written;
    bool writes = false;
    std::size_t at = 0;

    std::size_t size() const { return writes ? written.size() : given.size(); }
};

Memory& memory(voidpf stream) {
    return *static_cast<Memory*>(stream);
}

voidpf open_memory(voidpf opaque, const void*, int) {
    return opaque;
}

uLong read_memory(voidpf, voidpf stream, void* into, uLong bytes) {
    Memory& file = memory(stream);
    const std::string_view all = file.writes ? std::string_view(file.written) : file.given;
    const std::size_t taken = std::min<std::size_t>(bytes, all.size() - std::min(file.at, all.size()));
    std::memcpy(into, all.data() + std::min(file.at, all.size()), taken);
    file.at += taken;
    return static_cast<uLong>(taken);
}

uLong write_memory(voidpf, voidpf stream, const void* from, uLong bytes) {
    Memory& file = memory(stream);
    if (file.written.size() < file.at + bytes) file.written.resize(file.at + bytes);
    std::memcpy(file.written.data() + file.at, from, bytes);
    file.at += bytes;
    return bytes;
}

ZPOS64_T tell_memory(voidpf, voidpf stream) {
    return memory(stream).at;
}

long seek_memory(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
    Memory& file = memory(stream);
    const std::size_t base = origin == ZLIB_FILEFUNC_SEEK_CUR   ? file.at
                             : origin == ZLIB_FILEFUNC_SEEK_END ? file.size()
                                                                : 0;
    if (offset > file.size() || base + offset > file.size()) return -1;
    file.at = base + static_cast<std::size_t>(offset);
    return 0;
}

int close_memory(voidpf, voidpf) {
    return 0;
}

int no_error(voidpf, voidpf) {
    return 0;
}

zlib_filefunc64_def functions_on(Memory& file) {
    zlib_filefunc64_def functions{};
    functions.zopen64_file = open_memory;
    functions.zread_file = read_memory;
    functions.zwrite_file = write_memory;
    functions.ztell64_file = tell_memory;
    functions.zseek64_file = seek_memory;
    functions.zclose_file = close_memory;
    functions.zerror_file = no_error;
    functions.opaque = &file;
    return functions;
}

struct Closed {
    void operator()(void* zip) const { unzClose(zip); }
};

// The content of the file that `zip` stands on, at most `most` bytes.
std::string content_of_current(unzFile zip, std::size_t most, const std::string& field) {
    if (unzOpenCurrentFile(zip) != UNZ_OK)
        throw_invalid(field, "holds a file that cannot be opened (is it encrypted?)");
    std::string content;
    std::array<char, 1 << 16> piece{};
    int got = 0;
    while ((got = unzReadCurrentFile(zip, piece.data(), piece.size())) > 0) {
        if (content.size() + static_cast<std::size_t>(got) > most) {
            unzCloseCurrentFile(zip);
            throw_invalid(field, "unfolds to more than is allowed");
        }
        content.append(piece.data(), static_cast<std::size_t>(got));
    }
    if (unzCloseCurrentFile(zip) != UNZ_OK || got < 0) throw_invalid(field, "is damaged");
    return content;
}

} // namespace

std::vector<ZipEntry> read_zip(std::string_view bytes, const std::string& field, const ZipLimits& limits) {
    Memory file;
    file.given = bytes;
    zlib_filefunc64_def functions = functions_on(file);
    const std::unique_ptr<void, Closed> zip(unzOpen2_64("", &functions));
    if (!zip) throw_invalid(field, "is not a zip file");
    std::vector<ZipEntry> entries;
    std::size_t left = limits.total_bytes, seen = 0;
    for (int found = unzGoToFirstFile(zip.get()); found == UNZ_OK; found = unzGoToNextFile(zip.get())) {
        if (++seen > limits.entries)
            throw_invalid(field, "holds more than " + std::to_string(limits.entries) + " files");
        unz_file_info64 info{};
        std::array<char, 512> name{};
        if (unzGetCurrentFileInfo64(zip.get(), &info, name.data(), name.size() - 1, nullptr, 0, nullptr, 0) !=
            UNZ_OK)
            throw_invalid(field, "is damaged");
        ZipEntry entry{name.data(), ""};
        if (entry.name.empty() || entry.name.ends_with('/')) continue;
        entry.content = content_of_current(zip.get(), std::min(left, limits.entry_bytes), field);
        left -= entry.content.size();
        entries.push_back(std::move(entry));
    }
    return entries;
}

struct ZipWriter::Impl {
    Memory file;
    zipFile zip = nullptr;
    zip_fileinfo info{};
};

ZipWriter::ZipWriter(std::int64_t now_ms) : impl_(std::make_unique<Impl>()) {
    impl_->file.writes = true;
    zlib_filefunc64_def functions = functions_on(impl_->file);
    impl_->zip = zipOpen2_64("", APPEND_STATUS_CREATE, nullptr, &functions);
    if (impl_->zip == nullptr) throw Error(ErrorKind::internal, "A zip file could not be started.");
    const std::chrono::sys_time<std::chrono::milliseconds> now{std::chrono::milliseconds(now_ms)};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(now - day);
    auto& when = impl_->info.tmz_date;
    when.tm_year = int(date.year());
    when.tm_mon = static_cast<int>(unsigned(date.month())) - 1;
    when.tm_mday = static_cast<int>(unsigned(date.day()));
    when.tm_hour = static_cast<int>(time.hours().count());
    when.tm_min = static_cast<int>(time.minutes().count());
    when.tm_sec = static_cast<int>(time.seconds().count());
}

ZipWriter::~ZipWriter() {
    if (impl_->zip != nullptr) zipClose(impl_->zip, nullptr);
}

void ZipWriter::add(const std::string& name, std::string_view content) {
    const bool added =
        zipOpenNewFileInZip64(impl_->zip, name.c_str(), &impl_->info, nullptr, 0, nullptr, 0, nullptr,
                              Z_DEFLATED, Z_DEFAULT_COMPRESSION, 0) == ZIP_OK &&
        zipWriteInFileInZip(impl_->zip, content.data(), static_cast<unsigned>(content.size())) == ZIP_OK &&
        zipCloseFileInZip(impl_->zip) == ZIP_OK;
    if (!added) throw Error(ErrorKind::internal, "A file could not be put into a zip.");
}

std::string ZipWriter::finish() {
    const int closed = zipClose(impl_->zip, nullptr);
    impl_->zip = nullptr;
    if (closed != ZIP_OK) throw Error(ErrorKind::internal, "A zip file could not be finished.");
    return std::move(impl_->file.written);
}

} // namespace platform
