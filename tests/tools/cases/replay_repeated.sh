# Of a defect that repeats the report has the first findings, and says in each form how many more
# there are.
ddireplay replay --rules C4:13 traces/repeated.txt > replay.txt || true
grep -e "^REPEATED" -e "^Findings" replay.txt
ddireplay debug traces/repeated.txt -c '!analyze' | tail -4
