# By id, by slug, several with commas between.
ddireplay replay --json --rules C4:62 traces/leak.txt
echo "status $?"
ddireplay replay --json --rules pool-zero-bytes,C4:13 traces/leak.txt
echo "status $?"
ddireplay replay --rules C4:62,C4:NONE traces/leak.txt
