#include "platform/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "platform/error.h"

namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate read(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
    return {PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free};
}

// Checks like a phone that has been told to trust `authority`.
bool trusts(const std::string& authority, const std::string& server) {
    const Certificate root = read(authority), leaf = read(server);
    const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), X509_STORE_free);
    X509_STORE_add_cert(store.get(), root.get());
    const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                  X509_STORE_CTX_free);
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr);
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
    return X509_verify_cert(context.get()) == 1;
}

} // namespace

TEST_CASE("a device that trusts the authority trusts the box by its names and addresses", "[platform]") {
    const auto authority = platform::make_authority("Lectern in this school");
    const auto other = platform::make_authority("Somebody else");
    const auto server = platform::make_server_certificate(authority, {"lectern.local", "box.school.example"},
                                                          {"192.0.2.5", "2001:db8::5"});
    CHECK(trusts(authority.certificate, server.certificate));
    CHECK_FALSE(trusts(other.certificate, server.certificate));
    const Certificate leaf = read(server.certificate);
    CHECK(X509_check_host(leaf.get(), "lectern.local", 0, 0, nullptr) == 1);
    CHECK(X509_check_host(leaf.get(), "evil.local", 0, 0, nullptr) == 0);
    CHECK(X509_check_ip_asc(leaf.get(), "192.0.2.5", 0) == 1);
    CHECK(X509_check_ip_asc(leaf.get(), "2001:db8::5", 0) == 1);
    CHECK(X509_check_ip_asc(leaf.get(), "192.0.2.6", 0) == 0);
}

TEST_CASE("a certificate is refused for a bad name or address, or with half an authority", "[platform]") {
    const auto authority = platform::make_authority("A"), other = platform::make_authority("B");
    CHECK_THROWS_AS(platform::make_server_certificate(authority, {"a,DNS:b"}, {}), platform::Error);
    CHECK_THROWS_AS(platform::make_server_certificate(authority, {}, {"box"}), platform::Error);
    CHECK_THROWS_AS(platform::make_server_certificate(authority, {}, {}), platform::Error);
    CHECK_THROWS_AS(platform::make_server_certificate({authority.key, other.certificate}, {"a"}, {}),
                    platform::Error);
}
