// MDLs that describe memory, with the flags that Windows would set.
//
// A driver, the kernel and every buffer share one address space here, so that locked pages are
// mapped where they are: an MDL's system address is the address of its buffer, and a page's frame
// number is its page number. What a second mapping would show (a write through a stale one, the
// protection of a user mapping) is not to be seen.
#include "recorder/wine/mdl.h"

#include "recorder/wine/host_routines.h"
#include "recorder/wine/pages.h"
#include "recorder/wine/raise.h"

namespace ddireplay::recorder::wine {
namespace {

// The header has a narrower one, which is wrong for 64-bit Windows.
using FrameNumber = ULONG64;
constexpr ULONG kFramesInFixedMdl = 23;  // larger ones come from pool, not from a lookaside list

ULONG64 address(const void* pointer) { return reinterpret_cast<ULONG64>(pointer); }

ULONG pages_spanned(const void* base, SIZE_T length) {
  return static_cast<ULONG>((BYTE_OFFSET(base) + length + PAGE_SIZE - 1) >> kPageShift);
}

char* start_of(const MDL* mdl) { return static_cast<char*>(mdl->StartVa) + mdl->ByteOffset; }

SIZE_T mdl_bytes(ULONG pages) { return sizeof(MDL) + pages * sizeof(FrameNumber); }

// Wine gives its own MDLs half the room that an array of 64-bit frame numbers takes.
bool has_room_for_frames(const MDL* mdl) {
  return static_cast<USHORT>(mdl->Size) >= mdl_bytes(pages_spanned(start_of(mdl), mdl->ByteCount));
}

void fill_frames(PMDL mdl) {
  if (!has_room_for_frames(mdl)) return;
  auto* frames = reinterpret_cast<FrameNumber*>(mdl + 1);
  const ULONG pages = pages_spanned(start_of(mdl), mdl->ByteCount);
  for (ULONG i = 0; i < pages; ++i) frames[i] = (address(mdl->StartVa) >> kPageShift) + i;
}

void initialize(PMDL mdl, void* base, SIZE_T length) {
  mdl->Next = nullptr;
  mdl->Size = static_cast<CSHORT>(mdl_bytes(pages_spanned(base, length)));
  mdl->MdlFlags = 0;
  mdl->Process = nullptr;
  mdl->MappedSystemVa = nullptr;
  mdl->StartVa = PAGE_ALIGN(base);
  mdl->ByteOffset = BYTE_OFFSET(base);
  mdl->ByteCount = static_cast<ULONG>(length);
}

PMDL allocate_mdl(void* base, SIZE_T length) {
  const ULONG pages = pages_spanned(base, length);
  // Wine frees MDLs itself when an IRP completes, to this heap.
  auto* mdl = static_cast<PMDL>(host().allocate_heap(process_heap(), 0, mdl_bytes(pages)));
  if (mdl == nullptr) return nullptr;
  initialize(mdl, base, length);
  if (pages <= kFramesInFixedMdl) mdl->MdlFlags |= MDL_ALLOCATED_FIXED_SIZE;
  return mdl;
}

void attach(PMDL mdl, PIRP irp, bool secondary) {
  if (!secondary) {
    irp->MdlAddress = mdl;
    return;
  }
  PMDL* place = &irp->MdlAddress;
  while (*place != nullptr) place = &(*place)->Next;
  *place = mdl;
}

bool is_accessible(const char* from, SIZE_T length, LOCK_OPERATION operation) {
  constexpr ULONG kWritable =
      PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
  constexpr ULONG kMemoryBasicInformation = 0;
  const char* end = from + length;
  while (from < end) {
    MemoryRegion region;
    if (!NT_SUCCESS(host().query_memory(current_process(), from, kMemoryBasicInformation, &region,
                                        sizeof(region), nullptr)) ||
        region.state != MEM_COMMIT || (region.protection & (PAGE_NOACCESS | PAGE_GUARD)) != 0) {
      return false;
    }
    if (operation != IoReadAccess && (region.protection & kWritable) == 0) return false;
    from = static_cast<const char*>(region.base) + region.size;
  }
  return true;
}

void lock_pages(PMDL mdl, LOCK_OPERATION operation) {
  if (!is_accessible(start_of(mdl), mdl->ByteCount, operation)) {
    raise_status(STATUS_ACCESS_VIOLATION);
  }
  fill_frames(mdl);
  mdl->MdlFlags |= MDL_PAGES_LOCKED;
  if (operation == IoReadAccess) {
    mdl->MdlFlags &= ~MDL_WRITE_OPERATION;
  } else {
    mdl->MdlFlags |= MDL_WRITE_OPERATION;
  }
}

// Only mappings into the system leave a trace in the MDL.
PVOID map_pages(PMDL mdl, KPROCESSOR_MODE mode) {
  if (mode == KernelMode) {
    mdl->MappedSystemVa = start_of(mdl);
    mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
    if ((mdl->MdlFlags & MDL_PARTIAL) != 0) mdl->MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
  }
  return start_of(mdl);
}

void unmap_pages(PMDL mdl) {
  mdl->MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
}

// The pages of MmAllocatePagesForMdl. On Windows such an MDL has no virtual address before it is
// mapped; here StartVa says where its pages are.
PMDL allocate_pages_with_mdl(SIZE_T length) {
  length = ROUND_TO_PAGES(length);
  if (length == 0 || length > MAXULONG) return nullptr;
  void* base = allocate_pages(length);
  if (base == nullptr) return nullptr;
  const SIZE_T bytes = mdl_bytes(pages_spanned(base, length));
  auto* mdl = static_cast<PMDL>(ExAllocatePoolWithTag(NonPagedPool, bytes, kPoolTag));
  if (mdl == nullptr) {
    free_pages(base);
    return nullptr;
  }
  initialize(mdl, base, length);
  fill_frames(mdl);
  mdl->MdlFlags |= MDL_PAGES_LOCKED;
  return mdl;
}

void describe_part(const MDL* source, PMDL part, void* base, ULONG length) {
  constexpr CSHORT kKept = MDL_ALLOCATED_FIXED_SIZE | MDL_ALLOCATED_MUST_SUCCEED;
  constexpr CSHORT kInherited =
      MDL_IO_PAGE_READ | MDL_SOURCE_IS_NONPAGED_POOL | MDL_MAPPED_TO_SYSTEM_VA | MDL_IO_SPACE;
  part->Process = source->Process;
  part->StartVa = PAGE_ALIGN(base);
  part->ByteOffset = BYTE_OFFSET(base);
  part->ByteCount = length;
  part->MappedSystemVa = base;
  part->MdlFlags =
      static_cast<CSHORT>((part->MdlFlags & kKept) | (source->MdlFlags & kInherited) | MDL_PARTIAL);
  fill_frames(part);
}

}  // namespace

void adopt_mdls(PIRP irp, LOCK_OPERATION operation) {
  for (PMDL mdl = irp->MdlAddress; mdl != nullptr; mdl = mdl->Next) {
    if (mdl->MdlFlags != MDL_MAPPED_TO_SYSTEM_VA || has_room_for_frames(mdl)) continue;
    mdl->MdlFlags = MDL_PAGES_LOCKED | MDL_ALLOCATED_FIXED_SIZE;
    if (operation != IoReadAccess) mdl->MdlFlags |= MDL_WRITE_OPERATION;
    mdl->MappedSystemVa = nullptr;
  }
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" PMDL supplied_IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
                                       BOOLEAN, PIRP Irp) {
  PMDL mdl = allocate_mdl(VirtualAddress, Length);
  if (mdl != nullptr && Irp != nullptr) attach(mdl, Irp, SecondaryBuffer);
  return mdl;
}

extern "C" PMDL supplied_MmCreateMdl(PMDL MemoryDescriptorList, PVOID Base, SIZE_T Length) {
  if (MemoryDescriptorList == nullptr) return allocate_mdl(Base, Length);
  initialize(MemoryDescriptorList, Base, Length);
  return MemoryDescriptorList;
}

// Length 0: to the source's end.
extern "C" void supplied_IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress,
                                           ULONG Length) {
  if (Length == 0) {
    const char* end = start_of(SourceMdl) + SourceMdl->ByteCount;
    Length = static_cast<ULONG>(end - static_cast<char*>(VirtualAddress));
  }
  describe_part(SourceMdl, TargetMdl, VirtualAddress, Length);
}

