# Commands on standard input are answered as those of -c are.
printf 'g #4\nk; p\n\nq\nlm\n' | ddireplay debug traces/leak.txt
