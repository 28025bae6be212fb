# Status 2; --help and --version are none.
ddireplay
echo "status $?"
ddireplay nonsense
echo "status $?"
ddireplay replay
echo "status $?"
ddireplay replay --nonsense traces/leak.txt
echo "status $?"
ddireplay replay --threads 0 traces/leak.txt
echo "status $?"
ddireplay replay --help >/dev/null
echo "status $?"
ddireplay --version
