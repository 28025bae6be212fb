# What ended a recording comes first, and the verdict has gaps.
ddireplay info traces/crashed.txt
ddireplay info traces/crashed.txt --json
ddireplay replay traces/crashed.txt
