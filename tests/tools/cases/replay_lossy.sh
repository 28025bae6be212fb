# The leak may be explained by what was lost: the verdict is unknown, status 3.
ddireplay replay --rules C4:62 traces/lossy.txt
