// SHA-256 of data that arrives piece by piece: uploads and backups of any size, using the processor's own
// instructions.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace platform {

class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void add(std::string_view bytes);
    std::string hex(); // call once, at the end

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Of a file, read a piece at a time. Throws Error unavailable when it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

} // namespace platform
