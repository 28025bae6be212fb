# What is whole is used, what is missing is said; status 3.
ddireplay convert traces/leak.txt leak.ddt
size=$(stat -c %s leak.ddt)
head -c $((size - 100)) leak.ddt >cut.ddt
ddireplay info --json cut.ddt | grep -o '"complete":[a-z]*'
ddireplay replay --json cut.ddt | grep -o '"rule":"[^"]*"\|"complete":[a-z]*'
echo "status ${PIPESTATUS[0]}"
# Behind the footer nothing can be missing: replay and repair agree.
head -c $((size - 10)) leak.ddt >closed.ddt
ddireplay replay closed.ddt | grep 'trailer\|gaps' | sed -E 's/[0-9]+:/N:/'
echo "status ${PIPESTATUS[0]}"
ddireplay repair closed.ddt -o repaired.ddt | grep 'Nothing'
echo "status ${PIPESTATUS[0]}"
cmp repaired.ddt leak.ddt
{ head -c 200 leak.ddt; printf 'X'; tail -c +202 leak.ddt; } >damaged.ddt
ddireplay replay --json damaged.ddt | grep -o '"complete":[a-z]*'
echo "status ${PIPESTATUS[0]}"
ddireplay info --json damaged.ddt | grep -o '"complete":[a-z]*'
echo "status ${PIPESTATUS[0]}"
# Joined to itself it is the same trace, once.
cat leak.ddt leak.ddt >joined.ddt
ddireplay replay --json joined.ddt | grep -o '"rule":"[^"]*"\|"complete":[a-z]*\|"events":[0-9]*'
ddireplay info joined.ddt | grep 'more than once'
cat damaged.ddt leak.ddt >joined.ddt
ddireplay replay --json joined.ddt | grep -o '"rule":"[^"]*"\|"complete":[a-z]*\|"events":[0-9]*'
# Where something was refused, the report says what may help; what was only lost is gone.
ddireplay replay damaged.ddt | grep repair
ddireplay convert traces/lossy.txt lossy.ddt
ddireplay replay lossy.ddt | grep -c repair
# Of chunks that aren't there nobody knows how many events they had.
head -c $((size - 1000)) leak.ddt >early.ddt
ddireplay dump early.ddt | grep lost
