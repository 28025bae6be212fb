# A leak, reduced to what it needs; what that says of itself afterwards.
ddireplay reduce traces/leak.txt -o small.txt
echo "status $?"
cat small.txt
ddireplay reduce traces/leak.txt -o small.ddt
ddireplay convert small.ddt again.txt
cmp small.txt again.txt && echo "the same as text"
ddireplay reduce small.ddt -o smaller.txt
cmp small.txt smaller.txt && echo "the same again"
ddireplay replay small.ddt | sed -n '/^Recording:/,$p'
ddireplay replay small.ddt --json | grep -o '"derivation":{[^}]*}'
ddireplay info small.ddt | grep -A 3 '^Recording:'
