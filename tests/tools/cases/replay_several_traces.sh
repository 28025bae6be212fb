# The worst status wins, and a trace that can't be read does not keep the others from being replayed.
ddireplay replay --rules C4:62 --json traces/clean.txt traces/leak.txt
echo "status $?"
ddireplay replay --rules C4:62 --json traces/leak.txt traces/lossy.txt
echo "status $?"
ddireplay replay --rules C4:62 --json traces/clean.txt missing.ddt traces/clean.txt
