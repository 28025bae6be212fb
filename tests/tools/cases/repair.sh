# What is left of a trace becomes a trace; what is lost is said, and where.
ddireplay convert traces/leak.txt leak.ddt
size=$(stat -c %s leak.ddt)

run repair leak.ddt -o same.ddt
cmp leak.ddt same.ddt && echo "the same bytes"
head -c $((size - 10)) leak.ddt >no-index.ddt
run repair no-index.ddt -o same.ddt
cmp leak.ddt same.ddt && echo "the same bytes"

head -c $((size - 1000)) leak.ddt >cut.ddt
run repair cut.ddt -o cut-repaired.ddt
run info cut-repaired.ddt | grep -e Recording -e Condition -e status
{ head -c 200 leak.ddt; printf 'X'; tail -c +202 leak.ddt; } >damaged.ddt
run repair damaged.ddt -o damaged-repaired.ddt
run replay damaged-repaired.ddt | grep -e Findings -e status
run repair damaged-repaired.ddt -o again.ddt

{ head -c 777 /dev/zero; tail -c +65 leak.ddt; head -c 99 leak.ddt; } >dump
run repair dump -o carved.ddt
run repair --carve dump -o carved.ddt
cmp leak.ddt carved.ddt && echo "the same bytes"
run repair --carve damaged.ddt dump -o carved.ddt
sed "s/^machine /&id=0x77777 /" traces/timer.txt >timer.txt
ddireplay convert timer.txt timer.ddt
cat timer.ddt >>dump
run repair --carve dump -o other.ddt
run repair --carve dump --trace xyz -o other.ddt
run repair --carve dump --trace 78 -o other.ddt
run repair --carve dump --trace 77777 -o other.ddt

# Of files that were joined the first is the trace, and it is said that there is another.
cat leak.ddt timer.ddt >joined.ddt
run repair joined.ddt -o first.ddt
cmp leak.ddt first.ddt && echo "the same bytes"
run info joined.ddt | grep -e 'another trace'
cat cut.ddt timer.ddt >joined.ddt
run repair joined.ddt -o first.ddt

# While it is written OUT has another name, which may be that of what is read.
cp damaged.ddt wanted.ddt.partial
run repair wanted.ddt.partial -o wanted.ddt
cmp damaged.ddt wanted.ddt.partial && echo untouched
rm wanted.ddt.partial

echo old >kept.ddt
echo "no trace" >nothing.ddt
run repair nothing.ddt -o kept.ddt
run repair leak.ddt -o nowhere/out.ddt
cat kept.ddt
ls *.partial 2>/dev/null || echo "no partial file is left"
