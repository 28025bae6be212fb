# One object, one line; the same whatever the number of threads.
ddireplay replay --rules C4:62 --json traces/leak.txt
ddireplay replay --rules C4:62 --json --threads 2 traces/leak.txt
