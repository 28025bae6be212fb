# Two findings; the biography has the timer's initialisation and arming, the block's allocation and free.
ddireplay replay --rules C4:13,C4:15 traces/timer.txt
