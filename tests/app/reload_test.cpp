// A server that runs takes a changed configuration, changed certificates and the true time into use.
#include <net/if.h>
#include <openssl/x509.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstring>
#include <fstream>
#include <thread>

#include "app/appliance.h"
#include "app/certificate_watch.h"
#include "platform/certificate.h"
#include "platform/error.h"
#include "platform/version.h"
#include "support/program.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"
#include "support/test_appliance.h"

using Catch::Matchers::ContainsSubstring;
using support::Program;
using support::TemporaryFolder;
namespace fs = std::filesystem;
namespace asio = boost::asio;

namespace {

struct Files {
    fs::path certificate, key;
};

Files make_certificate(const fs::path& folder, const std::string& name) {
    const auto made = platform::make_server_certificate(platform::make_authority("North"), {name}, {});
    const Files files{folder / "server.pem", folder / "server-key.pem"};
    std::ofstream(files.certificate, std::ios::trunc) << made.certificate;
    std::ofstream(files.key, std::ios::trunc) << made.key;
    return files;
}

// The name in the certificate that the server at this port shows.
std::string shown_name(std::uint16_t port) {
    asio::io_context io;
    asio::ssl::context context{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream{io, context};
    stream.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
    stream.handshake(asio::ssl::stream_base::client);
    X509* certificate = SSL_get1_peer_certificate(stream.native_handle());
    char name[200] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
    X509_free(certificate);
    return name;
}

std::uint16_t port_after(Program& server, const std::string& words) {
    return static_cast<std::uint16_t>(std::stoi(server.wait_for_out(words)));
}

int status_at(const std::string& address, std::uint16_t port) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    boost::system::error_code error;
    socket.connect({asio::ip::make_address(address), port}, error);
    if (error) return 0;
    asio::write(socket,
                asio::buffer(std::string("GET /healthz HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n")));
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), error);
    return answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

bool bring_up_loopback() {
    const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    const bool up = ::ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;
    ::close(descriptor);
    return up;
}

bool has_ipv6() {
    asio::io_context io;
    boost::system::error_code error;
    asio::ip::tcp::acceptor acceptor(io);
    acceptor.open(asio::ip::tcp::v6(), error);
    if (!error) acceptor.bind({asio::ip::address_v6::loopback(), 0}, error);
    return !error;
}

} // namespace

TEST_CASE("SIGHUP takes log level and certificate into use, and says what must wait for a restart", "[app]") {
    const TemporaryFolder folder;
    const fs::path config = folder.path() / "lectern.toml";
    make_certificate(folder.path(), "first.local");
    const auto configure = [&](const std::string& more) {
        std::ofstream(config, std::ios::trunc)
            << "data = \"data\"\nlisten = \"127.0.0.1:0\"\ntls_cert = \"server.pem\"\ntls_key = \"server-key.pem\"\n"
            << more;
    };
    configure("");
    Program server({"serve", "--config", config.string()});
    const std::uint16_t port = port_after(server, "listening on https://127.0.0.1:");
    CHECK(shown_name(port) == "first.local");
    CHECK_THAT(server.wait_for_error("Lectern " + std::string(platform::version()) + " serves "),
               ContainsSubstring((folder.path() / "data").string() + ", schema "));

    make_certificate(folder.path(), "second.local");
    configure("log_level = \"warning\"\nallowed_origins = [\"https://school.example\"]\n");
    server.signal(SIGHUP);
    CHECK_THAT(server.wait_for_error("the configuration was read again"),
               ContainsSubstring("must start again for what has changed in: allowed_origins"));
    CHECK(shown_name(port) == "second.local");

    configure("log_level = \"loud\"\n");
    server.signal(SIGHUP);
    CHECK_THAT(server.wait_for_error("the configuration was not read again, everything stays: "),
               ContainsSubstring("log_level"));
    std::ofstream(folder.path() / "server-key.pem", std::ios::trunc) << "nonsense";
    configure("");
    server.signal(SIGHUP);
    server.wait_for_error("server-key.pem cannot be used");
    CHECK(shown_name(port) == "second.local");
    const std::size_t before = server.error().size();
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
    CHECK_THAT(server.error().substr(before),
               !ContainsSubstring("stopping")); // a warning is the least it writes
}

