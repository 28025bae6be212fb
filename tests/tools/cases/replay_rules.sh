# By id, by slug, several with commas between; a bug check; an option of Driver Verifier.
ddireplay replay --json --rules C4:62 traces/leak.txt
echo "status $?"
ddireplay replay --json --rules pool-zero-bytes,C4:13 traces/leak.txt
echo "status $?"
ddireplay replay --json --rules "option:pool tracking" traces/leak.txt
ddireplay replay --json --rules C7 traces/leak.txt
ddireplay replay --rules option:nothing traces/leak.txt
ddireplay replay --rules pool-leak-at-unlaod traces/leak.txt
ddireplay replay --rules C4:622 traces/leak.txt
ddireplay replay --rules C4:62,C4:NONE traces/leak.txt
