# What can't be answered says why, and what to do.
cat >two.txt <<'TEXT'
ddireplay-text 1
module My.sys base=0x9a3be000 size=0x6000 target
ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0x8645a000
ExFreePoolWithTag P=0x8645a000 Tag='mdrv'
ExFreePoolWithTag P=0x8645a000 Tag='mdrv'
ExAllocatePoolWithTag NumberOfBytes=0 Tag='mdrv' return=0x8645d000
TEXT
check() {
  "$@" >/dev/null
  echo "status $?: ${*:2}"
}
check ddireplay bisect two.txt
check ddireplay bisect two.txt --finding ffff
check ddireplay bisect two.txt --finding no-such-rule
check ddireplay bisect traces/clean.txt
check ddireplay bisect absent.ddt
echo garbage >garbage.ddt
check ddireplay bisect garbage.ddt
check ddireplay bisect traces/lossy.txt
check ddireplay bisect
mkdir empty
check ddireplay bisect empty
