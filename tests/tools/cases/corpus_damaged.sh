# A trace that was recorded as damaged is expected to be so.
# Digest and size of a binary trace change with the library that compresses it.
{
ddireplay convert traces/leak.txt leak.ddt
size=$(stat -c %s leak.ddt)
head -c $((size - 100)) leak.ddt >cut.ddt
{ head -c 200 leak.ddt; printf 'X'; tail -c +202 leak.ddt; } >damaged.ddt
echo 'this is no trace' >prose
: >empty
ddireplay corpus add --whole c cut.ddt prose
echo "status $?"
ddireplay corpus add --whole c --always damaged.ddt prose empty
echo "status $?"
ddireplay corpus run c
echo "status $?"
ddireplay corpus list c
grep -h '"status"' c/*/expected.json
sed -i 's/"status": 4/"status": 0/' c/prose-*/expected.json
ddireplay corpus run c
echo "status $?"
} | sed -E 's/-[0-9a-f]{12}/-DIGEST/g; s/^(bytes +)[0-9]+$/\1N/; s/[0-9]+ bytes/N bytes/'
