// Pool. Wine's allocations come from a heap of its own, and its frees take them back: what is
// supplied here allocates there too, and adds zeroing, failing by exception, and the newer
// routines.
#include "recorder/wine/raise.h"

namespace ddireplay::recorder::wine {
namespace {

// POOL_FLAGS, of ExAllocatePool2.
constexpr ULONG64 kUninitialized = 0x2;
constexpr ULONG64 kRaiseOnFailure = 0x20;
constexpr ULONG64 kNonPaged = 0x40;
constexpr ULONG64 kNonPagedExecute = 0x80;
constexpr ULONG64 kPaged = 0x100;
constexpr ULONG64 kPoolFlag = kNonPaged | kNonPagedExecute | kPaged;
constexpr ULONG64 kRequiredFlagsEnd = 0x100000000;  // from here on, unknown flags are ignored
constexpr ULONG64 kKnownRequiredFlags = 0x3ff;

// Bits of POOL_TYPE. Quota allocations raise unless they say that they don't; others don't unless
// they say so.
constexpr ULONG kPoolTypeQuotaFailInsteadOfRaise = 8;
constexpr ULONG kPoolTypeRaise = 16;
constexpr ULONG kPoolTypeZero = 1024;

// On Windows these are macros' arguments (POOL_EXTENDED_PARAMETER); none changes what is allocated.
using ExtendedParameters = const void*;

PVOID allocate(SIZE_T bytes, ULONG tag, bool zero, bool raise) {
  PVOID block = ExAllocatePoolWithTag(NonPagedPool, bytes, tag);
  if (block == nullptr && raise) raise_status(STATUS_INSUFFICIENT_RESOURCES);
  if (block != nullptr && zero) RtlZeroMemory(block, bytes);
  return block;
}

bool are_valid(ULONG64 flags) {
  const ULONG64 pool = flags & kPoolFlag;
  const bool names_one_pool = pool == kNonPaged || pool == kNonPagedExecute || pool == kPaged;
  return names_one_pool && (flags & (kRequiredFlagsEnd - 1) & ~kKnownRequiredFlags) == 0;
}

PVOID allocate_by_flags(ULONG64 flags, SIZE_T bytes, ULONG tag) {
  const bool raise = (flags & kRaiseOnFailure) != 0;
  if (!are_valid(flags)) {
    if (raise) raise_status(STATUS_INVALID_PARAMETER);
    return nullptr;
  }
  return allocate(bytes, tag, (flags & kUninitialized) == 0, raise);
}

PVOID allocate_by_type(ULONG type, SIZE_T bytes, ULONG tag) {
  return allocate(bytes, tag, (type & kPoolTypeZero) != 0, (type & kPoolTypeRaise) != 0);
}

PVOID allocate_with_quota(ULONG type, SIZE_T bytes, ULONG tag) {
  return allocate(bytes, tag, (type & kPoolTypeZero) != 0,
                  (type & kPoolTypeQuotaFailInsteadOfRaise) == 0);
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" PVOID supplied_ExAllocatePool2(ULONG64 Flags, SIZE_T NumberOfBytes, ULONG Tag) {
  return allocate_by_flags(Flags, NumberOfBytes, Tag);
}

extern "C" PVOID supplied_ExAllocatePool3(ULONG64 Flags, SIZE_T NumberOfBytes, ULONG Tag,
                                          ExtendedParameters, ULONG) {
  return allocate_by_flags(Flags, NumberOfBytes, Tag);
}

extern "C" void supplied_ExFreePool2(PVOID P, ULONG Tag, ExtendedParameters, ULONG) {
  ExFreePoolWithTag(P, Tag);
}

extern "C" PVOID supplied_ExAllocatePool(ULONG PoolType, SIZE_T NumberOfBytes) {
  return allocate_by_type(PoolType, NumberOfBytes, kPoolTag);
}

extern "C" PVOID supplied_ExAllocatePoolWithTag(ULONG PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
  return allocate_by_type(PoolType, NumberOfBytes, Tag);
}

extern "C" PVOID supplied_ExAllocatePoolWithTagPriority(ULONG PoolType, SIZE_T NumberOfBytes,
                                                        ULONG Tag, EX_POOL_PRIORITY) {
  return allocate_by_type(PoolType, NumberOfBytes, Tag);
}

extern "C" PVOID supplied_ExAllocatePoolWithQuota(ULONG PoolType, SIZE_T NumberOfBytes) {
  return allocate_with_quota(PoolType, NumberOfBytes, kPoolTag);
}

extern "C" PVOID supplied_ExAllocatePoolWithQuotaTag(ULONG PoolType, SIZE_T NumberOfBytes,
                                                     ULONG Tag) {
  return allocate_with_quota(PoolType, NumberOfBytes, Tag);
}
