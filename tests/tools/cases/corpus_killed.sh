# Wherever add or prune is killed, each entry is there as a whole or not at all.
mkdir new
for ((i = 0; i < 50; ++i)); do
  for name in leak timer clean lossy; do
    { cat traces/$name.txt; echo "# number $i"; } >new/$name$i.txt
  done
done
ddireplay corpus add --whole c traces/timer.txt

count() {
  local -a entries=(c/*)
  echo ${#entries[@]}
}

# killed_at TEST COUNT COMMAND...: as soon as the count of entries is there. In a shell of its own, which
# would say that something was killed.
killed_at() (
  exec 2>/dev/null
  ddireplay corpus "${@:3}" >/dev/null &
  # Without a process more: it would be too late.
  while kill -0 $!; do
    entries=(c/*)
    if test ${#entries[@]} "$1" "$2"; then kill -KILL $!; fi
  done
  true
)

interrupted=0
for at in 2 40 120; do
  killed_at -ge $at add --whole c --always new/*.txt
  if (($(count) < 201)); then interrupted=$((interrupted + 1)); fi
  ddireplay corpus run c >ran || cat ran
done
echo "interrupted: $((interrupted > 0))"
ddireplay corpus add --whole c --always new/*.txt >added
count
killed_at -lt 190 prune c
ddireplay corpus run c >ran || cat ran
ddireplay corpus prune c >pruned
ls -A c | sed 's/[0-9]*-.*//' | sort | uniq -c
ddireplay corpus run c