TEST_CASE("a certificate whose files change is used without being told, once both belong together", "[app]") {
    const TemporaryFolder folder;
    const Files files = make_certificate(folder.path(), "first.local");
    int used = 0;
    bool refuses = false;
    app::CertificateWatch watch(files.certificate, files.key, [&](const fs::path&, const fs::path&) {
        if (refuses) throw platform::Error(platform::ErrorKind::bad_request, "they do not belong together");
        ++used;
    });
    watch.look(0);
    CHECK(used == 0);
    refuses = true;
    std::ofstream(files.certificate, std::ios::app) << "more\n";
    watch.look(60'000);
    CHECK(used == 0);
    refuses = false; // the key has come as well
    watch.look(120'000);
    CHECK(used == 1);
    watch.look(180'000);
    CHECK(used == 1);
}

TEST_CASE("a server listens at several addresses", "[app]") {
    const TemporaryFolder folder;
    if (!has_ipv6()) SKIP("no IPv6 here");
    Program server(
        {"serve", "--data", folder.path().string(), "--listen", "127.0.0.1:0", "--listen", "[::1]:0"});
    CHECK(status_at("127.0.0.1", port_after(server, "listening on http://127.0.0.1:")) == 200);
    const std::uint16_t second = port_after(server, "listening on http://[::1]:");
    CHECK(status_at("::1", second) == 200);
    CHECK(status_at("127.0.0.1", second) == 0);
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
}

TEST_CASE("[::] means all addresses, those of IPv4 too", "[app]") {
    if (::geteuid() != 0) SKIP("needs root");
    int v4 = 0, v6 = 0;
    // In a network of this thread's own, which is its loopback: nobody else reaches the server.
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0 || !bring_up_loopback()) return;
        const TemporaryFolder folder;
        support::ManualClock clock;
        platform::SystemRandom random;
        app::ApplianceOptions options;
        options.services.folder = folder.path();
        options.services.hashing = platform::SecretHasher::Cost::least;
        options.front_door.listen = {"[::]:0"};
        app::Appliance appliance(options, clock, random);
        appliance.start();
        v4 = status_at("127.0.0.1", appliance.port());
        v6 = status_at("::1", appliance.port());
    }).join();
    CHECK(v4 == 200);
    CHECK(v6 == 200);
}

TEST_CASE("serve --check says whether a server could start, and starts none", "[app]") {
    const TemporaryFolder folder;
    const fs::path config = folder.path() / "lectern.toml";
    const Files files = make_certificate(folder.path(), "box.local");
    const auto check = [&](const std::string& text) {
        std::ofstream(config, std::ios::trunc) << text;
        return support::run({"serve", "--check", "--config", config.string()});
    };
    const std::string good = "data = \"data\"\ntls_cert = \"server.pem\"\ntls_key = \"server-key.pem\"\n";
    CHECK(check(good).code == 0);
    CHECK_FALSE(fs::exists(folder.path() / "data"));
    CHECK(check("listen = \"nowhere\"\n").code == 78);
    std::ofstream(files.key, std::ios::trunc) << "nonsense";
    const auto bad = check(good);
    CHECK(bad.code == 78);
    CHECK_THAT(bad.error, ContainsSubstring("server-key.pem"));
}

TEST_CASE("a clock that was wrong at the start follows the time server, and not while a lesson is on",
          "[app]") {
    support::TestAppliance box;
    const support::Credential head = box.set_up();
    const support::Json lesson = box.expect(
        201, "POST", "/v1/lessons",
        {{"title", "Reef"}, {"kind", "video"}, {"content", "reef.mp4"}, {"duration_ms", 600'000}}, head);
    const support::Json session =
        box.expect(201, "POST", "/v1/sessions", {{"title", "Reef"}, {"lesson_ids", {lesson["id"]}}}, head);
    const std::string path = "/v1/sessions/" + session["id"].dump();
    box.expect(200, "POST", path + "/start", support::Json::object(), head);
    const std::int64_t right = box.clock.now_ms() + 3'600'000;
    box.true_ms = right;
    const auto turns = [&] { return box.appliance().vitals().alive(); };
    for (int i = 0; i < 50; ++i) // the io thread has looked meanwhile
        box.expect(200, "GET", "/healthz");
    CHECK(turns());
    CHECK(box.clock.now_ms() < right);
    box.expect(200, "POST", path + "/stop", support::Json::object(), head);
    CHECK(support::TestAppliance::wait_for([&] { return box.clock.now_ms() == right; }));
}
