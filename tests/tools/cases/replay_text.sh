# A leak: one finding, its history, status 1.
ddireplay replay traces/leak.txt
