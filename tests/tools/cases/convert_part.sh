# A range, with what it begins in; what it and the reports say of that.
ddireplay convert traces/leak.txt --range '#5..#8' -
echo "status $?"
ddireplay convert traces/leak.txt --range '#5..' part.ddt
ddireplay replay part.ddt | grep -A 4 '^Recording:'
ddireplay info part.ddt --json | grep -o '"derivation":{[^}]*}'
ddireplay convert traces/leak.txt --driver leaky all.txt
echo "status $?"
ddireplay convert traces/leak.txt --driver Other.sys none.ddt
echo "status $?"
ddireplay convert traces/leak.txt --range 5 none.ddt
echo "status $?"
ddireplay convert traces/leak.txt --range '#50..' none.ddt
echo "status $?"
ls
