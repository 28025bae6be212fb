# Text to binary to text to binary: the binary traces are the same, byte for byte, and so are the texts.
for trace in leak lossy timer; do
  ddireplay convert traces/$trace.txt a.ddt
  ddireplay convert a.ddt a.txt
  ddireplay convert a.txt b.ddt
  ddireplay convert b.ddt - >b.txt
  cmp a.ddt b.ddt
  cmp a.txt b.txt
done
cat a.txt
ls ./*.partial 2>/dev/null || true
