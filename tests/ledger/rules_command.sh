#!/usr/bin/env bash
# ddireplay rules: what goes to which stream, and with which exit status.
set -euo pipefail
readonly tool=$1
work=$(mktemp -d)
readonly work
trap 'rm -rf "$work"' EXIT

# expect STATUS ARGUMENT...: runs the command; its output is then in $work/out and $work/err.
expect() {
  local expected=$1 status=0
  shift
  "$tool" rules "$@" >"$work/out" 2>"$work/err" || status=$?
  [[ $status -eq $expected ]] || fail "rules $*: exit status $status instead of $expected"
}

fail() {
  printf '%s\n' "$1"
  head -20 "$work/out" "$work/err"
  exit 1
}

out_has() { grep -qF -- "$1" "$work/out" || fail "standard output has no \"$1\""; }
err_has() { grep -qF -- "$1" "$work/err" || fail "standard error has no \"$1\""; }
is_silent() { [[ ! -s $work/$1 ]] || fail "something on $1"; }

expect 0
out_has '0xC4 DRIVER_VERIFIER_DETECTED_VIOLATION'
out_has '568 rules: '
is_silent err

expect 0 c4:62
out_has 'C4:62  '
out_has 'Fires when'
out_has 'How to fix'
is_silent err

expect 0 C4:51
out_has 'needs more than calls'
out_has 'Would need'

expect 0 C7 --status needs-more
out_has '0 of 568 rules'

expect 0 KeSetEvent
out_has 'C4:80'

expect 0 --json C7:0
out_has '"rule":"C7:0"'
expect 0 --json C7
out_has '{"counts":{"checked":'

expect 2 C4:633
err_has 'did you mean C4:33?'
is_silent out

expect 2 --status never
is_silent out
