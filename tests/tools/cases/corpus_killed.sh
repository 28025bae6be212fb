# Wherever add or prune is killed, each entry is there as a whole or not at all.
mkdir traces_here
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
  for name in leak timer clean lossy; do
    { cat traces/$name.txt; echo "# number $i"; } >traces_here/$name$i.txt
  done
done
# In a shell of its own, which would say that something was killed.
until_killed() (
  exec >/dev/null 2>&1
  timeout -s KILL "$1" ddireplay corpus "${@:2}"
  true
)

ddireplay corpus add c traces/timer.txt
for delay in 0.002 0.004 0.006 0.008 0.01 0.015 0.02 0.03; do
  until_killed $delay add c --always traces_here/*.txt
  ddireplay corpus run c >ran || cat ran
  until_killed $delay prune c
  ddireplay corpus run c >ran || cat ran
done
ddireplay corpus add c --always traces_here/*.txt >added
ls -A c | wc -l
ddireplay corpus run c
