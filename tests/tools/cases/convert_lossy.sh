# Of a trace with gaps every way of converting says so by its status; of the text only what is in it.
ddireplay convert traces/lossy.txt lossy.ddt
run convert lossy.ddt lossy.txt
run convert lossy.ddt --range '#1..#3' part.ddt
run convert lossy.ddt --driver Leaky.sys of-driver.ddt
run convert lossy.ddt --redact redacted.ddt
run convert lossy.ddt --range '#1..#3' --redact both.ddt

# Bytes that were changed are found when they are read.
ddireplay convert traces/leak.txt leak.ddt
{ head -c 200 leak.ddt; printf 'X'; tail -c +202 leak.ddt; } >damaged.ddt
run convert damaged.ddt damaged.txt
grep -c '^notice' damaged.txt
run convert damaged.ddt --range '#1..' damaged-part.ddt
run convert damaged.ddt --redact damaged-redacted.ddt

# Of a trace that has its end and lacks symbols alone nothing is less certain, in no form.
{ head -c 2310 leak.ddt; printf 'X'; tail -c +2312 leak.ddt; } >bare.ddt
ddireplay convert bare.ddt bare.txt
ddireplay convert bare.ddt --range '#1..' bare-part.ddt
ddireplay convert bare.ddt --redact bare-redacted.ddt
for trace in bare.ddt bare.txt bare-part.ddt bare-redacted.ddt; do
  ddireplay replay $trace | grep -e Findings -e Recording -e 'is refused'
done

ddireplay convert traces/crashed.txt crashed.ddt
run convert crashed.ddt crashed.txt
grep -c '^notice' crashed.txt
run convert crashed.ddt --range '#1..#2' crashed-part.ddt

# Nothing is said to have been done that wasn't.
run convert traces/leak.txt --redact no/such/directory/out.ddt
run convert traces/leak.txt --redact --json no/such/directory/out.ddt
run convert traces/leak.txt --range '#1..#3' --redact no/such/directory/out.ddt
