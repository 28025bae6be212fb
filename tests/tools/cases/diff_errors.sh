# Wrong usage, and what is no trace.
ddireplay diff traces/diff_good.txt || echo "status $?"
ddireplay diff traces/diff_good.txt traces/absent.txt || echo "status $?"
ddireplay diff traces/diff_good.txt here/diff_errors.sh || echo "status $?"
ddireplay diff --width 3 traces/diff_good.txt traces/diff_bad.txt || echo "status $?"
ddireplay diff --rules C4:nonsense traces/diff_good.txt traces/diff_bad.txt || echo "status $?"
