#!/usr/bin/env bash
# allocates_nothing.sh OBJECT_DIR...: once a recording has started, nothing of it allocates: neither
# what the thunk calls, nor the writer's thread. All that they need was taken in one piece before.
#
# By the call graphs that GCC writes beside the objects (-fcallgraph-info). What is called through a
# pointer isn't seen: the output, which writes a file, and routines of Wine's own that the stand-ins
# call, whose names are in recorder/wine/host_rows.inc.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
readonly hook_path="ddirec_on_entry ddirec_on_exit ddirec_on_unwind"
readonly writer=_ZN9ddireplay8recorder12_GLOBAL__N_111write_traceEPv

# roots: one that does allocate shows that it would be found.
readonly starts=_ZN9ddireplay8recorder13session_startERKNS0_7control12StartRequestE

graphs() { find "$@" -name '*.ci' -exec cat {} +; }
look() { graphs "${@:2}" | awk -f "$here/reached.awk" -v roots="$1" -v allocates='[Aa]lloc|^_Zn[wa]'; }

look "$hook_path $writer" "$@"
if look "$starts" "$@" >/dev/null; then
  echo "that session_start allocates is not seen"
  exit 1
fi
