// A graceful stop, and TLS.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <memory>
#include <thread>

#include "http/house.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

using house::House;
using support::get_request;
using support::post_request;
using support::RawClient;
using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST_CASE("a stop lets accepted requests finish", "[http]") {
    House house;
    RawClient running(house.port), arriving(house.port), idle(house.port), silent(house.port);
    idle.ask(get_request("/hello"));
    running.send(get_request("/wait") + get_request("/hello"));
    arriving.send("POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 7\r\n\r\n{\"a\"");
    house.gate.await_waiting(1);
    CHECK(house::eventually([&] { return house.door->figures().requests == 4; }));
    std::jthread stopping([&] { house.stop(); });
    CHECK(idle.at_end());
    CHECK(silent.at_end());
    CHECK_THROWS(RawClient(house.port)); // nobody listens any more
    arriving.send(":1}");
    const auto answer = arriving.answer();
    CHECK(answer.body == R"({"a":1})");
    CHECK(arriving.at_end());
    house.gate.open();
    CHECK(running.answer().body == R"({"waited":true})");
    CHECK(running.answer().body == R"({"hello":"world"})");
    CHECK(running.at_end());
}

TEST_CASE("a stop waits no longer than its grace for a client", "[http]") {
    House house;
    RawClient arriving(house.port), deaf(house.port, 4096);
    arriving.send("POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 7\r\n\r\n");
    deaf.send(get_request("/film?bytes=100000000"));
    CHECK(house::eventually([&] { return house.door->figures().transfers == 1; }));
    CHECK(house::eventually([&] { return house.door->figures().requests == 2; }));
    const auto before = std::chrono::steady_clock::now();
    house.stop(200ms);
    CHECK(std::chrono::steady_clock::now() - before < 3s);
    CHECK(arriving.at_end());
}

TEST_CASE("posts run on one thread, in order, and timers with them", "[http]") {
    House house;
    std::vector<int> seen; // only the io thread touches it
    std::atomic<int> done{0}, ticks{0};
    house.door->post([&] { house.door->every(5ms, [&] { ++ticks; }); });
    for (int i = 0; i < 1000; ++i)
        house.door->post([&, i] {
            seen.push_back(i);
            done = i;
        });
    house.door->post([] { throw std::runtime_error("one that fails"); });
    CHECK(house::eventually([&] { return done == 999 && ticks > 3; }));
    house.stop();
    for (int i = 0; i < 1000; ++i)
        REQUIRE(seen[static_cast<std::size_t>(i)] == i);
    house.door->post([&] { done = 0; });
    CHECK(done == 999);
}

TEST_CASE("when a stranger's places are taken, the connection idle longest goes", "[http]") {
    http::FrontDoorOptions options;
    options.connections = 12; // three of them for strangers
    House house(options);
    std::vector<RawClient> clients;
    for (int i = 0; i < 3; ++i) {
        clients.emplace_back(house.port);
        CHECK(clients.back().ask(get_request("/hello")).status == 200);
    }
    CHECK(clients[0].ask(get_request("/hello")).status == 200);
    CHECK(RawClient(house.port).ask(get_request("/hello")).status == 200);
    CHECK(clients[1].at_end());
    CHECK(house.door->figures().refused_connections == 1);
    CHECK(clients[0].ask(get_request("/hello")).status == 200);
    CHECK(clients[2].ask(get_request("/hello")).status == 200);
}

TEST_CASE("slow heads, slow bodies and idle connections run out of time", "[http]") {
    http::FrontDoorOptions options;
    options.head_deadline = 300ms;
    options.body_deadline = 300ms;
    options.idle_deadline = 900ms;
    House house(options);
    RawClient head(house.port), body(house.port), idle(house.port);
    idle.ask(get_request("/hello"));
    head.send("GET /hello HTTP/1.1\r\nHost");
    body.send("POST /echo HTTP/1.1\r\nHost: b\r\nContent-Length: 7\r\n\r\n{");
    CHECK(head.answer().status == 408);
    CHECK(head.at_end());
    CHECK(body.answer().status == 408);
    CHECK(body.at_end());
    CHECK(idle.at_end());
    CHECK(house.door->figures().timeouts == 2);
}

namespace {

// Signed by itself, valid for the length of a test.
void write_certificate(const std::string& certificate_file, const std::string& key_file) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("box"), -1,
                               -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    std::FILE* file = std::fopen(certificate_file.c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(key_file.c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
}

struct TlsClient {
    explicit TlsClient(std::uint16_t port) {
        stream.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
        stream.handshake(asio::ssl::stream_base::client);
    }
    void send(const std::string& bytes) { asio::write(stream, asio::buffer(bytes)); }
    std::string read_until_end() {
        std::string all;
        boost::system::error_code error;
        char bytes[4096];
        while (!error)
            all.append(bytes, stream.read_some(asio::buffer(bytes), error));
        clean_end = error == asio::error::eof;
        return all;
    }
    asio::io_context io;
    asio::ssl::context context{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream{io, context};
    bool clean_end = false;
};

std::size_t count(const std::string& text, const std::string& wanted) {
    std::size_t found = 0;
    for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1))
        ++found;
    return found;
}

} // namespace

