// A file that a target fills with each input.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

#include "fuzz/support/fuzz.h"
#include "support/temporary_folder.h"

namespace fuzz {

class ScratchFile {
public:
    explicit ScratchFile(const char* name) : path_(folder_.path() / name) {}
    const std::filesystem::path& path() const { return path_; }
    void fill(std::string_view bytes) const {
        std::ofstream out(path_, std::ios::binary | std::ios::trunc);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        out.close();
        demand(out.good(), "the scratch file can be written");
    }

private:
    support::TemporaryFolder folder_;
    std::filesystem::path path_;
};

} // namespace fuzz
