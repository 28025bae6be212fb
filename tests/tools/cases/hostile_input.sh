# Pipes, devices, holes and pages that vanish: one clear line, status 4, and nothing left behind.
ddireplay convert traces/leak.txt leak.ddt
mkfifo pipe
truncate -s 8G zeros
{ echo ddireplay-text 1; } >endless && truncate -s 8G endless
for input in pipe zeros endless; do
  for command in replay info dump; do
    timeout 20 ddireplay $command $input
    echo "$command $input: status $?"
  done
  timeout 20 ddireplay convert $input out
  echo "convert $input: status $?"
done
for out in /dev/full /dev/null . pipe; do
  timeout 20 ddireplay convert leak.ddt $out
  echo "convert to $out: status $?"
done
# Neither name nor newline nor option-like word is taken for more than a name.
cp leak.ddt ./--json
cp leak.ddt $'two\nlines %s'
ddireplay info ./--json >/dev/null
echo "status $?"
ddireplay info $'two\nlines %s' >/dev/null
echo "status $?"
# A full disk: the old file stays. What is said goes through a pipe, since files are limited.
full() {
  (ulimit -f 1; trap '' XFSZ; ddireplay "$@" 2>&1) | cat
  echo "status ${PIPESTATUS[0]}"
}
echo old >old.txt
full convert leak.ddt old.txt
cat old.txt
echo old >old.ddt
full convert traces/timer.txt old.ddt
cat old.ddt
ls *.partial 2>/dev/null || echo nothing is left
# A trace that is shortened once it has been opened, which is when the greeting is said.
shorten() {
  until grep -q commands greeting 2>/dev/null; do sleep 0.05; done
  : >leak.ddt
  echo g
}
shorten | timeout 20 ddireplay debug leak.ddt 2>greeting
echo "status ${PIPESTATUS[1]}"
tail -n 2 greeting