TEST_CASE("TLS speaks the same as plain", "[http]") {
    support::TemporaryFolder folder;
    const auto certificate = (folder.path() / "certificate.pem").string(),
               key = (folder.path() / "key.pem").string();
    write_certificate(certificate, key);
    http::FrontDoorOptions options;
    options.tls_certificate = certificate;
    options.tls_key = key;
    House house(options);
    TlsClient client(house.port);
    client.send(get_request("/hello") + post_request("/echo", R"({"a":1})") +
                get_request("/film?bytes=300000") +
                "PUT /content HTTP/1.1\r\nHost: b\r\nContent-Length: 100000\r\n\r\n" +
                std::string(100'000, 'x') + get_request("/hello", "Connection: close\r\n"));
    const auto all = client.read_until_end();
    CHECK(client.clean_end); // said goodbye, not cut off
    CHECK(count(all, "HTTP/1.1 200 OK") == 5);
    CHECK(count(all, R"({"hello":"world"})") == 2);
    CHECK(count(all, R"("bytes":100000)") == 1);
    CHECK(all.size() > 300'000);
    CHECK(count(all, "Strict-Transport-Security") == 0); // nobody asked for it

    // Many at once, and one that does not speak TLS at all.
    std::vector<std::unique_ptr<TlsClient>> clients;
    for (int i = 0; i < 20; ++i)
        clients.push_back(std::make_unique<TlsClient>(house.port));
    RawClient plain(house.port);
    plain.send(get_request("/hello"));
    CHECK(plain.hears_something(5s));
    for (auto& one : clients)
        one->send(get_request("/hello", "Connection: close\r\n"));
    for (auto& one : clients)
        CHECK(one->read_until_end().starts_with("HTTP/1.1 200"));

    TlsClient idle(house.port);
    house.stop(2s);
    CHECK(idle.read_until_end().empty());
}

TEST_CASE("each answer over TLS says how long browsers shall use HTTPS only, and none over plain HTTP",
          "[http]") {
    support::TemporaryFolder folder;
    http::FrontDoorOptions options;
    options.strict_transport_security = "max-age=86400";
    {
        House plain(options);
        RawClient client(plain.port);
        CHECK(client.ask(get_request("/hello")).headers.count("strict-transport-security") == 0);
    }
    options.tls_certificate = (folder.path() / "certificate.pem").string();
    options.tls_key = (folder.path() / "key.pem").string();
    write_certificate(options.tls_certificate, options.tls_key);
    House house(options);
    TlsClient client(house.port);
    client.send(get_request("/hello") + get_request("/nothing") + get_request("/film?bytes=10") +
                get_request("/hello", "Connection: close\r\n"));
    const auto all = client.read_until_end();
    CHECK(count(all, "HTTP/1.1 ") == 4);
    CHECK(count(all, "\r\nStrict-Transport-Security: max-age=86400\r\n") == 4);
}

TEST_CASE("TLS takes version 1.2 with AEAD ciphers and 1.3, and nothing older or weaker", "[http]") {
    support::TemporaryFolder folder;
    http::FrontDoorOptions options;
    options.tls_certificate = (folder.path() / "certificate.pem").string();
    options.tls_key = (folder.path() / "key.pem").string();
    write_certificate(options.tls_certificate, options.tls_key);
    House house(options);
    const auto shakes_hands = [&](int version, const char* ciphers) {
        asio::io_context io;
        asio::ssl::context context{asio::ssl::context::tls_client};
        SSL_CTX_set_security_level(context.native_handle(), 0);
        SSL_CTX_set_min_proto_version(context.native_handle(), version);
        SSL_CTX_set_max_proto_version(context.native_handle(), version);
        SSL_CTX_set_cipher_list(context.native_handle(), ciphers);
        asio::ssl::stream<asio::ip::tcp::socket> stream{io, context};
        stream.lowest_layer().connect({asio::ip::address_v4::loopback(), house.port});
        boost::system::error_code error;
        stream.handshake(asio::ssl::stream_base::client, error);
        return !error;
    };
    CHECK(shakes_hands(TLS1_3_VERSION, "DEFAULT"));
    CHECK(shakes_hands(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256"));
    CHECK(shakes_hands(TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305"));
    CHECK_FALSE(shakes_hands(TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA"));
    CHECK_FALSE(shakes_hands(TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA384"));
    CHECK_FALSE(shakes_hands(TLS1_1_VERSION, "DEFAULT"));
}

TEST_CASE("a certificate file that isn't one is named", "[http]") {
    http::FrontDoorOptions options;
    options.tls_certificate = "/nowhere/certificate.pem";
    options.tls_key = "/nowhere/key.pem";
    CHECK_THROWS_AS(House(options), platform::Error);
}
