#!/usr/bin/env bash
# bench/run.sh [--quick|--large] [--trace FILE]... [NAME...]: measures each part beside its peer, in
# turns, and prints one table. Called by ./dev bench, which has built everything. NAMEs: record,
# encode, replay, wine; without any, all of them.
#
# Figures are medians, of CPU time except where requests or rounds are counted. They compare within
# one run only. What can't be run here is named, with the reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly programs=build/bench/bin
readonly out=build/bench/out
readonly tool=build/bin/ddireplay
readonly measures=$out/measures.lines
readonly repetitions=5

events=10000000
traces=()
names=()
while [[ $# -gt 0 ]]; do
  case $1 in
    --quick) events=1000000 ;;
    --large) events=100000000 ;;
    --trace)
      [[ -e ${2-} ]] || { echo "--trace needs a file that exists" >&2; exit 2; }
      traces+=("$2")
      shift
      ;;
    record | encode | replay | wine) names+=("$1") ;;
    *)
      sed -n '2s/^# //p' "${BASH_SOURCE[0]}" >&2
      exit 2
      ;;
  esac
  shift
done
[[ ${#names[@]} -gt 0 ]] || names=(record encode replay wine)

wanted() { [[ " ${names[*]} " == *" $1 "* ]]; }

value() { printf '{"name": "%s", "value": %s}\n' "$1" "$2" >>"$measures"; }
not_run() { printf '{"name": "%s", "not_run": "%s"}\n' "$1" "$2" >>"$measures"; }
missing() { ! command -v "$1" >/dev/null; }

median() { sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'; }

# cpu_seconds COMMAND...: user and system time. A finding is no failure.
cpu_seconds() {
  local TIMEFORMAT='%U %S' times status=0
  times=$({ time "$@" >/dev/null 2>"$out/last-stderr" || status=$?; [[ $status -le 1 ]]; } 2>&1) || {
    echo "failed: $*" >&2
    tail -n 3 "$out/last-stderr" >&2
    return 1
  }
  awk '{ print $1 + $2 }' <<<"$times"
}

# in_turns NAME EVENTS COMMAND [, NAME EVENTS COMMAND]...: runs each some times, one after the other,
# and notes the median of millions of events a second. A COMMAND is one word: a function.
in_turns() {
  local turn name
  local -A seconds=() events_of=()
  for ((turn = 0; turn < repetitions; ++turn)); do
    local -a rest=("$@")
    while [[ ${#rest[@]} -gt 0 ]]; do
      name=${rest[0]}
      events_of[$name]=${rest[1]}
      seconds[$name]+=$(cpu_seconds "${rest[2]}")$'\n'
      rest=("${rest[@]:3}")
    done
  done
  for name in "${!seconds[@]}"; do
    value "$name" "$(divide "${events_of[$name]}e-6" "$(printf '%s' "${seconds[$name]}" | median)")"
  done
}

benchmark() {
  "$programs/$1" --benchmark_repetitions=$repetitions --benchmark_enable_random_interleaving=true \
    --benchmark_report_aggregates_only=true --benchmark_out_format=json \
    --benchmark_out="$out/$1.json" >"$out/$1.log" 2>&1
  tables+=("$out/$1.json")
}

# The session keeps the newest events in memory and overwrites the oldest: none is dropped, which
# would be cheaper than recording it, and no daemon writes meanwhile.
start_lttng() {
  missing lttng-sessiond && return 1
  export LTTNG_HOME=$PWD/$out/lttng-home
  rm -rf "$LTTNG_HOME" "$out/lttng"
  mkdir -p "$LTTNG_HOME"
  lttng-sessiond --no-kernel --background --pidfile "$PWD/$out/lttng.pid" >"$out/lttng.log" 2>&1 &&
    lttng create ddireplay-bench --snapshot --output "$PWD/$out/lttng" >>"$out/lttng.log" 2>&1 &&
    lttng enable-channel --userspace --subbuf-size 4M --num-subbuf 8 events \
      >>"$out/lttng.log" 2>&1 &&
    lttng enable-event --userspace --channel events ddireplay_bench:call >>"$out/lttng.log" 2>&1 &&
    lttng start >>"$out/lttng.log" 2>&1
}

stop_lttng() {
  [[ -e $out/lttng.pid ]] || return 0
  lttng destroy ddireplay-bench >>"$out/lttng.log" 2>&1 || true
  kill "$(<"$out/lttng.pid")" 2>/dev/null || true
  rm -f "$out/lttng.pid"
}

bench_record() {
  local has_lttng=1
  start_lttng || has_lttng=0
  # Of buffers per user, which outlive the program, a snapshot can be taken after it.
  benchmark record_bench
  if [[ $has_lttng -eq 1 ]]; then
    lttng snapshot record >>"$out/lttng.log" 2>&1 || true
  fi
  stop_lttng
}

heaptrack_file() { find "$out" -maxdepth 1 -name 'heaptrack.*' | head -n 1; }

record_heaptrack() {
  if missing heaptrack; then
    not_run heaptrack "heaptrack is not installed"
    not_run heaptrack_print "heaptrack is not installed"
    return 1
  fi
  rm -f "$out"/heaptrack.*
  heaptrack -o "$out/heaptrack" "$programs/malloc_workload" 500000 >"$out/heaptrack.log" 2>&1
  value heaptrack:bytes/event "$(divide "$(stat -c %s "$(heaptrack_file)")" 1000000)"
}

events_in() { "$tool" info "$1" | sed -n 's/^Events: *\([0-9]*\),.*/\1/p'; }

# measure_size FIGURE FILE
measure_size() { value "$1" "$(divide "$(stat -c %s "$2")" "$(events_in "$2")")"; }

replay_all() { "$tool" replay --threads 1 "$trace"; }
replay_leaks() { "$tool" replay --threads 1 --rules C4:62 "$trace"; }
replay_short() { "$tool" replay --threads 1 "$short_trace"; }
read_ctf() { babeltrace2 "$out/lttng" --component=sink.utils.dummy; }
print_heaptrack() { heaptrack_print -f "$(heaptrack_file)"; }

# ctf_events: how many events the snapshot has.
ctf_events() {
  babeltrace2 "$out/lttng" --component=sink.utils.counter |
    sed -n 's/^ *\([0-9]*\) Event messages.*/\1/p' | tail -n 1
}

bench_replay() {
  local -a turns=(replay_all:rate "$(events_in "$trace")" replay_all
    replay_leaks:rate "$(events_in "$trace")" replay_leaks)
  local count=0
  if missing babeltrace2; then
    not_run babeltrace2 "babeltrace2 is not installed"
  elif [[ ! -d $out/lttng ]] || ! count=$(ctf_events) || [[ -z $count ]]; then
    not_run babeltrace2 "LTTng has left no trace (run 'record' too)"
  else
    turns+=(babeltrace2:rate "$count" read_ctf)
  fi
  if record_heaptrack; then turns+=(heaptrack_print:rate 1000000 print_heaptrack); fi
  if [[ -e $short_trace ]]; then
    turns+=(replay_short:rate "$(events_in "$short_trace")" replay_short)
  fi
  in_turns "${turns[@]}"
  if [[ -e $short_trace ]]; then
    value linear:times "$(divide "$(sed -n 's/.*"replay_short:rate", "value": \([^}]*\)}/\1/p' "$measures" | tail -n 1)" \
      "$(sed -n 's/.*"replay_all:rate", "value": \([^}]*\)}/\1/p' "$measures" | tail -n 1)")"
  fi
}

print_results() {
  local title=$1 results=$2
  shift 2
  printf '\n%s\n' "$title"
  "$programs/bench_table" "$results" "$@" "$measures"
}

mkdir -p "$out"
trap stop_lttng EXIT
tables=()
: >"$measures"
trace=$out/traffic.ddt
short_trace=$out/traffic-short.ddt
if wanted record; then bench_record; fi
if wanted encode; then benchmark encode_bench; fi
if wanted encode || wanted replay; then
  "$programs/make_trace" "$events" "$trace"
  "$programs/make_trace" $((events / 10)) "$short_trace"
  measure_size trace:bytes/event "$trace"
fi
if wanted replay; then bench_replay; fi
if wanted wine; then . bench/wine.sh; fi
print_results "$events synthetic events" build/bench/results.json "${tables[@]}"

# A recording of one's own: size and replay only. The peers read events of their own.
for trace in "${traces[@]}"; do
  : >"$measures"
  short_trace=
  measure_size recording:bytes/event "$trace"
  bench_replay
  print_results "$trace" "build/bench/results-$(basename "$trace").json"
done
