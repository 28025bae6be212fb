# What has its defects elsewhere goes; what must stay silent stays.
{ cat traces/leak.txt; echo '# larger'; } >larger.txt
ddireplay corpus add --whole c --always larger.txt traces/leak.txt traces/clean.txt traces/timer.txt traces/lossy.txt
ddireplay corpus prune c --dry-run
ls c
ddireplay corpus prune c
ls c
ddireplay corpus prune c
ddireplay corpus run c
