# What each event of a replay passes through lies in several libraries, and the calls between their
# files are a tenth of what it costs. Programs that are to be fast are optimised over these borders
# when they are linked; all others link the same objects in the ordinary way, which is done at once.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release"
   AND NOT DDIREPLAY_SANITIZE AND NOT DDIREPLAY_FUZZ)
  set(DDIREPLAY_WHOLE_PROGRAM TRUE)
  # Without a word the linker takes the slow way wherever an object offers it.
  add_link_options(
    $<IF:$<BOOL:$<TARGET_PROPERTY:LINKED_AS_A_WHOLE>>,-flto=auto,-fno-lto>)
endif()

# A library whose objects can be linked in both ways.
function(ddireplay_can_be_whole target)
  if(DDIREPLAY_WHOLE_PROGRAM)
    target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
  endif()
endfunction()

# A program that is to be fast.
function(ddireplay_link_as_a_whole target)
  set_target_properties(${target} PROPERTIES LINKED_AS_A_WHOLE TRUE)
endfunction()
