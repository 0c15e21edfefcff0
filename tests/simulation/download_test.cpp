// A download over a line that breaks, against a server that this test plays itself.
#include "simulation/download.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "platform/crypto.h"

namespace {

using boost::asio::ip::tcp;
using Json = nlohmann::json;

constexpr int most_breaks = 100;

// Reads a request and gives its Range; "" when the line broke before it came.
std::string asked_range(tcp::socket& socket) {
    std::string head;
    boost::system::error_code error;
    boost::asio::read_until(socket, boost::asio::dynamic_buffer(head), "\r\n\r\n", error);
    if (error) return "";
    const std::size_t begin = head.find("Range: ") + 7;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

void begin_answer(tcp::socket& socket, std::size_t size, const std::string& bytes) {
    boost::system::error_code error; // the line may have broken meanwhile
    boost::asio::write(socket,
                       boost::asio::buffer("HTTP/1.1 206 Partial Content\r\nContent-Length: " +
                                           std::to_string(size) + "\r\n\r\n" + bytes),
                       error);
}

} // namespace

TEST_CASE("a download whose line breaks keeps what had arrived, and lets go of the rest", "[simulation]") {
    boost::asio::io_context context;
    tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
    simulation::Network network(
        simulation::parse_server_url("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())));

    std::vector<Json> reports;
    simulation::Download download(network, [&](const Json& item) {
        reports.push_back(item);
        network.stop();
    });
    const std::string file = "a coral reef";
    const Json push = {
        {"items", {{{"url", "/reef"}, {"sha256", platform::sha256_hex(file)}, {"size", file.size()}}}}};
    // The first half goes out again and again until the headset has dropped a transfer that brought it.
    bool all_let_go = true;
    std::string last_range;
    std::thread server([&] {
        bool half = true;
        for (int turn = 0; half && turn < most_breaks; ++turn) {
            tcp::socket socket(context);
            acceptor.accept(socket);
            last_range = asked_range(socket);
            half = last_range != "bytes=7-11";
            begin_answer(socket, half ? file.size() : 5, half ? "a coral" : " reef");
            if (!half) return;
            char byte = 0;
            boost::system::error_code error;
            socket.read_some(boost::asio::buffer(&byte, 1), error);
            all_let_go = all_let_go && error.failed();
        }
    });
    const auto timer = network.timer();
    int breaks = 0;
    const std::function<void()> break_line = [&] {
        download.line_lost();
        if (++breaks == most_breaks) return network.stop(); // nothing is ever kept
        download.line_back();
        if (download.bytes() == 0) timer->set(network.now_ms() + 50, break_line);
    };
    download.take(push, "token");
    timer->set(network.now_ms() + 50, break_line);
    network.run();
    server.join();

    CHECK(all_let_go);
    CHECK(last_range == "bytes=7-11");
    CHECK(download.bytes() == file.size());
    REQUIRE(reports.size() == 1);
    CHECK(reports.front().at("state") == "whole");
}
