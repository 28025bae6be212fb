# What was lost may be why they differ: status 3.
ddireplay diff --rules C4:62 traces/leak.txt traces/lossy.txt
