# Tests: one program. A test's tags become its labels for ctest; what is slow by nature carries [slow].

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/*.cpp")
list(FILTER test_sources EXCLUDE REGEX "/tests/(bench|fuzz|browser)/")

add_executable(lectern_tests ${test_sources})
target_include_directories(lectern_tests PRIVATE "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(lectern_tests PRIVATE lectern_app lectern_catch2 lectern_own_code)
set_source_files_properties("${CMAKE_SOURCE_DIR}/tests/tidy_test.cpp" PROPERTIES
    COMPILE_DEFINITIONS "LECTERN_SOURCE_ROOT=\"${CMAKE_SOURCE_DIR}\"")

list(APPEND CMAKE_MODULE_PATH "${catch2_folder}/extras")
include(Catch)
catch_discover_tests(lectern_tests
    DISCOVERY_MODE PRE_TEST
    ADD_TAGS_AS_LABELS
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
    PROPERTIES TIMEOUT ${LECTERN_TEST_TIMEOUT})
