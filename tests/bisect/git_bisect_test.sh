#!/usr/bin/env bash
# git_bisect_test.sh PROGRAM docs/bisect.md
#
# The worked example of the page, as it stands there, in a repository of 18 commits. From the twelfth on
# the driver leaks. Two between the ends can't be judged: one does not build, one is recorded with a
# gap.
set -euo pipefail

program=$(realpath "$1")
page=$(realpath "$2")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export TMPDIR=$scratch HOME=$scratch GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
mkdir "$scratch/bin" "$scratch/repository"
ln -s "$program" "$scratch/bin/ddireplay"
export PATH="$scratch/bin:$PATH"

sed -n '/^```sh$/,/^```$/p' "$page" | sed '1d;$d' >"$scratch/judge.sh"
grep -q 'bisect --bisect-run' "$scratch/judge.sh"
chmod +x "$scratch/judge.sh"

cd "$scratch/repository"
git init -q
cat >record.sh <<'RECORD'
#!/bin/sh
exec ddireplay convert driver.txt "$1"
RECORD
chmod +x record.sh

# driver_text COMMIT: what is recorded of it.
driver_text() {
  echo 'ddireplay-text 1'
  echo 'module My.sys base=0x9a3be000 size=0x6000 target'
  echo "ExAllocatePoolWithTag NumberOfBytes=$1 Tag='mdrv' return=0x8645a000"
  if (($1 < 12)); then echo "ExFreePoolWithTag P=0x8645a000 Tag='mdrv'"; fi
  if (($1 == 9)); then echo 'gap cpu0 lost=17'; fi
  echo 'cb:ImageUnload ImageBase=0x9a3be000 ImageSize=0x6000'
}

for commit in $(seq 18); do
  driver_text "$commit" >driver.txt
  printf '#!/bin/sh\nexit %d\n' $((commit == 14)) >build.sh
  chmod +x build.sh
  git add -A
  git commit -qm "change $commit"
  if ((commit == 12)); then guilty=$(git rev-parse HEAD); fi
  if ((commit == 1)); then first=$(git rev-parse HEAD); fi
done

git bisect start HEAD "$first" >/dev/null
status=0
git bisect run "$scratch/judge.sh" >"$scratch/log" 2>&1 || status=$?
if ((status != 0)) || ! grep -q "^$guilty is the first bad commit" "$scratch/log"; then
  cat "$scratch/log"
  git bisect log
  echo "git bisect run ended with $status, and has not named the twelfth change"
  exit 1
fi
git bisect log >"$scratch/bisect-log"

# Both that can't be judged are refused with 125, whoever asks.
for commit in 9 14; do
  git checkout -q "$first"
  git checkout -q "$(git log --all --format=%H --grep "^change $commit\$" -1)"
  status=0
  "$scratch/judge.sh" >/dev/null 2>&1 || status=$?
  if ((status != 125)); then
    echo "change $commit: judged with $status and not 125"
    exit 1
  fi
done

# git has met some of them, and gone around.
cat "$scratch/bisect-log"
grep -q '^git bisect skip' "$scratch/bisect-log"
