#!/usr/bin/env bash
# soak.sh BIN [MINUTES]: a driver is loaded, used, recorded and unloaded under Wine, again and again
# (30 minutes unless told). Finds what only time brings up: what grows, what stays behind, the one
# recording in hundreds that is not whole.
#
# Most cycles happen in one Wine session that lasts as long as the soak, so that what the recorder
# leaves in Wine's server or in its services shows. Every tenth is `ddireplay record`, which has a
# session of its own and must leave nothing at all.
#
# Prints a line per ten cycles, then what grew; the numbers of each cycle are in the file that the
# last line names. Exit status: 0 nothing is wrong; 1 something is, and said; 2 wrong usage.
set -euo pipefail

readonly usage="usage: soak.sh BIN [MINUTES]"
[[ $# -ge 1 && $# -le 2 && -x $1/ddireplay && ${2-30} =~ ^[1-9][0-9]*$ ]] || {
  echo "$usage" >&2
  exit 2
}
bin=$(realpath "$1")
readonly bin
readonly minutes=${2-30}

# driver, its program, arguments; one after the other
readonly cycles=(
  "MyDriver.sys mydriver-exercise.exe"
  "Busy.sys busy-exercise.exe 500"
  "MyDriverClean.sys mydriver-exercise.exe"
  "TimerPool.sys timerpool-exercise.exe"
  "Busy.sys busy-exercise.exe 5000"
)
readonly own_session_every=10
readonly warm_up=20   # cycles; caches fill, Wine starts its own services
readonly compared=4   # the first and the last quarter of what follows

# What may grow between the two quarters, in percent and on top of that.
readonly grow_percent=5
readonly grow_files=8  # a worker thread of Wine, which come and go, has four
readonly grow_kib=1024

directory=$(mktemp -d "${TMPDIR-/tmp}/ddireplay-soak.XXXXXX")
readonly directory
readonly numbers=$directory/numbers.tsv traces=$directory/traces said=$directory/said
# Of the long session, and of those that must leave nothing.
readonly long_home=$directory/long-home long_temporary=$directory/long-temporary
readonly home=$directory/home temporary=$directory/temporary
mkdir "$traces" "$long_home" "$long_temporary" "$home" "$temporary"
export DDIREPLAY_CACHE=${DDIREPLAY_CACHE-$(dirname "$bin")/wine-cache}
mkdir -p "$DDIREPLAY_CACHE"
failures=0
prefix=

fail() {
  failures=$((failures + 1))
  printf 'cycle %d: %s\n' "$cycle" "$1"
  [[ ! -s $said ]] || sed 's/^/    /' "$said" | tail -n 20
}

# processes VARIABLE=VALUE: those that have this in their environment.
processes() { grep -lszFx "$1" /proc/[0-9]*/environ | cut -d/ -f3 || true; }

process_named() {  # PREFIX NAME
  local id
  for id in $(processes "WINEPREFIX=$1"); do
    if [[ $(cat "/proc/$id/comm" 2>/dev/null) == "$2"* ]]; then echo "$id"; fi
  done | head -n 1
}

memory_of() { awk '/^RssAnon:/ { print $2 }' "/proc/$1/status"; }
files_of() { find "/proc/$1/fd" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l; }

in_session() {
  env -u DISPLAY HOME="$long_home" TMPDIR="$long_temporary" WINEPREFIX="$prefix" WINEARCH=win64 \
    WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml= LC_ALL=C.UTF-8 "$@"
}

record_in_own_session() {  # OUT DRIVER PROGRAM ARG...
  local out=$1 driver=$2 program=$3
  shift 3
  HOME=$home TMPDIR=$temporary timeout 300 "$bin/ddireplay" record "$bin/$driver" -o "$out" \
    --ring-kib 16384 -- "$bin/$program" "$@" >"$said" 2>&1 ||
    fail "ddireplay record ended with $?"
}

# Debian keeps the real programs beside each other; those in the path are scripts around them.
wine_program() {
  local name path
  for name; do
    for path in "/usr/lib/wine/$name" "$(command -v "$name" || true)"; do
      if [[ -x $path ]]; then
        echo "$path"
        return
      fi
    done
  done
  echo "Wine is not installed" >&2
  return 1
}
wine=$(wine_program wine64 wine)
server=$(wine_program wineserver64 wineserver)
readonly wine server

# The prefix that a recording leaves when it is asked to.
begin_session() {
  HOME=$long_home TMPDIR=$long_temporary "$bin/ddireplay" record "$bin/MyDriver.sys" \
    -o "$traces/first.ddt" --keep-prefix --quiet 2>"$said"
  prefix=$(sed -n 's/.*the prefix is kept: WINEPREFIX=//p' "$said")
  [[ -d $prefix ]]
  in_session "$server" -p
}

end_session() {
  [[ -n $prefix ]] || return 0
  in_session "$server" -k || true
  for _ in {1..100}; do
    [[ -n $(processes "WINEPREFIX=$prefix") ]] || break
    sleep 0.1
  done
}

cleanup() {
  end_session
  # The numbers are kept, and all of it when something is wrong.
  find "$directory" -mindepth 1 -maxdepth 1 ! -name numbers.tsv ! -name traces -exec rm -rf {} +
  if ((failures == 0)); then rm -rf "$traces"; fi
}
trap cleanup EXIT

record_in_session() {  # OUT DRIVER PROGRAM ARG...
  local out=$1 driver=$2 program=$3 status=0
  shift 3
  in_session timeout 120 "$wine" "Z:$bin/ddirec.exe" run --recorder "Z:$bin/ddirec.sys" \
    --ring-kib 16384 --target "Z:$bin/$driver" --out "Z:$out" -- "Z:$bin/$program" "$@" \
    </dev/null >"$said" 2>&1 || status=$?
  ((status == 0)) || fail "ddirec run ended with $status"
}

check_trace() {
  "$bin/ddireplay" info "$1" >"$said" 2>&1 || fail "the trace cannot be read"
  if ! grep -q '^Condition: complete$' "$said" || ! grep -q ', lost: 0$' "$said"; then
    fail "the trace is not complete"
  fi
  events=$(sed -n 's/^Events: *\([0-9]*\),.*/\1/p' "$said")
}

# The driver's process ends a little after its last driver is gone.
wait_for_processes() {
  for _ in {1..100}; do
    running=$(processes "WINEPREFIX=$prefix" | wc -l)
    if ((running <= usual)); then return; fi
    sleep 0.1
  done
  fail "$running processes are in the session, $usual are usual"
}

check_nothing_left() {
  local left
  left=$(find "$temporary" "$home" -mindepth 1 | head -n 5)
  [[ -z $left ]] || fail "left behind: $left"
  left=$(grep -lsaF "$temporary" /proc/[0-9]*/environ | cut -d/ -f3 | paste -sd ' ' || true)
  [[ -z $left ]] || fail "processes left behind: $left"
}

note_numbers() {
  local server_id services_id
  server_id=$(process_named "$prefix" wineserver)
  services_id=$(process_named "$prefix" services.exe)
  printf '%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n' "$cycle" "$events" "$(files_of "$server_id")" \
    "$(memory_of "$server_id")" "$(files_of "$services_id")" "$(memory_of "$services_id")" \
    "$running" "$(find "$prefix" -type f | wc -l)" >>"$numbers"
}

one_cycle() {
  local -a words
  read -ra words <<<"${cycles[cycle % ${#cycles[@]}]}"
  local trace=$traces/$cycle.ddt before=$failures
  : >"$said"
  if ((cycle % own_session_every == 0)); then
    record_in_own_session "$trace" "${words[@]}"
    check_nothing_left
    check_trace "$trace"
  else
    record_in_session "$trace" "${words[@]}"
    wait_for_processes
    check_trace "$trace"
    note_numbers
  fi
  if ((failures == before)); then rm -f "$trace"; fi
}

# compare NAME COLUMN SLACK: medians of the early and the late cycles.
compare() {
  local early late count quarter
  count=$(wc -l <"$numbers")
  quarter=$(((count - warm_up) / compared))
  median() { cut -f "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
  early=$(tail -n +$((warm_up + 1)) "$numbers" | head -n "$quarter" | median "$2")
  late=$(tail -n "$quarter" "$numbers" | median "$2")
  printf '%-34s %8d early  %8d late\n' "$1" "$early" "$late"
  if ((late > early + early * grow_percent / 100 + $3)); then
    : >"$said"
    fail "$1 grew from $early to $late"
  fi
}

cycle=0
events=0
usual=1000
begin_session
readonly deadline=$((SECONDS + 60 * minutes))
for ((cycle = 1; SECONDS < deadline; ++cycle)); do
  one_cycle
  # By then Wine has started what it starts.
  if ((cycle == warm_up)); then usual=$running; fi
  if ((cycle % 10 == 0)); then
    printf '%5d s  %5d cycles  %d failures\n' "$SECONDS" "$cycle" "$failures"
  fi
done

if (($(wc -l <"$numbers") >= warm_up + 2 * compared)); then
  compare "open files of Wine's server" 3 "$grow_files"
  compare "memory of Wine's server, KiB" 4 "$grow_kib"
  compare "open files of services.exe" 5 "$grow_files"
  compare "memory of services.exe, KiB" 6 "$grow_kib"
  compare "processes of the session" 7 0
  compare "files in the prefix" 8 "$grow_files"
else
  echo "too few cycles to tell what grows"
fi
printf '%d cycles, %d failures; numbers of each: %s\n' "$((cycle - 1))" "$failures" "$numbers"
((failures == 0))
