# The first bad one of many builds: fewest replays, builds that can't be judged, wrong ends.
trace() {
  mkdir -p "$1"
  {
    echo 'ddireplay-text 1'
    echo 'module My.sys base=0x9a3be000 size=0x6000 target'
    echo "ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0x8645a000"
    if [ "$2" = good ]; then echo "ExFreePoolWithTag P=0x8645a000 Tag='mdrv'"; fi
    echo 'cb:ImageUnload ImageBase=0x9a3be000 ImageSize=0x6000'
  } >"$1/run.txt"
}
search() {
  ddireplay bisect "$@"
  echo "status $?"
}

for i in $(seq 1 16); do
  if [ "$i" -lt 11 ]; then trace "builds/1.$i" good; else trace "builds/1.$i" bad; fi
done
echo "sixteen builds:"
search builds
search builds --finding C4:62 --json

echo "two that can't be judged:"
echo garbage >builds/1.8/run.txt
rm builds/1.12/run.txt
search builds --finding pool-leak-at-unload

echo "right before the first bad one:"
echo garbage >builds/1.10/run.txt
search builds

echo "another defect:"
search builds --finding C4:13
echo "bad at once:"
search builds/1.11 builds/1.12 builds/1.13
echo "nothing to judge:"
search builds/1.8 builds/1.10
echo "in the order given, not by name:"
search builds/1.9 builds/1.2 builds/1.16 builds/1.15 --as-given

echo "seen only now and then:"
for i in 1 2 3 4; do
  for run in a b c; do
    trace "flaky/$i" good
    mv "flaky/$i/run.txt" "flaky/$i/$run.txt"
  done
done
for i in 3 4; do trace "flaky/$i" bad; done
rm flaky/2/b.txt flaky/2/c.txt
search flaky
search flaky --confirm 3
# The last one can't be judged: that is why there is no bad one.
mkdir skipped
cp traces/clean.txt skipped/1.txt
cp traces/lossy.txt skipped/2.txt
ddireplay bisect skipped --finding C4:13
echo "status $?"
