# Without its file header a trace doesn't say what its host was: nothing is reported that rests on it.
for host in windows wine; do
  cat >trace.txt <<EOF
ddireplay-text 1
machine pointer=8 processors=1 irql=virtualised host=$host
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
> cb:DriverEntry DriverObject=0x51000
ExAllocatePoolWithTag PoolType=0x200 NumberOfBytes=0x40 Tag='Left' return=0x61000
KeSetEvent Event=0x7ff000
> KeSetTimer Timer=Test.sys+0x4000 DueTime=-10000000
@+10000000 KeSetEvent Event=Test.sys+0x5000
< cb:DriverEntry DriverObject=0x51000 return=0
> cb:Unload DriverObject=0x51000
< cb:Unload DriverObject=0x51000
cb:ImageUnload ImageBase=Test.sys ImageSize=0x8000
cb:Stopped Reason=0
end reason=stopped
EOF
  ddireplay convert trace.txt whole.ddt
  echo "whole, of $host:"
  ddireplay replay whole.ddt | grep -e RULE:
  tail -c +65 whole.ddt >headless
  ddireplay repair --carve headless -o carved.ddt
  ddireplay info carved.ddt | grep -e Host: -e IRQL:
  ddireplay info carved.ddt --json | grep -o -e '"irql_source":"[^"]*"' -e '"host":"[^"]*"'
  ddireplay convert carved.ddt - | grep ^machine
  ddireplay replay carved.ddt | grep -e RULE:
done
