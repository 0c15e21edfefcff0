#include "dialects/dpvr/frames.h"

#include "platform/error.h"
#include "platform/text.h"

namespace dialects::dpvr {

namespace {

std::uint16_t number_at(std::string_view bytes, std::size_t place) {
    const auto high = static_cast<unsigned char>(bytes[place]);
    const auto low = static_cast<unsigned char>(bytes[place + 1]);
    return static_cast<std::uint16_t>((high << 8) | low);
}

void append_number(std::string& bytes, std::size_t number) {
    bytes += static_cast<char>((number >> 8) & 0xFF);
    bytes += static_cast<char>(number & 0xFF);
}

} // namespace

std::vector<Frame> FrameReader::take(std::string_view bytes) {
    std::vector<Frame> frames;
    if (broken_) return frames;
    rest_ += bytes;
    std::string_view ahead = rest_;
    while (ahead.size() >= 2) {
        const std::size_t length = number_at(ahead, 0);
        if (length < head_bytes) {
            broken_ = true;
            rest_.clear();
            return frames;
        }
        if (ahead.size() < length) break;
        frames.push_back({number_at(ahead, 2), std::string(ahead.substr(head_bytes, length - head_bytes))});
        ahead.remove_prefix(length);
    }
    rest_.erase(0, rest_.size() - ahead.size());
    return frames;
}

std::string frame_bytes(std::uint16_t type, const Json& body) {
    const std::string text = body.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > longest_sent_body)
        throw platform::Error(
            platform::ErrorKind::too_large,
            "An order to a DPVR headset has at most 32,760 bytes, not " + std::to_string(text.size()) + ".");
    std::string bytes;
    append_number(bytes, head_bytes + text.size());
    append_number(bytes, type);
    append_number(bytes, 1);
    return bytes + text;
}

std::optional<Json> object_of(std::string_view body) {
    body = platform::trimmed(body);
    if (body.empty() || body == "null") return Json::object();
    Json object = Json::parse(body, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    return object;
}

} // namespace dialects::dpvr
