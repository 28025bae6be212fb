# A recording is like itself: status 0.
ddireplay diff --rules C4:62 traces/diff_good.txt traces/diff_good.txt
