#include "http/serving/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "platform/error.h"

namespace http {

namespace {

constexpr std::size_t piece = 64 << 10;
constexpr int gzip_or_zlib = 15 + 32; // the largest window, and zlib finds out which of the two it is

[[noreturn]] void throw_faulty() {
    throw platform::Error(platform::ErrorKind::bad_request, "The body is not what its headers say.");
}

} // namespace

std::optional<std::string> inflate(std::string_view packed, std::size_t most) {
    z_stream stream{};
    if (::inflateInit2(&stream, gzip_or_zlib) != Z_OK) throw std::bad_alloc();
    const std::unique_ptr<z_stream, decltype(&::inflateEnd)> ends(&stream, &::inflateEnd);
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data())); // zlib only reads it
    stream.avail_in = static_cast<uInt>(packed.size());
    std::string out;
    int state = Z_OK;
    while (state == Z_OK || stream.avail_in > 0) {
        // gzip files may be joined to one; each has an end of its own.
        if (state == Z_STREAM_END && ::inflateReset(&stream) != Z_OK) throw_faulty();
        const std::size_t before = out.size();
        if (before > most) return std::nullopt;
        out.resize(before + std::min(piece, most + 1 - before));
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = static_cast<uInt>(out.size() - before);
        state = ::inflate(&stream, Z_NO_FLUSH);
        out.resize(out.size() - stream.avail_out);
        if (state != Z_OK && state != Z_STREAM_END) throw_faulty();
    }
    if (out.size() > most) return std::nullopt;
    return out;
}

} // namespace http
