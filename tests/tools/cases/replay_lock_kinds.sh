# A lock that is acquired, and released, as what it is not is called what it is.
ddireplay debug traces/lock_kinds.txt -c '!analyze'
