# Tests: one program, found case by case. A case that is slow by nature carries the tag [slow].

file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/*.cpp")
list(FILTER test_sources EXCLUDE REGEX "/tests/(bench|fuzz|browser)/")

# These are told where the source tree is, and what program to start as a process; so they are compiled each
# by itself.
set(reading_sources "${CMAKE_SOURCE_DIR}/tests/tidy/rule.cpp" "${CMAKE_SOURCE_DIR}/tests/store/migrate_test.cpp"
    "${CMAKE_SOURCE_DIR}/tests/stories/protocol_document_test.cpp"
    "${CMAKE_SOURCE_DIR}/tests/simulation/vectors_test.cpp"
    "${CMAKE_SOURCE_DIR}/tests/stories/moving_in_story_test.cpp")
set(starting_sources "${CMAKE_SOURCE_DIR}/tests/support/program.cpp")
set_source_files_properties(${reading_sources} PROPERTIES COMPILE_DEFINITIONS "LECTERN_SOURCE_ROOT=\"${CMAKE_SOURCE_DIR}\"")
set_source_files_properties(${starting_sources} PROPERTIES COMPILE_DEFINITIONS "LECTERN_PROGRAM=\"$<TARGET_FILE:lectern>\"")
list(REMOVE_ITEM test_sources ${reading_sources} ${starting_sources})
compiled_in_batches(test_sources tests)

add_executable(lectern_tests ${test_sources} ${reading_sources} ${starting_sources})
target_include_directories(lectern_tests PRIVATE "${CMAKE_SOURCE_DIR}/tests")
target_link_libraries(lectern_tests PRIVATE lectern_app lectern_catch2 lectern_own_code)
often_included(lectern_tests)
add_dependencies(lectern_tests lectern)

# Sanitizers slow a test down several times; and what is slow already, or reads source text, tells them
# nothing.
set(test_timeout ${LECTERN_TEST_TIMEOUT})
set(test_cases "")
if(LECTERN_SANITIZE)
    set(test_cases TEST_SPEC "~[slow]~[tidy]")
    math(EXPR test_timeout "4 * ${LECTERN_TEST_TIMEOUT}")
endif()

list(APPEND CMAKE_MODULE_PATH "${catch2_folder}/extras")
include(Catch)
catch_discover_tests(lectern_tests
    DISCOVERY_MODE PRE_TEST
    ${test_cases}
    WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
    PROPERTIES TIMEOUT ${test_timeout})

find_program(python python3)

# What surrounds the program on a box.
if(python AND NOT LECTERN_SANITIZE)
    set(units "${CMAKE_SOURCE_DIR}/packaging/systemd")
    add_test(NAME package.unit COMMAND "${python}" -B "${CMAKE_SOURCE_DIR}/packaging/check_unit.py"
        "${units}/lectern.service" "${units}/lectern.socket")
    add_test(NAME package.monitoring COMMAND "${python}" -B "${CMAKE_SOURCE_DIR}/packaging/monitoring/check.py")
    add_test(NAME package.dpvr_probe COMMAND "${python}" -B -W error "${CMAKE_SOURCE_DIR}/packaging/check_dpvr_probe.py")
    set_tests_properties(package.dpvr_probe PROPERTIES TIMEOUT 120)
    add_test(NAME package.enroll_headsets COMMAND "${python}" -B -W error
        "${CMAKE_SOURCE_DIR}/packaging/check_enroll_headsets.py")
    set_tests_properties(package.enroll_headsets PROPERTIES TIMEOUT 300 ENVIRONMENT "LECTERN=$<TARGET_FILE:lectern>")
    set_tests_properties(package.unit PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 120)
endif()

# Clients that others start from.
if(python AND NOT LECTERN_SANITIZE)
    add_test(NAME clients.python COMMAND "${python}" -B -W error -m unittest -v
        WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}/clients/python")
    set_tests_properties(clients.python PROPERTIES TIMEOUT 600 ENVIRONMENT "LECTERN=$<TARGET_FILE:lectern>")
    # Each compiles its client first; without a compiler it says so and is skipped.
    foreach(test "csharp:csharp/test.py" "java:home/test.py" "home:home/test_home.py"
            "apk:home/test_apk.py" "js:js/test.py")
        string(REGEX MATCH "^([a-z]+):([a-z]+)/(.*)$" parts "${test}")
        set(name "clients.${CMAKE_MATCH_1}")
        add_test(NAME ${name} COMMAND "${python}" -B -W error ${CMAKE_MATCH_3} -v
            WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}/clients/${CMAKE_MATCH_2}")
        set_tests_properties(${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
            ENVIRONMENT "LECTERN=$<TARGET_FILE:lectern>")
    endforeach()
endif()

# The page's own tests run where the page is built. They are labelled, so that ./dev test can give them
# stages.
if(LECTERN_UI AND EXISTS "${CMAKE_SOURCE_DIR}/web/package.json")
    add_test(NAME page.unit COMMAND sh "${CMAKE_SOURCE_DIR}/packaging/run_npm.sh" "${CMAKE_SOURCE_DIR}/web" test)
    # The types of the page are generated from what the program says of itself. This fails when they are
    # stale.
    add_test(NAME page.types COMMAND sh "${CMAKE_SOURCE_DIR}/packaging/run_npm.sh" "${CMAKE_SOURCE_DIR}/web" types:check)
    set_tests_properties(page.unit page.types PROPERTIES LABELS page TIMEOUT 240)
    set_tests_properties(page.types PROPERTIES ENVIRONMENT "LECTERN=$<TARGET_FILE:lectern>")
    file(GLOB browser_tests CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/browser/*.test.*")
    if(browser_tests)
        add_test(NAME browser COMMAND sh "${CMAKE_SOURCE_DIR}/packaging/run_npm.sh" "${CMAKE_SOURCE_DIR}/tests/browser" test)
        set_tests_properties(browser PROPERTIES LABELS browser TIMEOUT 660
            ENVIRONMENT "LECTERN=$<TARGET_FILE:lectern>")
    endif()
endif()
