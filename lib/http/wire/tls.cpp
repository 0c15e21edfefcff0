#include "http/wire/tls.h"

#include <openssl/ssl.h>

#include "platform/error.h"

namespace http {

namespace ssl = boost::asio::ssl;

namespace {

// We speak only HTTP/1.1; a client that also offers h2 must be told.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
    static const unsigned char ours[] = "\x08http/1.1";
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, length, ours, sizeof ours - 1, offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

void need(const boost::system::error_code& error, const std::string& what) {
    if (error)
        throw platform::Error(platform::ErrorKind::bad_request, what + " cannot be used: " + error.message());
}

} // namespace

std::unique_ptr<ssl::context> make_tls_context(const std::string& certificate, const std::string& key) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
    boost::system::error_code error;
    context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                         ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION);
    // TLS 1.3 has nothing but AEAD ciphers; of TLS 1.2 these are the ones with forward secrecy.
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    if (SSL_CTX_set_cipher_list(context->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        throw platform::Error(platform::ErrorKind::internal, "this OpenSSL has no AEAD cipher for TLS 1.2");
    context->use_certificate_chain_file(certificate, error);
    need(error, "The certificate " + certificate);
    context->use_private_key_file(key, ssl::context::pem, error);
    need(error, "The key " + key);
    if (SSL_CTX_check_private_key(context->native_handle()) != 1)
        throw platform::Error(platform::ErrorKind::bad_request,
                              "The key " + key + " does not belong to " + certificate);
    // Forty idle headsets don't need forty sets of 32 KiB buffers.
    SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context->native_handle(), choose_protocol, nullptr);
    return context;
}

} // namespace http
