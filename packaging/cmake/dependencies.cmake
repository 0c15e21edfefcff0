# Third parties. Debian's -dev packages, and three source tarballs (see packaging/fetch_sources.sh).
# Everything of ours links `lectern_dependencies`; tests also `lectern_catch2`.

find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)

# With LECTERN_STATIC only archives count. Otherwise take the shared library where there is one: it links faster.
function(debian_library variable name)
    if(LECTERN_STATIC)
        set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
    endif()
    find_library(${variable} ${name})
    if(NOT ${variable})
        message(FATAL_ERROR "Library '${name}' is missing. './dev deps' installs everything that Lectern needs.")
    endif()
endfunction()
debian_library(SQLITECPP_LIBRARY SQLiteCpp)
debian_library(SQLITE3_LIBRARY sqlite3)
debian_library(SSL_LIBRARY ssl)
debian_library(CRYPTO_LIBRARY crypto)
debian_library(SODIUM_LIBRARY sodium)
debian_library(OATH_LIBRARY oath)
debian_library(QRCODEGEN_LIBRARY qrcodegencpp)
debian_library(MINIZIP_LIBRARY minizip)
debian_library(CSV_LIBRARY csv)
debian_library(UTF8PROC_LIBRARY utf8proc)
debian_library(Z_LIBRARY z)

execute_process(
    COMMAND sh "${CMAKE_SOURCE_DIR}/packaging/fetch_sources.sh"
    OUTPUT_VARIABLE fetched OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE fetch_result)
if(NOT fetch_result EQUAL 0)
    message(FATAL_ERROR "The source tarballs are not complete; the lines above say what to do.")
endif()
string(REPLACE "\n" ";" fetched "${fetched}")
foreach(line IN LISTS fetched)
    string(REGEX MATCH "^([a-z0-9]+)=(.*)$" matched "${line}")
    set(${CMAKE_MATCH_1}_folder "${CMAKE_MATCH_2}")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/packaging/fetch_sources.sh" "${CMAKE_SOURCE_DIR}/packaging/pinned.sh")

# --- cpp-httplib: Asio and Beast do TLS and WebSockets, so it is built without them ---
add_library(lectern_httplib STATIC "${httplib_folder}/split/httplib.cc")
target_include_directories(lectern_httplib SYSTEM PUBLIC "${httplib_folder}/split")
target_compile_definitions(lectern_httplib PUBLIC CPPHTTPLIB_ZLIB_SUPPORT)
target_compile_options(lectern_httplib PRIVATE -w)
target_link_libraries(lectern_httplib PUBLIC ${Z_LIBRARY} Threads::Threads)

# --- simdjson ---
add_library(lectern_simdjson STATIC "${simdjson_folder}/singleheader/simdjson.cpp")
target_include_directories(lectern_simdjson SYSTEM PUBLIC "${simdjson_folder}/singleheader")
# Every preset optimises it: a bounds check in its inner loops costs more than the parsing itself.
target_compile_options(lectern_simdjson PRIVATE -w -O2)

# --- Catch2: compiled once; tests may include its small headers, which compile faster than the joined one ---
add_library(lectern_catch2 STATIC EXCLUDE_FROM_ALL "${catch2_folder}/extras/catch_amalgamated.cpp")
set(CATCH_CONFIG_DEFAULT_REPORTER console)
set(CATCH_CONFIG_CONSOLE_WIDTH 110)
configure_file("${catch2_folder}/src/catch2/catch_user_config.hpp.in"
    "${CMAKE_BINARY_DIR}/catch2_config/catch2/catch_user_config.hpp")
target_include_directories(lectern_catch2 SYSTEM PUBLIC
    "${catch2_folder}/extras" "${catch2_folder}/src" "${CMAKE_BINARY_DIR}/catch2_config")
target_compile_options(lectern_catch2 PRIVATE -w)

# --- the rest: headers and libraries of the system ---
add_library(lectern_dependencies INTERFACE)
target_link_libraries(lectern_dependencies INTERFACE
    lectern_httplib lectern_simdjson
    ${SQLITECPP_LIBRARY} ${SQLITE3_LIBRARY} ${SSL_LIBRARY} ${CRYPTO_LIBRARY} ${SODIUM_LIBRARY} ${OATH_LIBRARY}
    ${QRCODEGEN_LIBRARY} ${MINIZIP_LIBRARY} ${CSV_LIBRARY} ${UTF8PROC_LIBRARY} ${Z_LIBRARY}
    Boost::headers Threads::Threads)
target_compile_definitions(lectern_dependencies INTERFACE
    # Asio and Beast are compiled once, in lib/platform/asio_impl.cpp.
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    # Debian splits fmt from spdlog and has no archive of either: both are used as headers.
    SPDLOG_HEADER_ONLY FMT_HEADER_ONLY)
