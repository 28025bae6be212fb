# Nothing half-written is left, and what was there before stays.
echo before >out.ddt
printf 'ddireplay-text 1\nnonsense here\n' >bad.txt
ddireplay convert bad.txt out.ddt
echo "status $?"
cat out.ddt
ddireplay convert traces/leak.txt no/such/directory/out.ddt
echo "status $?"
ddireplay convert traces/leak.txt copy.txt
echo "status $?"
ddireplay convert missing.ddt out.txt
echo "status $?"
ls
