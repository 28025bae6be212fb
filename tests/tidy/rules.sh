#!/usr/bin/env bash
# Rules of the source tree that a formatter does not know. Prints one line per violation; fails if
# there is any.
#
#   - who may include whom: the table `allowed` below
#   - no tabs, no white space at the end of a line
#   - no source file of more than 600 lines
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

files() {
  find CMakeLists.txt dev .ci cmake format recorder replay checkers tools tests bench -type f \
    \( -name '*.h' -o -name '*.c' -o -name '*.cpp' -o -name '*.S' -o -name '*.capnp' \
    -o -name '*.cmake' -o -name '*.sh' -o -name CMakeLists.txt -o -path dev -o -path .ci/run \) |
    sort
}

files | xargs awk '
  BEGIN {
    # For each folder, the folders (or generated headers) that it may include, itself apart. The
    # longest folder that a file lies in counts. A folder that is not here may include all.
    allowed["format"] = ""
    allowed["format/freestanding"] = "format/trace.flat.h"
    allowed["recorder"] = "format/freestanding format/trace.flat.h"
    allowed["replay"] = "format"
    allowed["checkers"] = "replay"
    allowed["tools"] = "format replay checkers"
    allowed["tools/docs"] = "format replay checkers tools recorder/wine"

    split("format recorder replay checkers tools tests bench", names)
    for (i in names) top_level[names[i]] = 1
    lines_max = 600
  }

  function report(line, what) { print FILENAME ":" line ": " what; bad = 1 }

  function lies_in(path, folder) { return path == folder || index(path, folder "/") == 1 }

  function folder_of(path,   folder, longest) {
    for (folder in allowed)
      if (lies_in(path, folder) && length(folder) > length(longest)) longest = folder
    return longest
  }

  function may_include(folder, header,   list, count, i) {
    if (lies_in(header, folder)) return 1
    count = split(allowed[folder], list)
    for (i = 1; i <= count; ++i) if (lies_in(header, list[i])) return 1
    return 0
  }

  function check_include(header) {
    if (folder == "") return
    if (header ~ /\.\.\//) report(FNR, "include by the path from the root: " header)
    # A name without one of our folders is a neighbour in the same folder.
    if (!(substr(header, 1, index(header, "/") - 1) in top_level)) return
    if (!may_include(folder, header)) report(FNR, folder "/ may not include " header)
  }

  FNR == 1 {
    folder = folder_of(FILENAME)
    is_source = FILENAME ~ /\.(h|c|cpp|S)$/
  }
  /\t/ { report(FNR, "tab") }
  /[ \t\r]$/ { report(FNR, "white space at the end of the line") }
  is_source && FNR == lines_max + 1 { report(FNR, "more than " lines_max " lines") }
  is_source && match($0, /^[ ]*#[ ]*include[ ]*"[^"]+"/) {
    split($0, quoted, "\"")
    check_include(quoted[2])
  }
  END { exit bad }
'
