# Two builds on two machines: the first divergence, both stacks, what only one has.
ddireplay diff --rules C4:62 traces/diff_good.txt traces/diff_bad.txt
