# An output without a name is wrong usage, whatever would have been written; nothing is done.
ddireplay convert traces/leak.txt leak.ddt
run convert leak.ddt ''
run convert traces/leak.txt ''
run convert leak.ddt --redact ''
run repair leak.ddt -o ''
run reduce leak.ddt -o ''
run corpus add '' leak.ddt
run corpus run here/.. --junit ''
ls -A
