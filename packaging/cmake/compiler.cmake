# How our own code is compiled and linked. Third parties get the machine's flags but not our warnings.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Paths below the source tree become relative, in debug information and in the compiler cache alike, so that
# several checkouts of Lectern share what any of them has compiled.
add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.>")
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    # The sloppiness is what the cache asks for where headers are precompiled.
    set(launcher env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${CCACHE_PROGRAM}")
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# The quickest linker at hand.
find_program(MOLD_PROGRAM mold)
find_program(LLD_PROGRAM ld.lld)
if(MOLD_PROGRAM)
    add_link_options(-fuse-ld=mold)
elseif(LLD_PROGRAM)
    add_link_options(-fuse-ld=lld)
endif()
# A static-pie file relocates itself; packed, that table is 20 kB instead of 700.
if(MOLD_PROGRAM OR LLD_PROGRAM)
    set(packed_relocations -Wl,--pack-dyn-relocs=relr)
else()
    set(packed_relocations -Wl,-z,pack-relative-relocs)
endif()

add_compile_options(-fPIE -ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_options(-fstack-protector-strong)
    add_compile_definitions(_FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
    add_link_options(-Wl,-z,relro,-z,now)
else()
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

if(LECTERN_SANITIZE)
    add_compile_options(-fsanitize=${LECTERN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${LECTERN_SANITIZE})
endif()
if(LECTERN_FUZZ)
    if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "libFuzzer comes with clang, and this is ${CMAKE_CXX_COMPILER_ID}: use preset fuzz.")
    endif()
    # Counts which ways an input takes; the programs alone link what counts them (fuzzing.cmake).
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# --- our own code ---
add_library(lectern_own_code INTERFACE)
if(LECTERN_SANITIZE)
    # Instrumented code is not what a compiler warns about with sense; "dev" has said it all.
    target_compile_options(lectern_own_code INTERFACE -w)
endif()
target_compile_options(lectern_own_code INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wcast-qual>)
# Warnings are errors where CI compiles; a later compiler's new ones must not keep anybody from building.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(lectern_own_code INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # These look through inlining and, in this compiler, report the standard library's own strings and
    # optionals.
    target_compile_options(lectern_own_code INTERFACE
        $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
        -Wno-stringop-overread>)
endif()

# What nearly every file includes is parsed once: a third of a file's compile time. "no-ui" does without, so
# that it and the linter, which uses it, show a file that forgot an include.
function(often_included target)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
    target_precompile_headers(${target} PRIVATE
        <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <filesystem> <functional> <map> <memory> <mutex>
        <optional> <ostream> <set> <sstream> <stdexcept> <string> <string_view> <thread> <unordered_map> <utility> <variant>
        <vector> <nlohmann/json.hpp>)
endfunction()

# Where LECTERN_BATCHES is on, replaces the sources in the list `variable` by files that include a dozen of
# them each: three times as quick in all, and slower for one change, so only sanitizers do. See
# packaging/batches.py.
function(compiled_in_batches variable folder)
    if(NOT LECTERN_BATCHES)
        return()
    endif()
    find_program(PYTHON_PROGRAM python3 REQUIRED)
    execute_process(
        COMMAND "${PYTHON_PROGRAM}" "${CMAKE_SOURCE_DIR}/packaging/batches.py" "${CMAKE_BINARY_DIR}/batches/${folder}" 12
            ${${variable}}
        OUTPUT_VARIABLE batches OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    # A new name in a source may want another batch.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${${variable}}
        "${CMAKE_SOURCE_DIR}/packaging/batches.py")
    string(REPLACE "\n" ";" batches "${batches}")
    set(${variable} ${batches} PARENT_SCOPE)
endfunction()
