ddireplay info traces/leak.txt
ddireplay info --json traces/leak.txt
ddireplay info traces/lossy.txt
