#include "platform/version.h"

#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "version") {
        const std::string_view version = platform::version();
        std::printf("lectern %.*s\n", static_cast<int>(version.size()), version.data());
        return 0;
    }
    std::fputs("usage: lectern version\n", stderr);
    return 2;
}
