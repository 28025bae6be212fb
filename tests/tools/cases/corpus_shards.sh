# A run in parts says what the run in one piece says, byte for byte, or which parts are missing.
ddireplay corpus add --whole c --always traces/leak.txt traces/timer.txt traces/clean.txt traces/lossy.txt traces/crashed.txt >added
sed -i 's/"position": [0-9]*/"position": 3/' c/timer-*/expected.json
rm c/clean-*/trace.txt
ddireplay corpus run c >one.txt
ddireplay corpus run c --json --junit one.xml >one.json
for shard in 1 2 3 4 5 6 7; do
  ddireplay corpus run c --shard $shard/7 --result $shard.json >/dev/null
  echo "shard $shard: status $?"
done
ddireplay corpus merge 7.json 3.json 1.json 2.json 5.json 6.json 4.json >merged.txt
echo "merge: status $?"
ddireplay corpus merge ?.json --json --junit merged.xml >merged.json
cmp one.txt merged.txt && cmp one.json merged.json && cmp one.xml merged.xml && echo same

head -c 100 3.json >half
ddireplay corpus merge 1.json 2.json half 4.json 6.json
echo "missing: status $?"
ddireplay corpus merge half nowhere
echo "none: status $?"
ddireplay corpus merge ?.json 3.json
echo "twice: status $?"
ddireplay corpus run c --shard 1/2 --result of2.json >/dev/null
ddireplay corpus merge ?.json of2.json
echo "other cut: status $?"
ddireplay corpus add --whole c traces/leak.txt --always --rules C4:62 >added
rm -r c/leak-*
ddireplay corpus run c --shard 3/7 --result 3.json >/dev/null
ddireplay corpus merge ?.json
echo "other corpus: status $?"
for shard in 0/4 5/4 1/0 3 3/ /4 a/b 1/2/3 1/999999999; do
  ddireplay corpus run c --shard $shard --result x.json
  echo "$shard: status $?"
done
ddireplay corpus run c --shard 1/4
echo "no result: status $?"
ddireplay corpus run c --shard 1/4 --result x.json --update
echo "update: status $?"
ls x.json
