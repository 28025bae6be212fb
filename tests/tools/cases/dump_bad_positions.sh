# Each is wrong usage, and said so in one line.
for arguments in '--from #x' '--from 0' '--from #9 --to #8' '--from #12' '--thread main'; do
  ddireplay dump traces/leak.txt $arguments
  echo "status $?"
done
