#pragma once

#include <filesystem>

namespace bench {

// A small authenticated GET and a durable POST of one record at 64 connections, against a bare epoll loop
// that answers without parsing.
void run_http_bench(const std::filesystem::path& folder);

} // namespace bench
