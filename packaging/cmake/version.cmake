# The version, from git at build time. Included by CMakeLists.txt it declares the step and sets `version_source`; run by
# that step (with OUTPUT and SOURCE_ROOT) it writes the file, and touches it only when the version has changed.

if(NOT OUTPUT)
    set(version_source "${CMAKE_BINARY_DIR}/version.cpp")
    add_custom_target(lectern_version
        COMMAND "${CMAKE_COMMAND}" -D "OUTPUT=${version_source}" -D "SOURCE_ROOT=${CMAKE_SOURCE_DIR}"
            -D "BASE_VERSION=${PROJECT_VERSION}" -P "${CMAKE_CURRENT_LIST_FILE}"
        BYPRODUCTS "${version_source}" COMMENT "" VERBATIM)
    return()
endif()

# A release is a tag "v1.2.3". Without a tag, or outside git, CMakeLists.txt gives the number.
set(version "${BASE_VERSION}")
execute_process(
    COMMAND git --no-optional-locks -C "${SOURCE_ROOT}" describe --always --dirty --tags --match "v[0-9]*"
    OUTPUT_VARIABLE described OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
if(result EQUAL 0 AND described MATCHES "^v(.+)$")
    set(version "${CMAKE_MATCH_1}")
elseif(result EQUAL 0 AND described)
    set(version "${BASE_VERSION}+g${described}")
endif()

set(committed 0)
execute_process(
    COMMAND git --no-optional-locks -C "${SOURCE_ROOT}" log -1 --format=%ct
    OUTPUT_VARIABLE seconds OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
if(result EQUAL 0 AND seconds MATCHES "^[0-9]+$")
    set(committed "${seconds}")
endif()

set(text "#include \"platform/version.h\"

namespace platform {

std::string_view version() {
    return \"${version}\";
}

std::int64_t built_s() {
    return ${committed};
}

} // namespace platform
")
set(before "")
if(EXISTS "${OUTPUT}")
    file(READ "${OUTPUT}" before)
endif()
if(NOT before STREQUAL text)
    file(WRITE "${OUTPUT}" "${text}")
endif()
