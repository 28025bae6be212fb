#!/usr/bin/env bash
# reduce_samples.sh BIN OUT [SAMPLE...]
#
# Records the sample drivers in BIN (the bin directory of the build) that have a clean twin there,
# under Wine, and writes for each finding of each recording what it was reduced to:
# OUT/SAMPLE-RULE.txt, in the text form, or with another number behind it where one rule has several.
# Without names: all samples. Prints a line for each: sample, rule, fingerprint, events of the
# recording, events that are left.
set -euo pipefail

(($# >= 2)) || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
bin=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
shift 2

samples=("$@")
if ((${#samples[@]} == 0)); then
  for twin in "$bin"/*Clean.sys; do
    sample=$(basename "$twin" Clean.sys)
    [[ $sample != MyDriver && -e $bin/$sample.sys ]] && samples+=("$sample")
  done
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# RULE FINGERPRINT of each finding, each fingerprint once.
findings() {
  { "$bin/ddireplay" replay --json "$1" || true; } |
    grep -o '"rule":"[^"]*","slug"\|"fingerprint":"[^"]*"' | cut -d'"' -f4 | paste - - |
    awk '!seen[$2]++'
}

failed=0
for sample in "${samples[@]}"; do
  trace=$scratch/$sample.ddt
  # What a recording says by its status (a driver that would not go, say) is in the trace as well.
  "$bin/ddireplay" record "$bin/$sample.sys" -q -o "$trace" -- "$bin/rules-exercise.exe" "$sample" >/dev/null ||
    true
  if [[ ! -e $trace ]]; then
    echo "$sample: was not recorded" >&2
    failed=1
    continue
  fi
  declare -A count=()
  while read -r rule fingerprint; do
    count[$rule]=$((${count[$rule]:-0} + 1))
    name=$out/$sample-${rule//:/-}
    ((count[$rule] > 1)) && name=$name-${count[$rule]}
    said=$("$bin/ddireplay" reduce "$trace" --finding "$fingerprint" -o "$name.txt" 2>&1) || failed=1
    kept=$(sed -n 's/.*: \([0-9]*\) of \([0-9]*\) events show.*/\2 \1/p' <<<"$said")
    echo "$sample $rule $fingerprint ${kept:-$said}"
  done < <(findings "$trace")
done
exit $failed
