#!/usr/bin/env bash
# run_case.sh PROGRAM CASE.sh
#
# Runs CASE.sh in a scratch directory and compares what it does with the files beside it:
#
#   CASE.expected   standard output, byte for byte
#   CASE.errors     standard error, each line a shell pattern; no file: nothing is said
#   CASE.status     exit status; no file: 0
#
# The script finds the program as `ddireplay`, and beside it the directories `here` (the script's own)
# and `traces`. `run ARG...` is `ddireplay ARG...` that prints the command line before and the status
# behind, and succeeds whatever that is.
# UPDATE_GOLDENS=1 writes the three files instead: read the difference before you keep it.
set -euo pipefail

program=$(realpath "$1")
script=$(realpath "$2")
base=${script%.sh}
unset _NT_SYMBOL_PATH _NT_ALT_SYMBOL_PATH

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/work"
ln -s "$program" "$scratch/bin/ddireplay"
ln -s "$(dirname "$script")" "$scratch/work/here"
ln -s "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/traces" "$scratch/work/traces"
cat >"$scratch/bin/run" <<'END'
#!/usr/bin/env bash
echo "\$ ddireplay $*"
status=0
ddireplay "$@" || status=$?
echo "status $status"
END
chmod +x "$scratch/bin/run"
export PATH="$scratch/bin:$PATH"

status=0
(cd "$scratch/work" && bash "$script") >"$scratch/stdout" 2>"$scratch/stderr" || status=$?

update() {
  cp "$scratch/stdout" "$base.expected"
  rm -f "$base.errors" "$base.status"
  if [[ -s $scratch/stderr ]]; then
    sed -e 's/[][*?\\]/\\&/g' "$scratch/stderr" >"$base.errors"
  fi
  if ((status != 0)); then echo "$status" >"$base.status"; fi
}

# Prints the first line that its pattern does not match.
compare_errors() {
  local patterns=/dev/null
  [[ -e $base.errors ]] && patterns=$base.errors
  local line pattern
  while IFS= read -r line <&3; do
    if ! IFS= read -r pattern <&4; then
      echo "standard error has a line more: $line"
      return 1
    fi
    # shellcheck disable=SC2053  # a pattern it is
    if [[ $line != $pattern ]]; then
      printf 'standard error says:\n  %s\nand not:\n  %s\n' "$line" "$pattern"
      return 1
    fi
  done 3<"$scratch/stderr" 4<"$patterns"
  if (($(wc -l <"$scratch/stderr") != $(wc -l <"$patterns"))); then
    echo "standard error ends before: $(tail -n +$(($(wc -l <"$scratch/stderr") + 1)) "$patterns")"
    return 1
  fi
}

if [[ -n ${UPDATE_GOLDENS:-} ]]; then
  update
  exit
fi

failed=0
diff -u "$base.expected" "$scratch/stdout" || failed=1
compare_errors || failed=1
expected_status=0
[[ -e $base.status ]] && expected_status=$(<"$base.status")
if ((status != expected_status)); then
  echo "exit status is $status and not $expected_status"
  failed=1
fi
exit $failed
