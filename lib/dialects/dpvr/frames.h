// Frames of DPVR's remote control, RDC v2 (docs/dpvr.md): two bytes each of length, type and a reserved 1,
// then a JSON body. The length counts these six bytes. The vendor's text does not name the byte order; its
// sample uses Java's default, big-endian. No frame of a real headset has been seen here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dialects::dpvr {

using Json = nlohmann::json;

constexpr std::size_t head_bytes = 6;
// The vendor's sample reads the length as signed. So nothing longer is sent, but up to 65,535 is understood.
constexpr std::size_t longest_sent_body = 32'760;

struct Frame {
    std::uint16_t type = 0;
    std::string body;
};

// Puts frames together again: TCP splits and joins them at will. Keeps less than one frame between calls.
class FrameReader {
public:
    // The frames that `bytes` complete. After a length under six nothing that follows can be trusted: the
    // reader is broken, takes nothing more, and its connection is to be closed.
    std::vector<Frame> take(std::string_view bytes);
    bool is_broken() const { return broken_; }
    std::size_t waiting_bytes() const { return rest_.size(); }

private:
    std::string rest_;
    bool broken_ = false;
};

// Whole, with everything but ASCII escaped: the vendor's sample counts characters where the length counts
// bytes, and so both counts agree. Error too_large for a body over longest_sent_body.
std::string frame_bytes(std::uint16_t type, const Json& body);

// The body as an object. Nothing at all, the word null and {} are all an empty one. Nothing for a body that
// isn't JSON, or isn't an object.
std::optional<Json> object_of(std::string_view body);

} // namespace dialects::dpvr
