#include "platform/crypto.h"

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>

#include <set>

#include "platform/error.h"
#include "platform/files.h"
#include "platform/text.h"
#include "platform/uuid.h"
#include "support/sequence_random.h"
#include "support/temporary_folder.h"

using platform::SecretHasher;

TEST_CASE("hashes are the published ones", "[platform]") {
    CHECK(platform::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(platform::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(platform::hex(platform::hash_token("abc")) ==
          "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"); // BLAKE2b, 256 bits
}

TEST_CASE("tokens are long, fit into a URL and never repeat", "[platform]") {
    platform::SystemRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string token = platform::random_token(random);
        CHECK(token.size() == 43);
        CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
        CHECK(seen.insert(token).second);
    }
    CHECK(platform::random_token(random, 16).size() == 22);
}

TEST_CASE("comparison in constant time compares", "[platform]") {
    CHECK(platform::equal_in_constant_time("", ""));
    CHECK(platform::equal_in_constant_time("0421", "0421"));
    CHECK_FALSE(platform::equal_in_constant_time("0421", "0422"));
    CHECK_FALSE(platform::equal_in_constant_time("0421", "04211"));
}

TEST_CASE("public ids are version 4 UUIDs", "[platform]") {
    platform::SystemRandom random;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = platform::random_uuid(random);
        CHECK(platform::is_uuid(id));
        CHECK(id[14] == '4');
        CHECK(std::string("89ab").find(id[19]) != std::string::npos);
        CHECK(seen.insert(id).second);
    }
    for (const char* wrong :
         {"", "4b1c", "4B1C0E9A-0000-4000-8000-000000000000", "4b1c0e9a000040008000000000000000",
          "4b1c0e9a-0000-4000-8000-00000000000g", "4b1c0e9a-0000-4000-8000-0000000000000"}) {
        INFO(wrong);
        CHECK_FALSE(platform::is_uuid(wrong));
    }
}

TEST_CASE("random numbers stay below their bound", "[platform]") {
    platform::SystemRandom random;
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random.uniform(10));
    CHECK(seen.size() == 10);
    CHECK(*seen.rbegin() == 9);
}

TEST_CASE("a secret is verified by its hash and by nothing else", "[platform]") {
    support::TemporaryFolder folder;
    support::SequenceRandom random;
    SecretHasher hasher(folder.path() / "pepper", random, SecretHasher::Cost::least);
    const std::string hash = hasher.hash("0421");
    CHECK(hash.starts_with("$argon2id$"));
    CHECK(hash.find("0421") == std::string::npos);
    CHECK(hash != hasher.hash("0421")); // salted
    CHECK(hasher.verify(hash, "0421"));
    CHECK_FALSE(hasher.verify(hash, "0422"));
    CHECK_FALSE(hasher.verify(hash, ""));
    CHECK_FALSE(hasher.verify("", "0421"));
    CHECK_FALSE(hasher.verify("$argon2id$v=19$m=1", "0421"));
    CHECK_FALSE(hasher.verify(std::string(4000, '$'), "0421"));
    CHECK_FALSE(hasher.verify_nothing("0421"));
}

TEST_CASE("the database alone is not enough to try PINs", "[platform]") {
    support::TemporaryFolder folder;
    support::SequenceRandom random;
    SecretHasher one(folder.path() / "pepper", random, SecretHasher::Cost::least);
    SecretHasher same(folder.path() / "pepper", random, SecretHasher::Cost::least);
    SecretHasher other(folder.path() / "another", random, SecretHasher::Cost::least);
    const std::string hash = one.hash("0421");
    CHECK(same.verify(hash, "0421"));
    CHECK_FALSE(other.verify(hash, "0421"));
}

TEST_CASE("the pepper is private and never replaced", "[platform]") {
    support::TemporaryFolder folder;
    support::SequenceRandom random;
    const auto file = folder.path() / "pepper";
    { SecretHasher hasher(file, random, SecretHasher::Cost::least); }
    struct stat status {};
    REQUIRE(stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(platform::read_file(file)->size() == 32);

    platform::write_file_atomically(file, "short");
    CHECK_THROWS_AS(SecretHasher(file, random, SecretHasher::Cost::least), platform::Error);
    CHECK(platform::read_file(file) == "short");
}

TEST_CASE("the cost for real secrets is OWASP's", "[platform]") {
    support::TemporaryFolder folder;
    support::SequenceRandom random;
    SecretHasher hasher(folder.path() / "pepper", random);
    CHECK(hasher.hash("0421").starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}
