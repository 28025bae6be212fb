# What is not as it was recorded is told by name, with what was expected and what is seen.
ddireplay corpus add --whole c --always --note 'kept by --update' traces/leak.txt traces/timer.txt traces/clean.txt traces/lossy.txt
ddireplay corpus run c
echo "status $?"
cp -r c right

leak=$(echo c/leak-*/expected.json)
sed -i 's/"position": 10/"position": 11/' "$leak"
sed -i 's/"fingerprint": "\(.*\)"/"fingerprint": "0123456789abcdef"/; s/"events": [0-9]*/"events": 3/' c/timer-*/expected.json
sed -i 's/"verdict": "unknown"/"verdict": "violation"/' c/lossy-*/expected.json
sed -i 's/"status": 0/"status": 1/' c/clean-*/expected.json
ddireplay corpus run c --threads 1 --junit one.xml --json >one.json
ddireplay corpus run c --threads 8 --junit many.xml --json >many.json
echo "status $?"
cmp one.json many.json && cmp one.xml many.xml
cat one.json one.xml
ddireplay corpus run c --update
echo "status $?"
diff -r c right
ddireplay corpus run c --update
echo "status $?"
