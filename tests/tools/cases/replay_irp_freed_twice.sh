# What is no IRP any more, and what never was one.
ddireplay debug traces/irp_freed_twice.txt -c '!analyze'
