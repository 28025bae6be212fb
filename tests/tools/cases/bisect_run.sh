# What `git bisect run` is told: 0, 1, or 125 whatever else has happened.
judge() {
  ddireplay bisect --bisect-run "$@"
  echo "status $?"
}
echo garbage >garbage.ddt
mkdir empty
judge traces/clean.txt
judge traces/leak.txt
judge --finding C4:62 traces/leak.txt
judge --finding C4:13 traces/leak.txt
judge traces/clean.txt traces/leak.txt
judge traces/lossy.txt --finding C4:13
ddireplay convert --range '#1..#4' traces/leak.txt cut.ddt
ddireplay convert --range '#6..' traces/clean.txt late.ddt
ddireplay reduce traces/leak.txt --finding C4:62 -o reduced.ddt
judge cut.ddt
judge late.ddt
judge reduced.ddt
judge --finding C4:13 reduced.ddt
mkdir -p deep/er
ddireplay convert traces/leak.txt deep/er/leak.ddt
judge deep
judge garbage.ddt
judge absent.ddt
judge empty
judge --finding no-such-rule traces/clean.txt
judge --no-such-option traces/clean.txt
judge --json traces/clean.txt
judge
ddireplay bisect --bisect-run traces/clean.txt >/dev/full
echo "status $?"
