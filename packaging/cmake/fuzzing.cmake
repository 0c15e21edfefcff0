# Fuzz targets, tests/fuzz/NAME.cpp with seeds in tests/fuzz/corpus/NAME. Every preset with tests has one program
# of them all, which replays the seeds: tests fuzz.NAME. With LECTERN_FUZZ (preset fuzz, clang) each target is
# a program of libFuzzer, fuzz_NAME, for ./dev fuzz.

file(GLOB fuzz_targets CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/*.cpp")
file(GLOB fuzz_support CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/fuzz/support/*.cpp")
set(libfuzzer_source "${CMAKE_SOURCE_DIR}/tests/fuzz/support/lib_fuzzer.cpp")
set(replay_source "${CMAKE_SOURCE_DIR}/tests/fuzz/support/replay.cpp")
list(REMOVE_ITEM fuzz_support "${libfuzzer_source}" "${replay_source}")

# table_of_targets(FILE NAME...): what fuzz::targets() returns.
function(table_of_targets file)
    set(declared "")
    set(rows "")
    foreach(name IN LISTS ARGN)
        string(APPEND declared "void fuzz_${name}(std::string_view input);\n")
        string(APPEND rows "{\"${name}\", fuzz_${name}}, ")
    endforeach()
    file(CONFIGURE OUTPUT "${file}" CONTENT
        "#include \"fuzz/support/fuzz.h\"\nnamespace fuzz {\n${declared}const std::vector<Target>& targets() {\n    static const std::vector<Target> all{${rows}};\n    return all;\n}\n} // namespace fuzz\n")
endfunction()

set(fuzz_names "")
foreach(source IN LISTS fuzz_targets)
    get_filename_component(name "${source}" NAME_WE)
    list(APPEND fuzz_names "${name}")
endforeach()

if(LECTERN_FUZZ)
    # A library, so that a target that needs no box has none in it: libFuzzer looks at every counter after each
    # input.
    add_library(lectern_fuzz_support STATIC ${fuzz_support})
    target_include_directories(lectern_fuzz_support PUBLIC "${CMAKE_SOURCE_DIR}/tests")
    target_link_libraries(lectern_fuzz_support PUBLIC lectern_app PRIVATE lectern_own_code)
    foreach(name IN LISTS fuzz_names)
        table_of_targets("${CMAKE_BINARY_DIR}/fuzz_tables/${name}.cpp" "${name}")
        add_executable(fuzz_${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/${name}.cpp" "${libfuzzer_source}"
            "${CMAKE_BINARY_DIR}/fuzz_tables/${name}.cpp")
        target_link_libraries(fuzz_${name} PRIVATE lectern_fuzz_support lectern_own_code)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    endforeach()
    return()
endif()

table_of_targets("${CMAKE_BINARY_DIR}/fuzz_targets.cpp" ${fuzz_names})
set(replayed_sources ${fuzz_targets} ${fuzz_support})
compiled_in_batches(replayed_sources fuzz)
add_executable(lectern_fuzz ${replayed_sources} "${replay_source}" "${CMAKE_BINARY_DIR}/fuzz_targets.cpp")
target_include_directories(lectern_fuzz PRIVATE "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(lectern_fuzz PRIVATE lectern_app lectern_own_code)
often_included(lectern_fuzz)
set(replay_timeout ${LECTERN_TEST_TIMEOUT})
if(LECTERN_SANITIZE)
    math(EXPR replay_timeout "4 * ${LECTERN_TEST_TIMEOUT}")
endif()
foreach(name IN LISTS fuzz_names)
    add_test(NAME fuzz.${name} COMMAND lectern_fuzz ${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT ${replay_timeout})
endforeach()
