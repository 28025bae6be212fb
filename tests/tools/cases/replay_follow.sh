# A trace that is still being written: the report and the status are those of the finished one.
ddireplay convert traces/leak.txt whole.ddt
size=$(stat -c %s whole.ddt)

# Written in pieces under the lock of a recording, which then gives it its name.
write_pieces() {
  local at=0 piece
  for piece in 10 60 200 100000; do
    tail -c +$((at + 1)) whole.ddt | head -c "$piece" >>out.ddt.partial
    at=$((at + piece))
    sleep 0.05
  done
  mv out.ddt.partial out.ddt
}
: >out.ddt.partial
(
  flock 9
  write_pieces
) 9<out.ddt.partial &
ddireplay replay --follow out.ddt >followed 2>talk
echo "status $?"
wait
cp whole.ddt out.ddt
ddireplay replay out.ddt >replayed
cmp followed replayed && echo "the same report"

echo "--- JSON of one that is finished"
ddireplay replay --follow --json out.ddt 2>/dev/null | cmp - <(ddireplay replay --json out.ddt) && echo "the same"

echo "--- its writer is gone"
head -c $((size - 100)) whole.ddt >gone.ddt.partial
ddireplay replay --follow gone.ddt >followed 2>/dev/null
echo "status $?"
cp gone.ddt.partial gone.ddt
ddireplay replay gone.ddt | cmp - followed && echo "the same report"

echo "--- Ctrl-C"
head -c $((size - 100)) whole.ddt >held.ddt.partial
exec 8<held.ddt.partial
flock 8
timeout --preserve-status -s INT 0.5 ddireplay replay --follow held.ddt >followed 8<&-
echo "status $?"
grep -c SUMMARY followed
exec 8<&-

echo "--- a copy that nobody writes"
timeout --preserve-status -s INT 0.5 ddireplay replay --follow gone.ddt >followed
echo "status $?"

echo "--- nothing there"
ddireplay replay --follow no/such/directory.ddt
echo "status $?"
ddireplay replay --follow ''
echo "status $?"
timeout --preserve-status -s INT 0.3 ddireplay replay --follow none.ddt
echo "status $?"

echo "--- no trace"
ddireplay replay --follow traces/leak.txt
echo "status $?"
ddireplay replay --follow whole.ddt out.ddt
echo "status $?"
