# Tests of capnpc-flat and of the freestanding message writer.

set(CAPNPC_SRC_PREFIX ${PROJECT_SOURCE_DIR})
set(CAPNPC_OUTPUT_DIR ${DDIREPLAY_GENERATED_DIR})
capnp_generate_cpp(flat_test_sources flat_test_headers flat_test.capnp)
ddireplay_flat_schema(TARGET flat_test_schema SCHEMA flat_test.capnp)

ddireplay_test(
  NAME flat_message_test
  SOURCES flat_message_test.cpp ${flat_test_sources}
  LIBS flat_test_schema CapnProto::capnp
  LABELS core)

# What the plugin must refuse, and what it must say.
function(_flat_refuses schema message)
  add_test(NAME "capnpc-flat refuses ${schema}"
    COMMAND ${CAPNP_EXECUTABLE} compile -o$<TARGET_FILE:capnpc-flat>:${CMAKE_CURRENT_BINARY_DIR}
      --src-prefix=${CMAKE_CURRENT_SOURCE_DIR}
      ${CMAKE_CURRENT_SOURCE_DIR}/flat_unsupported/${schema}.capnp)
  set_tests_properties("capnpc-flat refuses ${schema}" PROPERTIES
    PASS_REGULAR_EXPRESSION "${schema}\\.capnp: ${message}"
    LABELS core)
endfunction()

_flat_refuses(union "Choice: unions are not supported")
_flat_refuses(group "Grouped\\.address: groups and named unions are not supported")
_flat_refuses(interface "Service: interfaces are not supported")
_flat_refuses(generic "Box: generics are not supported")
_flat_refuses(any_pointer "Anything\\.value: AnyPointer and type parameters are not supported")
_flat_refuses(list_of_lists "Matrix\\.rows: lists of lists are not supported")
_flat_refuses(constant "answer: constants are not supported")
_flat_refuses(foreign_type "Borrower\\.choice: types declared in another file are not supported")
