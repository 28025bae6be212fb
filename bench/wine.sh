# Requests and rounds a second of drivers under Wine, recorded and not. Sourced by run.sh.
#
# The best of some turns: what disturbs a run on a busy machine makes it slower, never faster. The
# clock runs between the client's first request and its last, so that starting, and the unloading of
# http.sys that never ends, don't count.

readonly http_requests=5000
readonly busy_rounds=2000
readonly wine_turns=3

# rate_in: "... N in M ms" -> N a second, for a number of deeds that is given.
rate_in() { sed -n 's/.* in \([0-9]*\) ms.*/\1/p' | awk -v deeds="$1" 'NR == 1 { print deeds * 1000 / $1 }'; }

note_best() {
  local best
  best=$(sort -g <<<"$2" | tail -n 1)
  if [[ -n $best ]]; then value "$1:rate" "$best"; else not_run "$1" "it failed under Wine"; fi
}

# Under the same Wine, in a prefix like the recorder's.
wine_here() { timeout 120 env WINEPREFIX="$PWD/$out/prefix" WINEDEBUG=-all LC_ALL=C.UTF-8 \
  WINEDLLOVERRIDES='mscoree,mshtml=' wine "$@" 2>/dev/null || true; }

# Wine ends its services when the last program is gone: driver and exerciser have one between them.
busy_here() { wine_here cmd /c "sc start Busy >nul && build\\bin\\busy-exercise.exe $busy_rounds"; }

# What the program says comes out on stderr.
recorded() { timeout 180 "$tool" record -q -o "$out/wine.ddt" "$@" 2>&1 || true; }

make_prefix() {
  local template
  # The recorder makes the template that its own prefixes are copies of.
  recorded build/bin/Busy.sys -- build/bin/busy-exercise.exe 1 >/dev/null
  template=$(find -L "${DDIREPLAY_CACHE:-build/wine-cache}" -mindepth 1 -maxdepth 1 -name 'wine-*' |
    head -n 1)
  [[ -n $template ]] || return 1
  rm -rf "$out/prefix"
  cp -a "$template" "$out/prefix"
  rm -f "$out/prefix/wineserver"
  wine_here sc create Busy type= kernel binPath= "$(wine_here winepath -w build/bin/Busy.sys)"
}

bench_wine() {
  local turn http_plain='' http_recorded='' busy_plain='' busy_recorded=''
  if missing wine || ! make_prefix >"$out/wine.log" 2>&1; then
    not_run http_recorded "there is no Wine"
    not_run busy_recorded "there is no Wine"
    return
  fi
  for ((turn = 0; turn < wine_turns; ++turn)); do
    http_plain+=$(wine_here build/tests/http-server.exe $http_requests | rate_in $http_requests)$'\n'
    http_recorded+=$(recorded --service http -- build/tests/http-server.exe $http_requests |
      rate_in $http_requests)$'\n'
    busy_plain+=$(busy_here | rate_in $busy_rounds)$'\n'
    busy_recorded+=$(recorded build/bin/Busy.sys -- build/bin/busy-exercise.exe $busy_rounds |
      rate_in $busy_rounds)$'\n'
  done
  note_best http_plain "$http_plain"
  note_best http_recorded "$http_recorded"
  note_best busy_plain "$busy_plain"
  note_best busy_recorded "$busy_recorded"
  WINEPREFIX="$PWD/$out/prefix" wineserver -k || true
  rm -rf "$out/prefix"
}

bench_wine
