# A report that can't be written is an error.
ddireplay replay traces/leak.txt >/dev/full
echo "status $?"
ddireplay replay traces/leak.txt >&-
echo "status $?"
ddireplay convert traces/leak.txt a.ddt
ddireplay convert a.ddt - >/dev/full
