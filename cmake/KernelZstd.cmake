# zstd's compressor, freestanding, for the kernel: the library target `zstd_kernel`
# (libzstd_kernel.a), to be named in OBJECT_LIBS; zstd.h comes with it. It works in a static
# workspace only, and whoever links it supplies memcpy, memmove and memset.
#
# The sources are Debian's source package, the upstream tarball of which is checked against the sum
# below. Elsewhere: -DDDIREPLAY_ZSTD_SOURCE=DIR, the root of an unpacked zstd.

set(DDIREPLAY_ZSTD_SOURCE "" CACHE PATH "An unpacked zstd; empty: fetch Debian's source package")
set(DDIREPLAY_DEBIAN_MIRROR "http://deb.debian.org/debian" CACHE STRING
  "Where Debian's source packages are fetched from")
set(DDIREPLAY_DOWNLOAD_DIR "${PROJECT_BINARY_DIR}/download" CACHE PATH
  "Where fetched sources are kept")

set(zstd_tarball libzstd_1.5.4+dfsg2.orig.tar.xz)
set(zstd_sha256 8cf4bbb65e77ec348d052c8d6230eba66d435bddf64c8b5be2fcb16880c19953)
set(zstd_unpacked zstd-1.5.4)
set(debian_keyring /usr/share/keyrings/debian-archive-keyring.gpg)

function(_ddireplay_run_apt_get apt_dir)
  # A configuration of its own: the system's sources, lists and caches are neither used nor changed,
  # which is also why this needs no privileges.
  set(options
    Dir::Etc::SourceList=${apt_dir}/sources.list
    Dir::Etc::SourceParts=/dev/null
    Dir::State=${apt_dir}/state
    Dir::State::status=/dev/null
    Dir::Cache=${apt_dir}/cache
    Acquire::Languages=none
    APT::Sandbox::User=)
  list(TRANSFORM options PREPEND --option=)
  execute_process(
    COMMAND apt-get --quiet --assume-yes ${options} ${ARGN}
    WORKING_DIRECTORY ${DDIREPLAY_DOWNLOAD_DIR}
    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "zstd's source package can't be fetched: `apt-get ${command}` says\n"
      "${output}\nGive an unpacked zstd with -DDDIREPLAY_ZSTD_SOURCE=DIR instead.")
  endif()
endfunction()

function(_ddireplay_fetch_zstd_tarball)
  message(STATUS "Fetching zstd's source package from ${DDIREPLAY_DEBIAN_MIRROR}")
  set(apt_dir ${DDIREPLAY_DOWNLOAD_DIR}/apt)
  file(MAKE_DIRECTORY ${apt_dir}/state/lists/partial ${apt_dir}/cache/archives/partial)
  file(WRITE ${apt_dir}/sources.list
    "deb-src [signed-by=${debian_keyring}] ${DDIREPLAY_DEBIAN_MIRROR} bookworm main\n")
  _ddireplay_run_apt_get(${apt_dir} update)
  _ddireplay_run_apt_get(${apt_dir} --download-only source libzstd)
  file(REMOVE_RECURSE ${apt_dir})  # the package lists are large, and stale tomorrow
endfunction()

# Sets `out` to the root of an unpacked, verified zstd.
function(_ddireplay_debian_zstd_source out)
  set(tarball ${DDIREPLAY_DOWNLOAD_DIR}/${zstd_tarball})
  if(NOT EXISTS ${tarball})
    _ddireplay_fetch_zstd_tarball()
  endif()
  if(NOT EXISTS ${tarball})
    message(FATAL_ERROR "Debian's source package of zstd no longer has ${zstd_tarball}: "
      "give an unpacked zstd with -DDDIREPLAY_ZSTD_SOURCE=DIR instead.")
  endif()
  file(SHA256 ${tarball} actual)
  if(NOT actual STREQUAL zstd_sha256)
    message(FATAL_ERROR "${tarball}: SHA-256 is ${actual}, but should be ${zstd_sha256}")
  endif()
  if(NOT EXISTS ${PROJECT_BINARY_DIR}/${zstd_unpacked}/lib/zstd.h)
    file(ARCHIVE_EXTRACT INPUT ${tarball} DESTINATION ${PROJECT_BINARY_DIR}
      PATTERNS ${zstd_unpacked}/lib)
  endif()
  set(${out} ${PROJECT_BINARY_DIR}/${zstd_unpacked} PARENT_SCOPE)
endfunction()

set(zstd_source ${DDIREPLAY_ZSTD_SOURCE})
if(NOT zstd_source)
  _ddireplay_debian_zstd_source(zstd_source)
endif()
if(NOT EXISTS ${zstd_source}/lib/zstd.h)
  message(FATAL_ERROR "${zstd_source}: no zstd there (lib/zstd.h is missing)")
endif()

file(GLOB zstd_sources ${zstd_source}/lib/common/*.c ${zstd_source}/lib/compress/*.c)
list(FILTER zstd_sources EXCLUDE REGEX "/(pool|threading|zstdmt_compress)\\.c$")

ddireplay_windows_library(
  NAME zstd_kernel
  TOOLCHAIN mingw
  SOURCES ${zstd_sources}
  DEFINES ZSTD_DISABLE_ASM=1 ZSTD_LEGACY_SUPPORT=0 ZSTD_STRIP_ERROR_STRINGS=1 ZSTD_TRACE=0
  PUBLIC_INCLUDES ${zstd_source}/lib
  # Somebody else's warnings are not ours to mend.
  OPTIONS -w -include ${PROJECT_SOURCE_DIR}/cmake/kernel_zstd_deps.h)
