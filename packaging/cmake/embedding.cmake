# Embeds the schema, its migrations, the demo's scenarios and the page into the program, by one assembler file.
# Sets `embedded_source`.

file(GLOB migration_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/lib/store/migrations/*.sql")
file(GLOB demo_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/app/demo/*.json")
file(GLOB schema_file CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/schema.sql")

set(web_folder "")
set(web_stamp "")
if(LECTERN_UI AND NOT EXISTS "${CMAKE_SOURCE_DIR}/web/package.json")
    message(STATUS "No web/package.json: building without the page, as preset no-ui does.")
elseif(LECTERN_UI)
    set(web_folder "${CMAKE_BINARY_DIR}/web")
    set(web_stamp "${CMAKE_BINARY_DIR}/web.stamp")
    file(GLOB web_top CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/*.json" "${CMAKE_SOURCE_DIR}/web/*.html"
        "${CMAKE_SOURCE_DIR}/web/*.ts" "${CMAKE_SOURCE_DIR}/web/*.js" "${CMAKE_SOURCE_DIR}/web/*.mjs")
    file(GLOB_RECURSE web_rest CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/web/src/*" "${CMAKE_SOURCE_DIR}/web/public/*"
        "${CMAKE_SOURCE_DIR}/clients/js/src/*")
    add_custom_command(OUTPUT "${web_stamp}"
        COMMAND sh "${CMAKE_SOURCE_DIR}/packaging/build_web.sh" "${CMAKE_SOURCE_DIR}/web" "${web_folder}"
        COMMAND "${CMAKE_COMMAND}" -E touch "${web_stamp}"
        DEPENDS ${web_top} ${web_rest} "${CMAKE_SOURCE_DIR}/packaging/build_web.sh"
        COMMENT "Building the page" VERBATIM)
endif()

set(embedded_source "${CMAKE_BINARY_DIR}/embedded.S")
add_custom_command(OUTPUT "${embedded_source}"
    COMMAND sh "${CMAKE_SOURCE_DIR}/packaging/embed.sh" "${CMAKE_SOURCE_DIR}" "${embedded_source}" ${web_folder}
    DEPENDS ${schema_file} ${migration_files} ${demo_files} ${web_stamp} "${CMAKE_SOURCE_DIR}/packaging/embed.sh"
    COMMENT "Embedding files" VERBATIM)
