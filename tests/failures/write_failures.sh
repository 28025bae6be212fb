#!/usr/bin/env bash
# write_failures.sh PROGRAM FAILING_IO.so TRACES
#
# Each call of a command that changes a file fails once, as on a full disk: the command says so and ends
# with a status that says so; the older file is what it was; nothing half done is left.
set -euo pipefail

program=$(realpath "$1") library=$(realpath "$2") traces=$(realpath "$3")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

"$program" convert "$traces/leak.txt" leak.ddt
head -c $(($(stat -c %s leak.ddt) - 10)) leak.ddt >cut.ddt
problems=0

problem() {
  echo "$1, when call $2 failed: $3" >&2
  sed 's/^/    /' errors >&2
  problems=$((problems + 1))
}

# Names and contents of a directory.
digest() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum); }

# fail_each NAME COMMAND...: in a directory `at` that has an older out.* and a corpus; `{}` is the name of the
# output.
fail_each() {
  local name=$1 call status
  shift
  for ((call = 1; ; ++call)); do
    rm -rf at failed
    cp -r before at
    status=0
    (cd at && FAILING_IO=$call FAILING_IO_SAYS=$scratch/failed LD_PRELOAD=$library "$program" "$@") \
      >said 2>errors || status=$?
    [[ -e failed ]] || break
    case $status in
      0 | 1 | 3) problem "$name" $call "the status is $status" ;;
      2 | 4) ;;
      *) problem "$name" $call "it ends with status $status" ;;
    esac
    grep -q 'No space left on device' errors || problem "$name" $call "nobody says why"
    check_after "$name" $call
  done
  ((call > 1)) || problem "$name" 0 "it writes nothing"
  [[ $status -lt 4 ]] || problem "$name" 0 "it fails by itself"
  echo "$name: $((call - 1)) calls"
}

# Everything is as it was.
check_after() {
  if [[ $(digest at) != "$(digest before)" ]]; then
    problem "$1" "$2" "what is left differs: $(diff <(digest before) <(digest at) | tail -n +2 | head -3 | tr '\n' ' ')"
  fi
}

mkdir before
echo old >before/out.ddt
echo old >before/out.txt
fail_each "convert to binary" convert "$traces/leak.txt" out.ddt
fail_each "convert to text" convert ../leak.ddt out.txt
fail_each "convert --range" convert --range '#2..#8' ../leak.ddt out.ddt
fail_each "convert --redact" convert --redact ../leak.ddt out.ddt
fail_each "reduce" reduce ../leak.ddt -o out.ddt
fail_each "reduce to text" reduce ../leak.ddt -o out.txt
fail_each "repair" repair ../cut.ddt -o out.ddt

"$program" corpus add before/c "$traces/leak.txt" >/dev/null
sed -i 's/"position": [0-9]*/"position": 1/' before/c/*/*.json
fail_each "corpus run --update" corpus run c --update
fail_each "corpus run --junit" corpus run c --junit out.txt
fail_each "corpus run --result" corpus run c --shard 1/1 --result out.txt
sed 's/Leaky/Other/g' "$traces/leak.txt" >other.txt
fail_each "corpus add" corpus add c ../other.txt
fail_each "corpus add to a new one" corpus add new ../other.txt

[[ $problems -eq 0 ]]
