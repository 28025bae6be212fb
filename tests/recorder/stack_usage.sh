#!/usr/bin/env bash
# stack_usage.sh THUNK.S OBJECT_DIR [LIMIT]: how much of a driver's stack the recorder takes at most.
#
# A kernel stack has 24 KiB, and the recorder comes on top of whatever the driver and its callers
# have there already: the thunk's frame and the deepest chain of calls below it may take 1 KiB. The
# chains are those of the call graphs that GCC writes beside the objects (-fcallgraph-info=su).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
readonly thunk=$1 objects=$2 limit=${3-1024}

# What happens at PASSIVE_LEVEL only, when the hooked routine has returned: MmGetSystemRoutineAddress,
# DriverEntry, DriverUnload. What these had on the stack themselves was more.
readonly passive_limit=2048
readonly passive=(
  _ZN9ddireplay8recorder8Recorder21hook_resolved_routineERNS0_9CallFrameERKNS0_8HookSlotE
  _ZN9ddireplay8recorder8platform20driver_entry_reachedEty
  _ZN9ddireplay8recorder8platform21driver_entry_returnedEtyb
  _ZN9ddireplay8recorder8platform15unload_returnedEt
)

# Under Wine, a driver's threads have stacks of user mode, of a megabyte.
readonly wine_only=9ddireplay8recorder4wine

readonly kernel_any_level=(
  IoGetCurrentProcess IoGetStackLimits KeAreAllApcsDisabled KeAreApcsDisabled
  KeGetCurrentProcessorNumberEx MmIsAddressValid PsGetCurrentThreadId RtlCaptureContext
  RtlLookupFunctionEntry RtlPcToFileHeader RtlVirtualUnwind
)
# An indirect call is one of a kernel routine that not every kernel has.
readonly kernel_passive=(
  __indirect_call
  ExAcquireResourceSharedLite ExReleaseResourceLite KeEnterCriticalRegion
  KeLeaveCriticalRegion KeSetEvent KeWaitForSingleObject MmMapLockedPagesSpecifyCache
  MmProbeAndLockPages MmProtectMdlSystemAddress MmUnlockPages MmUnmapLockedPages
  ObfDereferenceObject ObfReferenceObject RtlInitUnicodeString MmGetSystemRoutineAddress
  ZwFreeVirtualMemory
)

# number NAME: a constant of the thunk's source.
number() { echo $(($(sed -n "s/^ *\.equ *$1, *\(0x[0-9a-f]*\)$/\1/p" "$thunk"))); }
# frame_of ROUTINE: bytes of an assembly routine's frame and return address.
frame_of() {
  echo $(($(sed -n "/^$1:/,/\.seh_endprologue/s/^ *subq *\\$\(0x[0-9a-f]*\), %rsp$/\1/p" "$thunk") + 8))
}

assembly=
for routine in ddirec_guarded_read ddirec_guarded_write ddirec_guarded_replace; do
  assembly+=" $routine=$(frame_of "$routine")"
done
thunk_frame=$(($(number FRAME_BYTES) + 8))

# check LIMIT ABOVE ROOTS CUT OUTSIDE
check() {
  cat "$objects"/*.ci | awk -f stack_usage.awk -v limit="$1" -v above="$2" -v roots="$3" \
    -v cut="$4" -v outside="$5" -v assembly="$assembly"
}

failed=0
check "$limit" "$thunk_frame" "ddirec_on_entry ddirec_on_exit ddirec_on_unwind" \
  "$wine_only ${passive[*]}" "${kernel_any_level[*]}" || failed=1
check "$passive_limit" "$thunk_frame" "${passive[*]}" "$wine_only" \
  "${kernel_any_level[*]} ${kernel_passive[*]}" || failed=1
exit $failed