extern "C" void supplied_MmBuildMdlForNonPagedPool(PMDL Mdl) {
  fill_frames(Mdl);
  Mdl->Process = nullptr;
  Mdl->MappedSystemVa = start_of(Mdl);
  Mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
}

extern "C" void supplied_MmProbeAndLockPages(PMDL Mdl, KPROCESSOR_MODE, LOCK_OPERATION Operation) {
  lock_pages(Mdl, Operation);
}

extern "C" void supplied_MmProbeAndLockProcessPages(PMDL Mdl, PEPROCESS, KPROCESSOR_MODE,
                                                    LOCK_OPERATION Operation) {
  lock_pages(Mdl, Operation);
}

// Unlocking unmaps as well.
extern "C" void supplied_MmUnlockPages(PMDL Mdl) {
  unmap_pages(Mdl);
  Mdl->MdlFlags &= ~MDL_PAGES_LOCKED;
}

extern "C" PVOID supplied_MmMapLockedPagesSpecifyCache(PMDL Mdl, KPROCESSOR_MODE AccessMode,
                                                       MEMORY_CACHING_TYPE, PVOID, ULONG, ULONG) {
  return map_pages(Mdl, AccessMode);
}

extern "C" PVOID supplied_MmMapLockedPages(PMDL Mdl, KPROCESSOR_MODE AccessMode) {
  return map_pages(Mdl, AccessMode);
}

