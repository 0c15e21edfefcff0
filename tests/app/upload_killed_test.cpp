// The plug is pulled in the middle of an upload: what the server has acknowledged is there, and the rest
// continues.
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "platform/sha256.h"
#include "support/program.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

using nlohmann::json;
using support::Program;
using support::RawAnswer;
using support::RawClient;

namespace {

struct Box {
    explicit Box(const std::filesystem::path& folder)
        : server({"serve", "--data", folder.string(), "--listen", "127.0.0.1:0"}) {
        const std::string address = server.wait_for_out("listening on ");
        port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
        const std::string body = R"({"username":"ellis","password":"correct horse"})";
        RawClient client(port);
        token =
            json::parse(client
                            .ask("POST /v1/logins HTTP/1.1\r\nHost: box\r\nContent-Type: application/json\r\n"
                                 "Content-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n" + body)
                            .body)
                .at("token");
    }
    std::string head(const std::string& method_and_path, const std::string& more) const {
        return method_and_path + " HTTP/1.1\r\nHost: box\r\nAuthorization: Bearer " + token +
               "\r\nTus-Resumable: 1.0.0\r\n" + more + "\r\n";
    }
    std::string patch(const std::string& upload, std::size_t at, std::size_t length) const {
        return head("PATCH " + upload,
                    "Content-Type: application/offset+octet-stream\r\nUpload-Offset: " + std::to_string(at) +
                        "\r\nContent-Length: " + std::to_string(length) + "\r\n");
    }
    std::size_t offset(const std::string& upload) const {
        RawClient client(port);
        client.send(head("HEAD " + upload, ""));
        return std::stoul(client.answer(true).headers.at("upload-offset"));
    }

    Program server;
    std::uint16_t port = 0;
    std::string token;
};

} // namespace

TEST_CASE("an upload survives a killed server: what it acknowledged is there, and the rest continues",
          "[app]") {
    const support::TemporaryFolder folder;
    {
        Program setup({"setup", "--organisation", "North School", "--admin", "ellis", "--data",
                       folder.path().string()});
        setup.type("correct horse\n");
        REQUIRE(setup.wait() == 0);
    }
    std::string bytes = "\x89PNG\r\n\x1a\n";
    for (std::size_t i = bytes.size(); i < 3'000'000; ++i)
        bytes.push_back(static_cast<char>(i * 2654435761u >> 23));
    std::string upload;
    std::size_t said = 0;
    {
        Box box(folder.path());
        RawClient client(box.port);
        upload = client
                     .ask(box.head("POST /v1/uploads",
                                   "Upload-Length: 3000000\r\nUpload-Metadata: filename "
                                   "cmVlZi5wbmc=\r\nContent-Length: 0\r\n"))
                     .headers.at("location");
        // One piece that is answered, and one that is cut off in the middle.
        const auto answered = client.ask(box.patch(upload, 0, 1'000'000) + bytes.substr(0, 1'000'000));
        CHECK(answered.headers.at("upload-offset") == "1000000");
        client.send(box.patch(upload, 1'000'000, 2'000'000) + bytes.substr(1'000'000, 700'000));
        while (said <= 1'000'000)
            said = box.offset(upload);
        box.server.signal(SIGKILL);
        box.server.wait();
    }
    Box box(folder.path());
    const std::size_t there = box.offset(upload);
    CHECK(there >= said);
    CHECK(there <= 1'700'000);
    RawClient client(box.port);
    const auto done = client.ask(box.patch(upload, there, bytes.size() - there) + bytes.substr(there));
    REQUIRE(done.status == 204);
    const auto content =
        json::parse(client.ask(box.head("GET " + done.headers.at("content-location"), "")).body);
    platform::Sha256 hash;
    hash.add(bytes);
    CHECK(content.at("sha256") == hash.hex());
    box.server.signal(SIGTERM);
    CHECK(box.server.wait() == 0);
}
