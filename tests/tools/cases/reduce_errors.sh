# What can't be reduced, with what could; nothing is left behind.
ddireplay reduce traces/clean.txt -o out.ddt
echo "status $?"
ddireplay reduce traces/timer.txt -o out.ddt
echo "status $?"
ddireplay reduce traces/timer.txt --finding 12345 -o out.ddt
echo "status $?"
ddireplay reduce traces/timer.txt -o -
echo "status $?"
ddireplay reduce missing.ddt -o out.ddt
echo "status $?"
ddireplay reduce traces/leak.txt -o no/such/directory/out.ddt
echo "status $?"
ls
ddireplay reduce traces/timer.txt --finding abc -o out.ddt
echo "status $?"
ddireplay reduce traces/timer.txt --finding 4a -o out.ddt
echo "status $?"
ddireplay reduce traces/timer.txt --finding C4:62 -o out.ddt
echo "status $?"
ddireplay reduce traces/timer.txt --finding 0XE0AE -o by_digits.txt
ddireplay reduce traces/timer.txt --finding c4:15 -o by_rule.txt
cmp by_digits.txt by_rule.txt
