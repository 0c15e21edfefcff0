# Cross-building for arm64 with Debian's own compiler for it and a folder of arm64 libraries: see
# packaging/sysroot.sh and preset "release-arm64".
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(CMAKE_SYSROOT "$ENV{LECTERN_SYSROOT}")
if(NOT IS_DIRECTORY "${CMAKE_SYSROOT}")
    message(FATAL_ERROR "LECTERN_SYSROOT names no folder; './dev package' sets it, by packaging/sysroot.sh")
endif()
# Without these the compiler takes the glibc that came with it, of another version than the libraries'.
set(own_libraries "${CMAKE_SYSROOT}/usr/lib/aarch64-linux-gnu")
set(CMAKE_C_FLAGS_INIT "-B${own_libraries}/ -L${own_libraries}")
string(APPEND CMAKE_C_FLAGS_INIT " -isystem ${CMAKE_SYSROOT}/usr/include/aarch64-linux-gnu")
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
set(CMAKE_ASM_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")

# The cross compiler finds only its own linker.
set(MOLD_PROGRAM OFF CACHE STRING "not for cross-building")
set(LLD_PROGRAM OFF CACHE STRING "not for cross-building")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
