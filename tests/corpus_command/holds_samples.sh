#!/usr/bin/env bash
# holds_samples.sh CORPUS SAMPLE...: whether the corpus has something of each sample driver.
# tests/record/fill_corpus.sh adds what is missing.
set -euo pipefail

corpus=$1
shift
status=0
for sample; do
  entries=("$corpus/$sample"-*)
  if [[ ! -d ${entries[0]} ]]; then
    echo "$sample: the corpus has nothing of it; tests/record/fill_corpus.sh records and adds it" >&2
    status=1
  fi
done
exit $status
