# A corpus that can't be written to can still be run; what would change it says so and changes nothing.
ddireplay corpus add --whole c traces/leak.txt >added
sed -i 's/"events": [0-9]*/"events": 3/' c/*/expected.json
chmod -R a-w c
# Root may write anywhere, unless that right is taken.
without_rights=()
if [[ $(id -u) -eq 0 ]]; then
  without_rights=(setpriv --bounding-set=-dac_override,-dac_read_search --)
fi
try() {
  "${without_rights[@]}" ddireplay corpus "$@"
  echo "status $?"
}
try run c
try run c --update
try add c traces/timer.txt
try prune c --dry-run
chmod -R u+w c
ls -A c
