# One clear line each, with the place; the other entries are judged all the same.
for command in run list stats prune; do
  ddireplay corpus $command nowhere
  echo "$command: status $?"
done
ddireplay corpus add --whole c missing.txt
echo "add: status $?"
ddireplay corpus add --whole c --rules C4:999999 traces/leak.txt
echo "rule: status $?"

ddireplay corpus add --whole c --always traces/leak.txt traces/timer.txt traces/clean.txt traces/lossy.txt traces/crashed.txt >added
for name in leak timer clean lossy crashed; do mv c/$name-* c/$name; done
sed -i '3s/,//' c/leak/expected.json
sed -i '/"sha256"/d' c/timer/expected.json
rm c/clean/trace.txt
rm c/lossy/expected.json
cp traces/leak.txt c/crashed/trace.ddt
cp traces/leak.txt c/stray.txt
echo 'About this corpus.' >c/README.md
ddireplay corpus run c
echo "run: status $?"
ddireplay corpus list c
echo "list: status $?"
ddireplay corpus prune c
echo "prune: status $?"

mkdir empty
ddireplay corpus run empty
echo "empty: status $?"
ddireplay corpus list empty
echo "empty: status $?"

ddireplay corpus add --whole other traces/leak.txt >added
echo '# changed' >>other/leak-*/trace.txt 2>/dev/null || echo '# changed' >>"$(echo other/leak-*)/trace.txt"
ddireplay corpus run other
echo "changed: status $?"

expect() {
  echo "$1" >other/leak-*/expected.json 2>/dev/null || echo "$1" >"$(echo other/leak-*)/expected.json"
  ddireplay corpus run other | grep expected.json
}
expect ''
expect '[]'
expect '{"ddireplay-corpus": 2}'
expect '{"ddireplay-corpus": 1, "extra": 1}'
expect '{"ddireplay-corpus": 1, "sha256": "", "rules": [1], "note": "", "status": 0, "events": 0, "findings": []}'
expect '{"ddireplay-corpus": 1, "sha256": "", "rules": [], "note": "", "status": 2, "events": 0, "findings": []}'
expect '{"ddireplay-corpus": 1, "sha256": "", "rules": [], "note": "", "status": 0, "events": -1, "findings": []}'
expect '{"ddireplay-corpus": 1, "sha256": "", "rules": [], "note": "", "status": 0, "events": 0, "findings": [{"rule": 62}]}'

# Another trace has the name already.
ddireplay corpus add --whole taken traces/leak.txt traces/timer.txt >added
rm -r taken/leak-*
mv taken/timer-* taken/leak-5f28b50a46b5
ddireplay corpus add --whole taken traces/leak.txt
echo "taken: status $?"
ddireplay corpus run taken
echo "--- some can't be read"
ddireplay corpus add --whole some absent.ddt traces/leak.txt traces
echo "status $?"
