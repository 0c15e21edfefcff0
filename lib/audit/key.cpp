#include "audit/key.h"

#include "audit/head.h"
#include "platform/error.h"
#include "platform/files.h"

namespace audit {

namespace {

std::string_view checked(std::string_view bytes) {
    if (bytes.size() != key_bytes)
        throw platform::Error(platform::ErrorKind::internal,
                              "The audit key is damaged: it has another size than any Lectern's.");
    return bytes;
}

} // namespace

Key::Key(std::string_view bytes) : hmac_(checked(bytes)) {}

std::string Key::mac(std::string_view what, std::string_view message) const {
    std::string signed_text;
    signed_text.reserve(what.size() + 1 + message.size());
    signed_text.append(what).append(1, '\0').append(message);
    return hmac_.of(signed_text);
}

std::optional<Key> read_key(const std::filesystem::path& folder) {
    const auto bytes = platform::read_file(folder / key_name);
    return bytes ? std::optional(Key(*bytes)) : std::nullopt;
}

Key make_key(const std::filesystem::path& folder, platform::Random& random) {
    std::string bytes(key_bytes, '\0');
    random.fill({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
    Key key(bytes);
    forget_head(folder, key);
    platform::write_file_atomically(folder / key_name, bytes);
    return key;
}

} // namespace audit