// A mapping into user space is not noted in the MDL, and its end isn't either.
extern "C" void supplied_MmUnmapLockedPages(PVOID, PMDL Mdl) { unmap_pages(Mdl); }

extern "C" PVOID supplied_MmMapLockedPagesWithReservedMapping(PVOID, ULONG, PMDL Mdl,
                                                              MEMORY_CACHING_TYPE) {
  return map_pages(Mdl, KernelMode);
}

extern "C" void supplied_MmUnmapReservedMapping(PVOID, ULONG, PMDL Mdl) { unmap_pages(Mdl); }

extern "C" PMDL supplied_MmAllocatePagesForMdl(PHYSICAL_ADDRESS, PHYSICAL_ADDRESS, PHYSICAL_ADDRESS,
                                               SIZE_T TotalBytes) {
  return allocate_pages_with_mdl(TotalBytes);
}

extern "C" PMDL supplied_MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS, PHYSICAL_ADDRESS,
                                                 PHYSICAL_ADDRESS, SIZE_T TotalBytes,
                                                 MEMORY_CACHING_TYPE, ULONG) {
  return allocate_pages_with_mdl(TotalBytes);
}

extern "C" PMDL supplied_MmAllocateNodePagesForMdlEx(PHYSICAL_ADDRESS, PHYSICAL_ADDRESS,
                                                     PHYSICAL_ADDRESS, SIZE_T TotalBytes,
                                                     MEMORY_CACHING_TYPE, ULONG, ULONG) {
  return allocate_pages_with_mdl(TotalBytes);
}

// The pages only: the caller frees the MDL with ExFreePool.
extern "C" void supplied_MmFreePagesFromMdl(PMDL Mdl) {
  free_pages(Mdl->StartVa);
  Mdl->MdlFlags &= ~(MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA);
}

extern "C" void supplied_MmFreePagesFromMdlEx(PMDL Mdl, ULONG) { supplied_MmFreePagesFromMdl(Mdl); }

// Moves the MDL's start; whole pages that are left behind get unlocked.
extern "C" NTSTATUS supplied_MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes) {
  if (NumberOfBytes >= Mdl->ByteCount) return STATUS_INVALID_PARAMETER_2;
  char* start = start_of(Mdl) + NumberOfBytes;
  Mdl->StartVa = PAGE_ALIGN(start);
  Mdl->ByteOffset = BYTE_OFFSET(start);
  Mdl->ByteCount -= NumberOfBytes;
  if (Mdl->MappedSystemVa != nullptr) Mdl->MappedSystemVa = start;
  fill_frames(Mdl);
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_MmProtectMdlSystemAddress(PMDL Mdl, ULONG) {
  const bool is_mapped = (Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0;
  return is_mapped ? STATUS_SUCCESS : STATUS_NOT_MAPPED_VIEW;
}
