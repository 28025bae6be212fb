# What a corpus keeps of a trace is, for each defect that it shows, the few events that show it.
ddireplay corpus add made/by/add traces/leak.txt traces/timer.txt
echo "status $?"
ddireplay corpus list made/by/add
grep -h '^derived' made/by/add/*/trace.txt
ddireplay corpus add made/by/add traces/leak.txt
ddireplay corpus run made/by/add
echo "status $?"
