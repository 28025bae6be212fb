# Whose it is can't be seen any more; what is wrong can.
ddireplay convert traces/leak.txt --redact -
echo "status $?"
ddireplay convert traces/leak.txt --redact --json redacted.ddt
ddireplay convert traces/leak.txt --redact --keep-tags - 2>&1 | grep -o "Tag='[^']*'" | sort -u
ddireplay replay redacted.ddt | grep -E '^(Arg1|Arg4|OBJECT)'
echo "before:"
ddireplay replay traces/leak.txt | grep -E '^(Arg1|Arg4|OBJECT)'
# A reduced trace proves its finding all the same.
ddireplay reduce traces/leak.txt -o small.ddt
ddireplay convert small.ddt --redact hidden.txt
grep '^derived' hidden.txt
ddireplay replay hidden.txt | grep -c unknown
# Where damage has taken that finding away, what is left is as uncertain as it was.
ddireplay convert small.ddt small.txt
sed -i 's/^\(derived .*\)finding [0-9a-f]*\(.*\)finding=0x[0-9a-f]*/\1finding eeeeeeeeeeeeeeee\2finding=0xeeeeeeeeeeeeeeee/' small.txt
ddireplay convert small.txt --redact hidden.txt
grep '^derived' hidden.txt
ddireplay replay hidden.txt | grep -c VERDICT:.*unknown
ddireplay convert traces/leak.txt --json none.ddt
echo "status $?"
ddireplay convert traces/leak.txt --keep-tags none.ddt
echo "status $?"
