# ddireplay_flat_schema(TARGET name SCHEMA file.capnp)
#
# Turns a schema into a freestanding header with capnpc-flat, and makes the interface library `name`
# that knows where it is. A schema at dir/file.capnp is included as "dir/file.flat.h".

find_program(CAPNP_EXECUTABLE capnp REQUIRED)

function(ddireplay_flat_schema)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;SCHEMA" "")
  if(NOT arg_TARGET OR NOT arg_SCHEMA OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ddireplay_flat_schema(TARGET name SCHEMA file.capnp)")
  endif()

  cmake_path(ABSOLUTE_PATH arg_SCHEMA OUTPUT_VARIABLE schema)
  cmake_path(RELATIVE_PATH schema BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE relative)
  string(REGEX REPLACE "\\.capnp$" ".flat.h" header "${DDIREPLAY_GENERATED_DIR}/${relative}")

  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CAPNP_EXECUTABLE} compile
      -o$<TARGET_FILE:capnpc-flat>:${DDIREPLAY_GENERATED_DIR}
      --src-prefix=${PROJECT_SOURCE_DIR} -I${CAPNP_INCLUDE_DIRECTORY} ${schema}
    DEPENDS ${schema} capnpc-flat
    COMMENT "Generating ${relative} -> flat header"
    VERBATIM)

  # With the header as its source the interface library has a build step of its own: whoever links
  # to it, or names it as a dependency, is built after the header exists.
  add_library(${arg_TARGET} INTERFACE ${header})
  target_include_directories(${arg_TARGET} INTERFACE
    ${DDIREPLAY_GENERATED_DIR} ${PROJECT_SOURCE_DIR})
endfunction()
