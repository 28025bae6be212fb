# Every divergence, in a narrow terminal: one stack below the other.
ddireplay diff --rules C4:62 --all --width 72 traces/diff_good.txt traces/diff_bad.txt
