# No finding of any rule, status 0.
ddireplay replay traces/clean.txt >report
echo "status $?"
grep -v ' seen ' report | grep -v '^Rules armed'
