# Cross-compiles drivers and programs for Windows x64 next to the host build.
#
# CMake has one compiler per language and project, so these targets run theirs through custom
# commands: one per source, with the compiler's own dependency file, and one to link.
#
#   ddireplay_windows_binary(NAME MyDriver.sys TYPE driver|program TOOLCHAIN mingw|clang
#                            SOURCES a.c b.cpp c.S
#                            [TARGET name]         target's name, if not NAME
#                            [OUTPUT_DIR dir]      if not bin/
#                            [DEFINES X=1 ...] [INCLUDES dir ...]
#                            [OPTIONS flag ...]    for the compiler
#                            [LINK_OPTIONS flag ...]
#                            [LIBS name ...]       libraries of the toolchain, as for -l
#                            [OBJECT_LIBS target ...]  made by the functions below
#                            [DEPENDS ...])        targets and files to be made first
#   ddireplay_windows_library(NAME name TOOLCHAIN mingw|clang SOURCES ...  as above, up to OPTIONS,
#                             [PUBLIC_INCLUDES dir ...]) static, freestanding
#   ddireplay_import_library(NAME name DEF exports.def)  for exports that mingw's libraries lack
#
# A driver is freestanding and imports from ntoskrnl and hal. With clang it gets a PDB beside it,
# with mingw DWARF inside. A program is a static console program with the whole standard library.

set(_ddireplay_mingw_prefix x86_64-w64-mingw32)
# The POSIX-threads flavour of g++ is the one whose standard library has threads.
find_program(DDIREPLAY_MINGW_CC NAMES ${_ddireplay_mingw_prefix}-gcc-posix REQUIRED)
find_program(DDIREPLAY_MINGW_CXX NAMES ${_ddireplay_mingw_prefix}-g++-posix REQUIRED)
find_program(DDIREPLAY_MINGW_AR NAMES ${_ddireplay_mingw_prefix}-ar REQUIRED)
find_program(DDIREPLAY_MINGW_DLLTOOL NAMES ${_ddireplay_mingw_prefix}-dlltool REQUIRED)
find_program(DDIREPLAY_CLANG NAMES clang-14 REQUIRED)
find_program(DDIREPLAY_LLD NAMES ld.lld-14 REQUIRED)
find_path(DDIREPLAY_DDK_INCLUDE_DIR wdm.h
  PATHS /usr/${_ddireplay_mingw_prefix}/include/ddk NO_DEFAULT_PATH REQUIRED)
find_path(DDIREPLAY_MINGW_LIB_DIR libntoskrnl.a
  PATHS /usr/${_ddireplay_mingw_prefix}/lib NO_DEFAULT_PATH REQUIRED)

# Pool tags are written as multi-character constants.
set(_ddireplay_warning_flags -Wall -Wextra -Werror -Wno-multichar)
set(_ddireplay_freestanding_flags
  -ffreestanding -fno-stack-protector -mno-stack-arg-probe -isystem ${DDIREPLAY_DDK_INCLUDE_DIR}
  # Without this the DDK's headers turn ExAllocatePoolWithTag into ExAllocatePool.
  -DPOOL_TAGGING
  # wdm.h defines these two itself; for C++ intrin.h must be kept from defining them first.
  -D__INTRINSIC_DEFINED_InterlockedBitTestAndSet
  -D__INTRINSIC_DEFINED_InterlockedBitTestAndReset)
set(_ddireplay_freestanding_cxx_flags -fno-exceptions -fno-rtti -fno-threadsafe-statics)

# The compiler for one source, with the flags that its language and kind want.
function(_ddireplay_windows_compiler out type toolchain source)
  cmake_path(GET source EXTENSION LAST_ONLY extension)
  set(is_cxx FALSE)
  if(extension STREQUAL ".cpp")
    set(is_cxx TRUE)
    set(language_flags -std=c++20)
  elseif(extension STREQUAL ".c")
    set(language_flags -std=c17)
  elseif(extension STREQUAL ".S")
    set(language_flags "")
  else()
    message(FATAL_ERROR "${source}: neither .c nor .cpp nor .S")
  endif()

  if(toolchain STREQUAL "clang")
    # Without asynchronous unwind tables clang makes no .pdata.
    set(command ${DDIREPLAY_CLANG} --target=x86_64-w64-mingw32 -g -gcodeview
      -fasynchronous-unwind-tables)
  elseif(is_cxx)
    set(command ${DDIREPLAY_MINGW_CXX} -g)
  else()
    set(command ${DDIREPLAY_MINGW_CC} -g)
  endif()

  list(APPEND command -O2 ${_ddireplay_warning_flags} ${language_flags})
  if(type STREQUAL "driver")
    list(APPEND command ${_ddireplay_freestanding_flags})
    if(is_cxx)
      list(APPEND command ${_ddireplay_freestanding_cxx_flags})
    endif()
  endif()
  set(${out} ${command} PARENT_SCOPE)
