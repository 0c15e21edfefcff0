#include "platform/crypto.h"

#include <sodium.h>

#include <vector>

#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"

namespace platform {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

void need_sodium() {
    if (sodium_init() < 0) throw Error(ErrorKind::internal, "The system gives no randomness.");
}

class Turn {
public:
    explicit Turn(std::counting_semaphore<2>& running) : running_(running) { running_.acquire(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { running_.release(); }

private:
    std::counting_semaphore<2>& running_;
};

} // namespace

std::string random_token(Random& random, std::size_t bytes) {
    std::vector<unsigned char> drawn(bytes);
    random.fill(drawn);
    std::string token(sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(token.data(), token.size(), drawn.data(), drawn.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    token.pop_back(); // libsodium counts the closing zero
    return token;
}

std::string hash_token(std::string_view token) {
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(bytes_of(hash), hash.size(), bytes_of(token), token.size(), nullptr, 0);
    return hash;
}

std::string sha256_hex(std::string_view bytes) {
    std::string hash(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256(bytes_of(hash), bytes_of(bytes), bytes.size());
    return hex(hash);
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

// Another length of BLAKE2b is another function, so this tells nothing of the hash of any secret.
std::optional<std::int64_t> pepper_check(std::string_view pepper) {
    constexpr std::string_view what = "which pepper is it";
    if (pepper.size() != pepper_bytes) return std::nullopt;
    std::string hash(crypto_generichash_BYTES_MIN, '\0');
    crypto_generichash(bytes_of(hash), hash.size(), bytes_of(what), what.size(), bytes_of(pepper),
                       pepper.size());
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i)
        number = number << 8 | bytes_of(hash)[i];
    return static_cast<std::int64_t>(number >> 1);
}

SecretHasher::SecretHasher(const std::filesystem::path& pepper_file, Random& random, Cost cost,
                           Missing missing)
    : cost_(cost) {
    need_sodium();
    if (const auto kept = read_file(pepper_file)) {
        pepper_ = *kept;
    } else if (missing == Missing::refuse) {
        throw Error(ErrorKind::internal, "The file " + pepper_file.string() +
                                             " is gone: PINs and passwords cannot be checked without it.");
    } else {
        pepper_.resize(pepper_bytes);
        random.fill({bytes_of(pepper_), pepper_.size()});
        write_file_atomically(pepper_file, pepper_);
    }
    // Never replace it with a new one: every PIN and password would be wrong from then on.
    if (pepper_.size() != pepper_bytes) {
        throw Error(ErrorKind::internal, "The file " + pepper_file.string() +
                                             " is damaged: PINs and passwords cannot be checked without it. "
                                             "Restore it from a backup.");
    }
    check_ = pepper_check(pepper_).value_or(0);
}

// 19 MiB and two passes, OWASP's smallest recommendation for argon2id. That takes about 20 ms, and a small
// box has the memory.
std::string SecretHasher::hash(std::string_view secret) {
    const std::string keyed = peppered(secret);
    const bool least = cost_ == Cost::least;
    const unsigned long long passes = least ? crypto_pwhash_OPSLIMIT_MIN : 2;
    const std::size_t memory = least ? crypto_pwhash_MEMLIMIT_MIN : std::size_t{19} << 20;
    char text[crypto_pwhash_STRBYTES];
    const Turn turn(running_);
    if (crypto_pwhash_str_alg(text, keyed.data(), keyed.size(), passes, memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw Error(ErrorKind::unavailable, "Not enough memory to check a secret.", 1);
    }
    return text;
}

bool SecretHasher::verify(const std::string& hash, std::string_view secret) {
    if (hash.size() >= crypto_pwhash_STRBYTES) return false;
    const std::string keyed = peppered(secret);
    const Turn turn(running_);
    return crypto_pwhash_str_verify(hash.c_str(), keyed.data(), keyed.size()) == 0;
}

bool SecretHasher::verify_nothing(std::string_view secret) {
    hash(secret);
    return false;
}

std::string SecretHasher::peppered(std::string_view secret) const {
    std::string keyed(crypto_generichash_BYTES, '\0');
    crypto_generichash(bytes_of(keyed), keyed.size(), bytes_of(secret), secret.size(), bytes_of(pepper_),
                       pepper_.size());
    return keyed;
}

} // namespace platform
