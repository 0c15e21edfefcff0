// A load of HTTP requests: connections that each wait for their answer before they ask again, on one epoll
// loop.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

int connect_to(std::uint16_t port); // blocking, without delay; throws

struct Load {
    double wall_s = 0;
    std::uint64_t answers = 0, failures = 0; // failures: status 400 and above
    std::vector<double> latencies_ms;
};

// What `connection` asks as request `number` of all; the text must live until it is asked again.
using MakeRequest = std::function<std::string_view(int connection, std::uint64_t number)>;
Load run_load(std::uint16_t port, int connections, std::uint64_t requests, const MakeRequest& make);

std::string http_request(std::string_view method, std::string_view path, std::string_view token,
                         std::string_view body);

// One request; waits for the body of the answer. Throws when its status is 400 or above.
std::string ask(std::uint16_t port, std::string_view method, std::string_view path, std::string_view token,
                std::string_view body = {});

} // namespace bench
