#!/usr/bin/env bash
# fill_corpus.sh BIN CORPUS [SAMPLE...]
#
# Records the sample drivers in BIN (the bin directory of the build) that have a clean twin there,
# under Wine, and adds to CORPUS, for each of their findings that it doesn't hold yet, the few events
# that show it. Without names: all samples. The recordings themselves are not kept.
set -euo pipefail

(($# >= 2)) || { sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
bin=$(realpath "$1")
corpus=$2
shift 2

samples=("$@")
if ((${#samples[@]} == 0)); then
  for twin in "$bin"/*Clean.sys; do
    sample=$(basename "$twin" Clean.sys)
    if [[ -e $bin/$sample.sys ]]; then samples+=("$sample"); fi
  done
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

failed=0
for sample in "${samples[@]}"; do
  trace=$scratch/$sample.ddt
  program=("$bin/rules-exercise.exe" "$sample")
  if [[ $sample == MyDriver ]]; then program=("$bin/mydriver-exercise.exe"); fi
  # What a recording says by its status (a driver that would not go, say) is in the trace as well.
  "$bin/ddireplay" record "$bin/$sample.sys" -q -o "$trace" -- "${program[@]}" >/dev/null ||
    true
  if [[ -e $trace ]]; then
    "$bin/ddireplay" corpus add "$corpus" "$trace" || failed=1
  else
    echo "$sample: was not recorded" >&2
    failed=1
  fi
done
exit $failed
