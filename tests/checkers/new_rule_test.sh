#!/usr/bin/env bash
# new_rule_test.sh SOURCE: in a copy of what it needs, new_rule.sh makes its files and its line, and
# refuses what makes no sense.
set -euo pipefail
source=$1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy/checkers/ledger" "$copy/tests/checkers"
cp "$source"/checkers/{new_rule.sh,checkers.inc} "$copy/checkers"
cp "$source/checkers/ledger/ledger_rows.inc" "$copy/checkers/ledger"

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}
refused() {
  ! "$copy/checkers/new_rule.sh" "$@" >/dev/null 2>"$copy/said" || fail "not refused: $*"
  grep -q '^new-rule: ' "$copy/said" || fail "refused without a word: $*"
}

"$copy/checkers/new_rule.sh" fast_io fast-io-interrupts C4:C2 >/dev/null
for file in checkers/fast_io/fast_io_interrupts.cpp tests/checkers/fast_io/C4-C2-trigger.txt \
  tests/checkers/fast_io/C4-C2-silent.txt; do
  [[ -s $copy/$file ]] || fail "$file was not made"
done
grep -q 'class FastIoInterrupts final' "$copy/checkers/fast_io/fast_io_interrupts.cpp" || fail "no class"
grep -qx 'CHECKER(fast_io_interrupts)' "$copy/checkers/checkers.inc" || fail "no line in checkers.inc"
grep '^CHECKER' "$copy/checkers/checkers.inc" | LC_ALL=C sort -c || fail "checkers.inc is not sorted"

refused
refused fast_io fast-io-interrupts C4:C2
refused fast_io other-slug C4:NOSUCH
refused fast_io "two words" C4:C3
refused Fast_IO other-slug C4:C3
