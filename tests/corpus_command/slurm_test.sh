#!/usr/bin/env bash
# slurm_test.sh PROGRAM JOB_SCRIPT TRACES
#
# Runs a corpus in four shards on a real Slurm cluster of this machine alone, lets one shard be killed,
# runs that one again, and compares what merge makes of them with the run in one piece.
set -euo pipefail
program=$(realpath "$1") job=$(realpath "$2") traces=$(realpath "$3")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=slurm_cluster.sh
source "$here/slurm_cluster.sh"

# The path of a socket has a hundred characters at most: not below a build directory.
scratch=$(mktemp -d /tmp/slurm-XXXXXX)
trap 'stop_cluster; rm -rf "$scratch"' EXIT
readonly shards=4
mkdir "$scratch/cluster"
cd "$scratch"

die() {
  printf '%s\n' "$@" >&2
  cat "$scratch"/*.log >&2 2>/dev/null || true
  cluster_logs
  exit 1
}

# expect STATUS OUTPUT COMMAND...
expect() {
  local expected=$1 output=$2 status=0
  shift 2
  "$@" >"$output" 2>"$output.errors" || status=$?
  [[ $status -eq $expected ]] || die "exit status $status and not $expected: $*" \
    "$(cat "$output.errors")"
}

same() { cmp "$1" "$2" || die "$1 and $2 are not the same"; }

# A corpus with one trace that is not as expected and one entry that can't be judged: a verdict of which
# every part must come through.
make_corpus() {
  "$program" corpus add corpus --whole --always "$traces"/pool/*.txt "$traces"/timer/*.txt >/dev/null
  local -a entries=(corpus/*)
  ((${#entries[@]} > 4 * shards)) || die "the corpus is too small to be cut"
  sed -i 's/"events": [0-9]*/"events": 77/' "${entries[1]}/expected.json"
  rm "${entries[6]}/expected.json"
}

# In place of the program: the third shard hangs until somebody kills it, once.
make_program() {
  cat >"$scratch/hanging" <<END
#!/usr/bin/env bash
if [[ " \$* " == *" --shard 3/$shards "* && ! -e $scratch/hangs ]]; then
  touch $scratch/hangs
  sleep 200
fi
exec "$program" "\$@"
END
  chmod +x "$scratch/hanging"
}

submit() {
  DDIREPLAY=$scratch/hanging timeout 100 sbatch --parsable --output="$scratch/task-%a.log" "$@" \
    "$job" "$scratch/corpus" "$scratch/results" "$shards"
}

job_has_ended() { [[ -z $(squeue --noheader --jobs="$1" 2>/dev/null) ]]; }

# Of a job that is to wait for nothing but its shards.
run_shards() {
  local id
  id=$(submit --array="$1")
  [[ ${2:-} != kill ]] || {
    wait_for 60 test -e hangs || die "the third shard has not begun"
    scancel --signal=KILL --full "${id}_3"
  }
  wait_for 90 job_has_ended "$id" || die "the job did not end"
}

merge() { "$program" corpus merge "$@" results/shard-*-of-$shards.json; }

make_corpus
make_program
expect 4 one.json "$program" corpus run "$scratch/corpus" --json --junit one.xml
expect 4 one.txt "$program" corpus run "$scratch/corpus"
grep -q 'events   expected 77' one.txt || die "the difference is not told"

start_cluster "$scratch/cluster" || die "there is no cluster"

run_shards 1-$shards kill
[[ ! -e results/shard-3-of-$shards.json ]] || die "a shard that was killed left a result"
expect 3 missing.txt merge
grep -q "1 of $shards shards missing: 3; " missing.txt.errors || die "$(cat missing.txt.errors)"
[[ ! -s missing.txt ]] || die "something is printed though a shard is missing"

run_shards 3
expect 4 merged.json merge --json --junit merged.xml
expect 4 merged.txt merge
same one.json merged.json
same one.xml merged.xml
same one.txt merged.txt
