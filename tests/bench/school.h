// A school on the server under test, made over its API.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "bench/process.h"
#include "bench/sockets.h"

namespace bench {

struct School {
    std::unique_ptr<Process> server;
    std::string token;                      // of its administrator
    std::vector<std::string> device_tokens; // of its paired headsets

    std::uint16_t port() const { return server->port; }
    void pair_up_to(std::size_t headsets);
};

// The program beside this one; throws when it is missing.
std::filesystem::path lectern_program();
School open_school(const std::filesystem::path& folder, const std::string& config = "");
School open_school_again(const std::filesystem::path& folder); // as a server before left it

// Figures of a measured load, from the server's side: requests or events per second, and the server's CPU
// time for each.
struct Measured {
    double per_s = 0, cpu_us = 0, p99_ms = 0;
};
Measured median_of(const std::vector<Measured>& runs);

} // namespace bench
