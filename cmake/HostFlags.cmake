# Compiler flags for everything that is built for the host.

add_compile_options(
  -Wall -Wextra -Wshadow -Werror
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>)

set(is_gnu "$<OR:$<COMPILE_LANG_AND_ID:C,GNU>,$<COMPILE_LANG_AND_ID:CXX,GNU>>")

if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  # For each event some structures of a hundred bytes or more are copied or cleared: string
  # instructions, which the compiler takes, need longer than that only to begin.
  add_compile_options(
    $<${is_gnu}:-mmemcpy-strategy=unrolled_loop:256:noalign,libcall:-1:noalign>
    $<${is_gnu}:-mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign>)
endif()

set(sanitizers ${DDIREPLAY_SANITIZE})
if(DDIREPLAY_FUZZ)
  # Without its main function: only fuzzers themselves link that.
  list(APPEND sanitizers fuzzer-no-link)
endif()

if(sanitizers)
  list(JOIN sanitizers "," sanitizers)
  # A sanitizer's report tells lines and no more; all that a debugger wants takes a third longer.
  add_compile_options(
    -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${sanitizers})
  # What the sanitizers insert makes GCC 12 see uninitialised variables in its own library.
  add_compile_options($<${is_gnu}:-Wno-maybe-uninitialized>)
endif()
