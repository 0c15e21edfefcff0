# In a release, the paths that every headset takes every second are built for speed and all the rest for size.
# CMakeLists.txt includes this file and calls built_for_speed_or_size(); the test release.hot_files runs it
# (with COMMANDS) and reads in the compiler's command lines what has become of that.

# Folders of lib/, with all that is in them but the routes: those run once a click.
set(hot_folders http insights live platform runs sessions store trainings)

# What the hottest paths run through, wherever in lib/ it stands: a request from the socket to its answer,
# events on their way to the disk, a command on its way to the headsets. A file that leaves a hot folder fails
# the test.
set(hot_files front_door web_socket dispatcher guard call answer_bytes shape hub outbox clock_sync
    event_parser json_body ingest slice writer group statement connection director board)

function(is_hot path result)
    set(${result} FALSE PARENT_SCOPE)
    list(JOIN hot_folders "|" folders)
    if(path MATCHES "/lib/(${folders})/" AND NOT path MATCHES "_routes[.]cpp$")
        set(${result} TRUE PARENT_SCOPE)
    endif()
endfunction()

# built_for_speed_or_size(SOURCE...)
function(built_for_speed_or_size)
    foreach(folder IN LISTS hot_folders)
        file(GLOB_RECURSE sources "${CMAKE_SOURCE_DIR}/lib/${folder}/*.cpp")
        if(NOT sources)
            message(FATAL_ERROR "packaging/cmake/hot.cmake: lib/${folder} is named there and holds no source.")
        endif()
    endforeach()
    foreach(source IN LISTS ARGN)
        is_hot("${source}" hot)
        if(NOT hot)
            # The precompiled headers were compiled with other options.
            set_source_files_properties("${source}" PROPERTIES COMPILE_OPTIONS -Os SKIP_PRECOMPILE_HEADERS ON)
        endif()
    endforeach()
endfunction()

# linked_for_speed_first(PROGRAM LIBRARY)
# A template or an inline function that both kinds of files use is compiled in each of them, and the linker
# keeps what it meets first. So the quick files come first: with std::string's copies from a file built for size,
# a GET took a tenth more instructions and a page of people a sixth.
function(linked_for_speed_first program library)
    list(JOIN hot_folders "|" folders)
    set(objects "$<TARGET_OBJECTS:${library}>")
    set(objects "$<FILTER:${objects},INCLUDE,/lib/(${folders})/>")
    target_sources(${program} PRIVATE "$<FILTER:${objects},EXCLUDE,_routes[.]cpp[.]>")
endfunction()

if(NOT COMMANDS)
    return()
endif()

cmake_minimum_required(VERSION 3.25)
set(faults "")
set(seen "")
set(cold 0)
file(STRINGS "${COMMANDS}" lines REGEX "\"command\": .* -c [^ ]*/lib/[^ ]*[.]cpp\"")
foreach(line IN LISTS lines)
    string(REGEX REPLACE ".* -c [^ ]*(/lib/[^ ]*[.]cpp)\".*" "\\1" path "${line}")
    get_filename_component(name "${path}" NAME_WE)
    is_hot("${path}" hot)
    if(name IN_LIST hot_files)
        list(APPEND seen "${name}")
        if(NOT hot)
            list(APPEND faults "${path} is hot, but in none of the hot folders")
        endif()
    endif()
    if(line MATCHES " -Os ")
        math(EXPR cold "${cold} + 1")
        if(hot)
            list(APPEND faults "${path} is hot and built with -Os")
        endif()
    elseif(NOT hot)
        list(APPEND faults "${path} is not hot and built without -Os")
    elseif(NOT line MATCHES " -O2 ")
        list(APPEND faults "${path} is hot and built without -O2")
    endif()
endforeach()
foreach(name IN LISTS hot_files)
    if(NOT name IN_LIST seen)
        list(APPEND faults "no file of lib/ is called ${name}.cpp")
    endif()
endforeach()
list(LENGTH lines count)
if(count LESS 100 OR cold EQUAL 0)
    list(APPEND faults "${COMMANDS} has ${count} files of lib/, ${cold} of them built with -Os: what is wrong with it?")
endif()
if(faults)
    list(JOIN faults "\n  " text)
    message(FATAL_ERROR "packaging/cmake/hot.cmake:\n  ${text}")
endif()
message(STATUS "${count} files of lib/, ${cold} of them built for size")