endfunction()

# One custom command per source; the objects' paths go to `out`.
# Reads the caller's arg_* variables, which all callers parse alike.
function(_ddireplay_windows_objects out target)
  list(TRANSFORM arg_DEFINES PREPEND -D)
  set(include_dirs ${arg_INCLUDES} ${arg_PUBLIC_INCLUDES})
  foreach(library IN LISTS arg_OBJECT_LIBS)
    get_target_property(library_includes ${library} DDIREPLAY_PUBLIC_INCLUDES)
    if(library_includes)
      list(APPEND include_dirs ${library_includes})
    endif()
  endforeach()
  list(APPEND include_dirs ${PROJECT_SOURCE_DIR} ${DDIREPLAY_GENERATED_DIR})
  list(TRANSFORM include_dirs PREPEND -I)

  set(objects "")
  set(object_dir ${CMAKE_CURRENT_BINARY_DIR}/${target}.dir)
  foreach(source IN LISTS arg_SOURCES)
    cmake_path(ABSOLUTE_PATH source)
    _ddireplay_windows_compiler(compiler ${arg_TYPE} ${arg_TOOLCHAIN} ${source})
    # A hash keeps apart sources of one name from two folders.
    string(MD5 hash ${source})
    string(SUBSTRING ${hash} 0 6 hash)
    cmake_path(GET source FILENAME file_name)
    set(object ${object_dir}/${file_name}.${hash}.obj)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${object_dir}
      COMMAND ${compiler} ${arg_DEFINES} ${include_dirs} ${arg_OPTIONS}
        -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
      DEPENDS ${source} ${arg_DEPENDS}
      DEPFILE ${object}.d
      COMMENT "Compiling ${file_name} for ${target} (${arg_TOOLCHAIN})"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(${out} ${objects} PARENT_SCOPE)
endfunction()

# Linking a driver with GNU ld, a driver with lld, and a program.
function(_ddireplay_windows_linker out output)
  list(TRANSFORM arg_LIBS PREPEND -l)
  set(inputs ${objects} ${library_files} ${arg_LIBS})
  if(arg_TYPE STREQUAL "program")
    set(command ${DDIREPLAY_MINGW_CXX} -static -mconsole ${arg_LINK_OPTIONS} ${inputs} -o ${output})
  elseif(arg_TOOLCHAIN STREQUAL "clang")
    # The PDB's bare name goes into the image: a build elsewhere gives the same bytes.
    set(command ${DDIREPLAY_LLD} -m i386pep --subsystem native --entry DriverEntry --dynamicbase
      --pdb=${pdb} -Xlink=-pdbaltpath:%_PDB% ${arg_LINK_OPTIONS} ${inputs}
      -L${DDIREPLAY_MINGW_LIB_DIR} -lntoskrnl -lhal -o ${output})
  else()
    set(command ${DDIREPLAY_MINGW_CXX} -nostdlib -Wl,--subsystem,native -Wl,--entry,DriverEntry
      -Wl,--dynamicbase -Wl,--exclude-all-symbols ${arg_LINK_OPTIONS} ${inputs}
      -lntoskrnl -lhal -lgcc -o ${output})
  endif()
  set(${out} ${command} PARENT_SCOPE)
endfunction()

function(_ddireplay_require function)
  foreach(name IN LISTS ARGN)
    if(NOT arg_${name})
      message(FATAL_ERROR "${function}: ${name} is missing")
    endif()
  endforeach()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}: not understood: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(arg_TOOLCHAIN AND NOT arg_TOOLCHAIN MATCHES "^(mingw|clang)$")
    message(FATAL_ERROR "${function}: TOOLCHAIN is mingw or clang, not ${arg_TOOLCHAIN}")
  endif()
