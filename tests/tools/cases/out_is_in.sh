# A recording can't be made again: what is written never takes the place of what is read.
ddireplay convert traces/leak.txt leak.ddt
sha256sum leak.ddt >sum
mkdir other && ln leak.ddt other/link.ddt
ddireplay reduce leak.ddt -o leak.ddt
echo "status $?"
ddireplay convert leak.ddt other/link.ddt --range '#2..#5'
echo "status $?"
ddireplay convert leak.ddt ./leak.ddt --redact
echo "status $?"
ddireplay repair leak.ddt -o leak.ddt
echo "status $?"
sha256sum --quiet -c sum && echo untouched
# A link stays one.
mkdir elsewhere
ln -s elsewhere/out.ddt link.ddt
ddireplay convert traces/leak.txt link.ddt
ls elsewhere
test -L link.ddt && ddireplay info link.ddt | grep Events
# What is no file stays what it is.
mkfifo pipe
ddireplay reduce traces/leak.txt -o pipe
echo "status $?"
test -p pipe && ddireplay record nothing.sys -o pipe
echo "status $?"
test -p pipe
