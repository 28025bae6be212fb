ddireplay dump traces/leak.txt --from '#3' --to 4
echo "--ddi"
ddireplay dump traces/leak.txt --ddi exfreepoolwithtag
echo "--thread, --json"
ddireplay dump traces/leak.txt --thread 0x1a4 --from 8 --to 9 --json
ddireplay dump traces/leak.txt --thread 'ffffe000`12345678'
echo "status $?"
ddireplay dump traces/leak.txt --ddi NoSuchFunction
ddireplay dump traces/leak.txt --ddi exfreepolwithtag
ddireplay dump traces/leak.txt --ddi ExFreePool
echo "patterns, and a callback without its cb:"
ddireplay dump traces/leak.txt --ddi 'ex*pool*' --ddi cb:Unload --from 5
ddireplay dump traces/leak.txt --ddi Unload