endfunction()

set(_ddireplay_compile_arguments SOURCES DEFINES INCLUDES OPTIONS DEPENDS)

function(ddireplay_windows_binary)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TARGET;TYPE;TOOLCHAIN;OUTPUT_DIR"
    "${_ddireplay_compile_arguments};LINK_OPTIONS;LIBS;OBJECT_LIBS")
  _ddireplay_require(ddireplay_windows_binary NAME TYPE TOOLCHAIN SOURCES)
  if(NOT arg_TYPE MATCHES "^(driver|program)$")
    message(FATAL_ERROR "ddireplay_windows_binary: TYPE is driver or program, not ${arg_TYPE}")
  endif()
  if(arg_TYPE STREQUAL "program" AND arg_TOOLCHAIN STREQUAL "clang")
    message(FATAL_ERROR "ddireplay_windows_binary: programs are built with mingw")
  endif()
  set(target ${arg_NAME})
  if(arg_TARGET)
    set(target ${arg_TARGET})
  endif()
  if(NOT arg_OUTPUT_DIR)
    set(arg_OUTPUT_DIR ${PROJECT_BINARY_DIR}/bin)
  endif()
  set(output ${arg_OUTPUT_DIR}/${arg_NAME})
  set(pdb "")
  if(arg_TOOLCHAIN STREQUAL "clang")
    cmake_path(REPLACE_EXTENSION output LAST_ONLY .pdb OUTPUT_VARIABLE pdb)
  endif()

  set(library_files "")
  foreach(library IN LISTS arg_OBJECT_LIBS)
    get_target_property(library_file ${library} DDIREPLAY_LIBRARY_FILE)
    list(APPEND library_files ${library_file})
  endforeach()
  _ddireplay_windows_objects(objects ${target})
  _ddireplay_windows_linker(linker ${output})
  add_custom_command(
    OUTPUT ${output}
    BYPRODUCTS ${pdb}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${arg_OUTPUT_DIR}
    COMMAND ${linker}
    DEPENDS ${objects} ${library_files} ${arg_OBJECT_LIBS}
    COMMENT "Linking ${arg_NAME} (${arg_TOOLCHAIN})"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${output})
endfunction()

function(ddireplay_windows_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TOOLCHAIN"
    "${_ddireplay_compile_arguments};PUBLIC_INCLUDES")
  _ddireplay_require(ddireplay_windows_library NAME TOOLCHAIN SOURCES)
  set(arg_TYPE driver)
  set(library ${CMAKE_CURRENT_BINARY_DIR}/lib${arg_NAME}.a)
  _ddireplay_windows_objects(objects ${arg_NAME})
  add_custom_command(
    OUTPUT ${library}
    # ar adds to what is there: a source that is gone must not live on.
    COMMAND ${CMAKE_COMMAND} -E rm -f ${library}
    COMMAND ${DDIREPLAY_MINGW_AR} rcs ${library} ${objects}
    DEPENDS ${objects}
    COMMENT "Archiving lib${arg_NAME}.a (${arg_TOOLCHAIN})"
    VERBATIM)
  add_custom_target(${arg_NAME} DEPENDS ${library})
  set_target_properties(${arg_NAME} PROPERTIES
    DDIREPLAY_LIBRARY_FILE ${library}
    DDIREPLAY_PUBLIC_INCLUDES "${arg_PUBLIC_INCLUDES}")
endfunction()

function(ddireplay_import_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;DEF" "")
  _ddireplay_require(ddireplay_import_library NAME DEF)
  cmake_path(ABSOLUTE_PATH arg_DEF)
  set(library ${CMAKE_CURRENT_BINARY_DIR}/lib${arg_NAME}.a)
  add_custom_command(
    OUTPUT ${library}
    COMMAND ${DDIREPLAY_MINGW_DLLTOOL} -m i386:x86-64 -d ${arg_DEF} -l ${library}
    DEPENDS ${arg_DEF}
    COMMENT "Making lib${arg_NAME}.a"
    VERBATIM)
  add_custom_target(${arg_NAME} DEPENDS ${library})
  set_target_properties(${arg_NAME} PROPERTIES DDIREPLAY_LIBRARY_FILE ${library})
endfunction()
