# All that a trace knows of a module: its build, as its image states it, and whose symbols it has.
cat >two.txt <<'END'
ddireplay-text 1
machine pointer=8 processors=1 build=19045 clock=10000000 irql=hardware host=windows
module Leaky.sys base=0xfffff80012340000 size=0x6000 timestamp=0x5f3e1a2b checksum=0x1234 pdb="d:\leaky\Leaky.pdb" guid=00112233-4455-6677-8899-aabbccddeeff age=3 target
module LeakyLib.sys base=0xfffff80020000000 size=0x8000
symbol Leaky.sys+0x1000 size=0x70 ReadConfig
cb:ImageLoad ImageBase=Leaky.sys ImageSize=0x6000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x10 Tag='Leak' return=0xffffa00000001010 [Leaky.sys+0x1012 LeakyLib.sys+0x10]
end reason=stopped
END
ddireplay debug two.txt -c "lmvm leaky; lmvm leaky*; LMV; lm v m LeakyLib; lmm leaky; lmvm nothing"
ddireplay debug two.txt -c "lmvm; lmt; lm m; lm v Leaky; lmvm Leaky Lib"
echo "status $?"
