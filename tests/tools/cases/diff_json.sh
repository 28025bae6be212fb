# One object, on one line.
ddireplay diff --rules C4:62 --json --all traces/diff_good.txt traces/diff_bad.txt
