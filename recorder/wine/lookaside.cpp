// LOOKASIDE_LIST_EX. Taking and giving back is inline in drivers, on an SLIST that Wine has; what
// is supplied is the list's setting up, its routines, and emptying it.
#include "recorder/wine/host_routines.h"
#include "recorder/wine/raise.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr USHORT kMinimumDepth = 4;  // at which Windows starts, and to which ours stays
constexpr USHORT kMaximumDepth = 256;

PVOID NTAPI allocate(POOL_TYPE type, SIZE_T bytes, ULONG tag, PLOOKASIDE_LIST_EX) {
  return ExAllocatePoolWithTag(type, bytes, tag);
}

PVOID NTAPI allocate_or_raise(POOL_TYPE type, SIZE_T bytes, ULONG tag, PLOOKASIDE_LIST_EX) {
  PVOID block = ExAllocatePoolWithTag(type, bytes, tag);
  if (block == nullptr) raise_status(STATUS_INSUFFICIENT_RESOURCES);
  return block;
}

void NTAPI release(PVOID block, PLOOKASIDE_LIST_EX) { ExFreePool(block); }

void flush(PLOOKASIDE_LIST_EX lookaside) {
  PSLIST_ENTRY entry = ExpInterlockedFlushSList(&lookaside->L.ListHead);
  while (entry != nullptr) {
    PSLIST_ENTRY next = entry->Next;
    lookaside->L.FreeEx(entry, lookaside);
    entry = next;
  }
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" NTSTATUS supplied_ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside,
                                                         PALLOCATE_FUNCTION_EX Allocate,
                                                         PFREE_FUNCTION_EX Free, POOL_TYPE PoolType,
                                                         ULONG Flags, SIZE_T Size, ULONG Tag,
                                                         USHORT Depth) {
  constexpr ULONG kBothFlags =
      EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL | EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE;
  if (Depth != 0) return STATUS_INVALID_PARAMETER_8;
  if (Flags == kBothFlags || Flags > kBothFlags) return STATUS_INVALID_PARAMETER_5;
  *Lookaside = {};
  host().initialize_slist(&Lookaside->L.ListHead);
  const bool raises = (Flags & EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL) != 0;
  Lookaside->L.Depth = kMinimumDepth;
  Lookaside->L.MaximumDepth = kMaximumDepth;
  Lookaside->L.Type = PoolType;
  Lookaside->L.Tag = Tag;
  // A free block holds the list's link.
  Lookaside->L.Size =
      static_cast<ULONG>(Size < LOOKASIDE_MINIMUM_BLOCK_SIZE ? LOOKASIDE_MINIMUM_BLOCK_SIZE : Size);
  Lookaside->L.AllocateEx = Allocate != nullptr ? Allocate : raises ? allocate_or_raise : allocate;
  Lookaside->L.FreeEx = Free != nullptr ? Free : release;
  return STATUS_SUCCESS;
}

extern "C" void supplied_ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) { flush(Lookaside); }

extern "C" void supplied_ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) { flush(Lookaside); }
