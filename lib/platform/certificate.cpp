#include "platform/certificate.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>
#include <memory>

#include "platform/error.h"

namespace platform {

namespace {

constexpr long day_s = 24L * 3600, authority_days = 3650, server_days = 825;

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* thing) const {
        Free(thing);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

void require(bool done, const char* what) {
    if (!done) throw Error(ErrorKind::internal, std::string("OpenSSL could not ") + what);
}

std::string text_of(BIO* bio) {
    char* bytes = nullptr;
    const long length = BIO_get_mem_data(bio, &bytes);
    return {bytes, static_cast<std::size_t>(length)};
}

std::string pem_of(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "write a key");
    return text_of(bio.get());
}

std::string pem_of(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
    return text_of(bio.get());
}

Bio reader_of(const std::string& pem) {
    return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Key new_key() {
    Key key(EVP_EC_gen("P-256"));
    require(key != nullptr, "make a key");
    return key;
}

void set_serial_number(X509* certificate) {
    std::array<unsigned char, 16> bytes{};
    require(RAND_bytes(bytes.data(), bytes.size()) == 1, "draw a serial number");
    bytes[0] &= 0x7f;
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(bytes.data(), bytes.size(), nullptr));
    require(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
            "set a serial number");
}

void set_name(X509* certificate, const std::string& name) {
    X509_NAME* subject = X509_get_subject_name(certificate);
    const auto* text = reinterpret_cast<const unsigned char*>(name.data());
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, static_cast<int>(name.size()), -1,
                                       0) == 1,
            "set a name");
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
            "extend a certificate");
}

Certificate blank(EVP_PKEY* key, const std::string& name, long days) {
    Certificate certificate(X509_new());
    require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1,
            "make a certificate");
    set_serial_number(certificate.get());
    // Valid from a day ago, because a device's clock may be behind.
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), (days - 1) * day_s);
    require(X509_set_pubkey(certificate.get(), key) == 1, "set a key");
    set_name(certificate.get(), name);
    return certificate;
}

void sign(X509* certificate, EVP_PKEY* key) {
    require(X509_sign(certificate, key, EVP_sha256()) > 0, "sign a certificate");
}

// "DNS:lectern.local,IP:192.0.2.5". A comma would end a name, so names may not contain one.
std::string alternatives(const std::vector<std::string>& names, const std::vector<std::string>& addresses) {
    std::string all;
    const auto add = [&all](const char* kind, const std::string& value) {
        all += (all.empty() ? "" : ",") + std::string(kind) + value;
    };
    for (const std::string& name : names) {
        if (name.empty() ||
            name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*") !=
                std::string::npos)
            throw_invalid("name", "must be a host name, like lectern.local");
        add("DNS:", name);
    }
    for (const std::string& address : addresses) {
        const std::unique_ptr<ASN1_OCTET_STRING, Freed<ASN1_OCTET_STRING_free>> numeric(
            a2i_IPADDRESS(address.c_str()));
        if (!numeric) throw_invalid("address", "must be a numeric address, like 192.0.2.5");
        add("IP:", address);
    }
    if (all.empty()) throw_invalid("name", "must be given, or an address");
    return all;
}

std::optional<std::int64_t> time_in(const std::string& pem, const ASN1_TIME* (*which)(const X509*)) {
    const Bio bio = reader_of(pem);
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    std::tm time{};
    if (certificate == nullptr || ASN1_TIME_to_tm(which(certificate.get()), &time) != 1) return std::nullopt;
    return std::int64_t{::timegm(&time)} * 1000;
}

} // namespace

KeyAndCertificate make_authority(const std::string& name) {
    const Key key = new_key();
    const Certificate certificate = blank(key.get(), name, authority_days);
    X509* self = certificate.get();
    require(X509_set_issuer_name(self, X509_get_subject_name(self)) == 1, "set an issuer");
    extend(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    extend(self, self, NID_key_usage, "critical,keyCertSign,cRLSign");
    extend(self, self, NID_subject_key_identifier, "hash");
    sign(self, key.get());
    return {pem_of(key.get()), pem_of(self)};
}

KeyAndCertificate make_server_certificate(const KeyAndCertificate& authority,
                                          const std::vector<std::string>& names,
                                          const std::vector<std::string>& addresses) {
    const std::string reached_by = alternatives(names, addresses);
    const Key authority_key(
        PEM_read_bio_PrivateKey(reader_of(authority.key).get(), nullptr, nullptr, nullptr));
    const Certificate issuer(
        PEM_read_bio_X509(reader_of(authority.certificate).get(), nullptr, nullptr, nullptr));
    if (!authority_key || !issuer || X509_check_private_key(issuer.get(), authority_key.get()) != 1)
        throw Error(ErrorKind::bad_request, "The authority's key and certificate do not belong together.");
    const Key key = new_key();
    const Certificate certificate =
        blank(key.get(), names.empty() ? addresses.front() : names.front(), server_days);
    X509* made = certificate.get();
    require(X509_set_issuer_name(made, X509_get_subject_name(issuer.get())) == 1, "set an issuer");
    extend(made, issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(made, issuer.get(), NID_key_usage, "critical,digitalSignature");
    extend(made, issuer.get(), NID_ext_key_usage, "serverAuth");
    extend(made, issuer.get(), NID_subject_key_identifier, "hash");
    extend(made, issuer.get(), NID_authority_key_identifier, "keyid");
    extend(made, issuer.get(), NID_subject_alt_name, reached_by);
    sign(made, authority_key.get());
    return {pem_of(key.get()), pem_of(made)};
}

std::optional<std::int64_t> certificate_end_ms(const std::string& pem) {
    return time_in(pem, X509_get0_notAfter);
}

std::optional<std::int64_t> certificate_begin_ms(const std::string& pem) {
    return time_in(pem, X509_get0_notBefore);
}

} // namespace platform
