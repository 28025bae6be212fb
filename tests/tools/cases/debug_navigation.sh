ddireplay debug traces/timer.txt -c "!analyze; k; g-; p; p-; g #2; k; g; g; g; p; lm; ln Timing+1100"
