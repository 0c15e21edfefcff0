#include "platform/hmac.h"

#include <openssl/evp.h>

#include "platform/error.h"

namespace platform {

namespace {

constexpr std::size_t block_bytes = 64, hash_bytes = 32;

void need(int done) {
    if (done != 1) throw Error(ErrorKind::internal, "SHA-256 is not available.");
}

class Digest {
public:
    Digest() = default;
    ~Digest() { EVP_MD_CTX_free(context_); }
    Digest(const Digest&) = delete;
    Digest& operator=(const Digest&) = delete;

    void begin() { need(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr)); }
    void go_on_from(const Digest& other) { need(EVP_MD_CTX_copy_ex(context_, other.context_)); }
    void add(std::string_view bytes) { need(EVP_DigestUpdate(context_, bytes.data(), bytes.size())); }
    void finish(std::string& hash) {
        need(EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(hash.data()), nullptr));
    }

private:
    EVP_MD_CTX* context_ = EVP_MD_CTX_new();
};

} // namespace

struct HmacSha256::States {
    Digest inner, outer;
};

HmacSha256::HmacSha256(std::string_view key) {
    std::string short_key(key);
    if (key.size() > block_bytes) {
        Digest digest;
        digest.begin();
        digest.add(key);
        short_key.resize(hash_bytes);
        digest.finish(short_key);
    }
    std::string inner(block_bytes, '\x36'), outer(block_bytes, '\x5c');
    for (std::size_t i = 0; i < short_key.size(); ++i) {
        inner[i] = static_cast<char>(inner[i] ^ short_key[i]);
        outer[i] = static_cast<char>(outer[i] ^ short_key[i]);
    }
    const auto states = std::make_shared<States>();
    states->inner.begin();
    states->inner.add(inner);
    states->outer.begin();
    states->outer.add(outer);
    states_ = states;
}

std::string HmacSha256::of(std::string_view message) const {
    std::string hash(hash_bytes, '\0');
    Digest digest;
    digest.go_on_from(states_->inner);
    digest.add(message);
    digest.finish(hash);
    digest.go_on_from(states_->outer);
    digest.add(hash);
    digest.finish(hash);
    return hash;
}

} // namespace platform
