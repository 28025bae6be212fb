ddireplay dump traces/leak.txt
echo "status $?"
ddireplay dump traces/timer.txt
echo "status $?"
ddireplay dump traces/lossy.txt
