#!/usr/bin/env bash
# run_fuzzers.sh DIR SECONDS [NAME...]
#
# Runs the fuzzers of the build in DIR (build/fuzz), or those that are named, for SECONDS in all. What
# they find to be new goes to DIR/fuzz/corpus/NAME and is used by the next run; an input that goes
# wrong goes to DIR/fuzz/NAME-crash-*, and the status is 1.
set -euo pipefail

dir=$1 seconds=$2
shift 2
names=("$@")
if [[ ${#names[@]} -eq 0 ]]; then
  for arguments in "$dir"/tests/fuzz/fuzz_*.args; do
    name=$(basename "$arguments" .args)
    names+=("${name#fuzz_}")
  done
fi
each=$((seconds / ${#names[@]}))
[[ $each -gt 0 ]] || each=1

# A quarantine of freed memory would count as the program's own.
export ASAN_OPTIONS=quarantine_size_mb=16:allocator_may_return_null=0
failed=0
for name in "${names[@]}"; do
  found=$dir/fuzz/corpus/$name log=$dir/fuzz/$name.log
  mkdir -p "$found"
  mapfile -t arguments < <(grep . "$dir/tests/fuzz/fuzz_$name.args")
  status=0
  "$dir/tests/fuzz_$name" -max_total_time="$each" -timeout=20 -rss_limit_mb=768 \
    -malloc_limit_mb=96 -print_final_stats=1 -artifact_prefix="$dir/fuzz/$name-" \
    "$found" "${arguments[@]}" >"$log" 2>&1 || status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [[ $status -eq 0 ]]; then
    printf '%-10s %10s runs in %d s\n' "$name" "$runs" "$each"
  else
    printf '%-10s FAILED: %s\n' "$name" "$(grep -m1 -E 'ERROR|SUMMARY|runtime error' "$log")"
    printf 'See %s\n' "$log"
    failed=1
  fi
done
exit $failed
