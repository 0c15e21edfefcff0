#include "http/serving/assets.h"

#include <zlib.h>

#include <array>
#include <utility>

#include "platform/embedded.h"
#include "platform/text.h"

namespace http {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> content_types{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".mp4", "video/mp4"},
    {".webp", "image/webp"},
    {".wasm", "application/wasm"},
}};

std::string_view content_type_of(std::string_view name) {
    for (const auto& [ending, type] : content_types)
        if (name.ends_with(ending)) return type;
    return "application/octet-stream";
}

// "assets/index-DiwrgTda.js": the builder puts a hash of the content into the name, so a name never gets
// other content.
bool has_hash(std::string_view name) {
    if (!name.starts_with("assets/")) return false;
    const auto dot = name.rfind('.');
    return dot != name.npos && dot >= 9 && name[dot - 9] == '-';
}

// The last eight bytes of gzip are a checksum of the content, and its length.
std::string etag_of(std::string_view gzip) {
    return "\"" + platform::hex(gzip.substr(gzip.size() - 8)) + "\"";
}

std::string unzipped(std::string_view gzip) {
    const auto* tail = reinterpret_cast<const unsigned char*>(gzip.data() + gzip.size() - 4);
    const std::size_t size =
        tail[0] | (tail[1] << 8) | (tail[2] << 16) | (static_cast<std::size_t>(tail[3]) << 24);
    std::string out(size, '\0');
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(gzip.data())); // zlib only reads it
    stream.avail_in = static_cast<uInt>(gzip.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (result != Z_STREAM_END)
        throw platform::Error(platform::ErrorKind::internal, "an embedded file is damaged");
    return out;
}

bool takes_gzip(const Call& call) {
    const auto accepted = call.header_values.find("accept-encoding").value_or("");
    return accepted.find("gzip") != accepted.npos && accepted.find("gzip;q=0") == accepted.npos;
}

} // namespace

bool accepts_html(const Call& call) {
    return call.header_values.find("accept").value_or("").find("text/html") != std::string_view::npos;
}

Answer asset_of(const Call& call, std::string_view name, std::string_view gzip) {
    const std::string etag = etag_of(gzip);
    Answer answer;
    answer.content_type = content_type_of(name);
    answer.header("ETag", etag).header("Vary", "Accept-Encoding");
    answer.header("Cache-Control", has_hash(name) ? "public, max-age=31536000, immutable" : "no-cache");
    if (call.header_values.find("if-none-match").value_or("").find(etag) != std::string_view::npos) {
        answer.status = 304;
        return answer;
    }
    if (takes_gzip(call)) {
        answer.header("Content-Encoding", "gzip");
        answer.body = gzip;
    } else {
        answer.body = unzipped(gzip);
    }
    return answer;
}

Answer asset(const Call& call, std::string_view name) {
    const auto* file = platform::find_embedded("web/" + std::string(name) + ".gz");
    if (!file) platform::throw_not_found("file");
    return asset_of(call, name, file->bytes);
}

void add_asset_routes(RouteTable& routes) {
    routes.add(get("/*path", "The page").memory().by(Access::open).counted().handled([](Call& call) {
        const std::string path = call.parameter("path");
        if (!path.empty() && platform::find_embedded("web/" + path + ".gz")) return asset(call, path);
        // The page's own addresses live in the page, but a script that asks for a missing file must be told
        // so.
        if (!accepts_html(call) || call.under_site_key) platform::throw_not_found("page");
        return asset(call, "index.html");
    }));
}

} // namespace http
