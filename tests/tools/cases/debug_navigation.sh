echo "as people type them"
ddireplay debug traces/timer.txt -c "g #2; K 1; kb 1; lm m tim*; lm m nothing; exit; p"
ddireplay debug traces/timer.txt -c "!analyze; k; g-; p; p-; g #2; k; g; g; g; p; lm; ln Timing+1100"
