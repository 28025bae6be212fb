# The event that made a finding inevitable: by siblings, by the last mention, by shape.
cat >leak.txt <<'TEXT'
ddireplay-text 1
machine irql=hardware
module My.sys base=0xfffff8009a3be000 size=0x6000 target
symbol My.sys+0x1000 size=0x100 Read
symbol My.sys+0x1100 size=0x100 Dispatch
stack s1 My.sys+0x1010 My.sys+0x1110
stack s2 My.sys+0x1020 My.sys+0x1120
stack s3 My.sys+0x1130
ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='once' return=0xffffa0000004f000 s3
KeSetEvent Event=0xffffa0000004f000
repeat 41 {
  > cb:Dispatch Irp=0xffffa00000070000 StackLocation=0xffffa00000060000 Major=14 Parameter3=0x222003
  ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0xffffa0000004a000 s1
  ExFreePoolWithTag P=0xffffa0000004a000 Tag='mdrv' s2
  IofCompleteRequest Irp=0xffffa00000070000 StackLocation=0xffffa00000060000 s3
  < cb:Dispatch Irp=0xffffa00000070000 StackLocation=0xffffa00000060000 return=0
}
> cb:Dispatch Irp=0xffffa00000071000 StackLocation=0xffffa00000060000 Major=14 Parameter3=0x222003
ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0xffffa0000004b000 s1
IofCompleteRequest Irp=0xffffa00000071000 StackLocation=0xffffa00000060000 s3
< cb:Dispatch Irp=0xffffa00000071000 StackLocation=0xffffa00000060000 return=0
cb:ImageUnload ImageBase=0xfffff8009a3be000 ImageSize=0x6000
TEXT
ddireplay bisect leak.txt
echo "status $?"

cat >twice.txt <<'TEXT'
ddireplay-text 1
machine irql=hardware
module My.sys base=0xfffff8009a3be000 size=0x6000 target
ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0xffffa0000004a000
ExFreePoolWithTag P=0xffffa0000004a000 Tag='mdrv'
ExFreePoolWithTag P=0xffffa0000004a000 Tag='mdrv'
irql0 KeRaiseIrqlToDpcLevel return=0
irql2 ExAllocatePoolWithTag PoolType=1 NumberOfBytes=1 Tag='mdrv' return=0xffffa0000004c000
irql2 ExFreePoolWithTag P=0xffffa0000004c000 Tag='mdrv'
irql2 KeLowerIrql NewIrql=0
ExAllocatePoolWithTag NumberOfBytes=0 Tag='mdrv' return=0xffffa0000004d000
ExFreePoolWithTag P=0xffffa0000004d000 Tag='mdrv'
TEXT
for finding in C4:13 C4:1 pool-zero-bytes; do
  ddireplay bisect twice.txt --finding $finding
  echo "status $?"
done
ddireplay bisect twice.txt --finding C4:13 --json

# Begun where no request and no callback was, and like nothing that was freed.
cat >alone.txt <<'TEXT'
ddireplay-text 1
module My.sys base=0xfffff8009a3be000 size=0x6000 target
stack s1 My.sys+0x1010
ExAllocatePoolWithTag NumberOfBytes=0x20 Tag='once' return=0xffffa0000004f000 s1
> cb:Dispatch Irp=0xffffa00000070000 StackLocation=0xffffa00000060000 Major=3
ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0xffffa0000004a000 s1
ExFreePoolWithTag P=0xffffa0000004a000 Tag='mdrv'
< cb:Dispatch Irp=0xffffa00000070000 StackLocation=0xffffa00000060000 return=0
cb:ImageUnload ImageBase=0xfffff8009a3be000 ImageSize=0x6000
TEXT
ddireplay bisect alone.txt --finding C4:62
