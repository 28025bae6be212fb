#include "recorder/wine/pages.h"

#include "recorder/wine/host_routines.h"

namespace ddireplay::recorder::wine {
namespace {

void* allocate(SIZE_T length, ULONG type) {
  void* base = nullptr;
  const NTSTATUS status =
      host().allocate_memory(current_process(), &base, 0, &length, type, PAGE_EXECUTE_READWRITE);
  return NT_SUCCESS(status) ? base : nullptr;
}

}  // namespace

void* allocate_pages(SIZE_T length) { return allocate(length, MEM_RESERVE | MEM_COMMIT); }

void free_pages(void* base) {
  SIZE_T all = 0;
  host().free_memory(current_process(), &base, &all, MEM_RELEASE);
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

// A process's memory is contiguous to nobody but itself, and its addresses are the only ones there
// are: the bounds on physical addresses are not looked at.

extern "C" PVOID supplied_MmAllocateContiguousMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS) {
  return allocate_pages(NumberOfBytes);
}

extern "C" PVOID supplied_MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes,
                                                                 PHYSICAL_ADDRESS, PHYSICAL_ADDRESS,
                                                                 PHYSICAL_ADDRESS,
                                                                 MEMORY_CACHING_TYPE) {
  return allocate_pages(NumberOfBytes);
}

extern "C" PVOID supplied_MmAllocateContiguousMemorySpecifyCacheNode(
    SIZE_T NumberOfBytes, PHYSICAL_ADDRESS, PHYSICAL_ADDRESS, PHYSICAL_ADDRESS, MEMORY_CACHING_TYPE,
    NODE_REQUIREMENT) {
  return allocate_pages(NumberOfBytes);
}

extern "C" PVOID supplied_MmAllocateContiguousNodeMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS,
                                                         PHYSICAL_ADDRESS, PHYSICAL_ADDRESS, ULONG,
                                                         NODE_REQUIREMENT) {
  return allocate_pages(NumberOfBytes);
}

extern "C" void supplied_MmFreeContiguousMemory(PVOID BaseAddress) { free_pages(BaseAddress); }

extern "C" void supplied_MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T,
                                                            MEMORY_CACHING_TYPE) {
  free_pages(BaseAddress);
}

// Address space without memory; a mapping made into it is one in place (mdl.cpp).
extern "C" PVOID supplied_MmAllocateMappingAddress(SIZE_T NumberOfBytes, ULONG) {
  return allocate(NumberOfBytes, MEM_RESERVE);
}

extern "C" void supplied_MmFreeMappingAddress(PVOID BaseAddress, ULONG) { free_pages(BaseAddress); }

extern "C" PHYSICAL_ADDRESS supplied_MmGetPhysicalAddress(PVOID BaseAddress) {
  PHYSICAL_ADDRESS address;
  address.QuadPart = reinterpret_cast<LONGLONG>(BaseAddress);
  return address;
}

// There is no device: what can be mapped is memory, which is mapped already.
extern "C" PVOID supplied_MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
                                         ULONG) {
  char* const begin = reinterpret_cast<char*>(PhysicalAddress.QuadPart);
  if (NumberOfBytes == 0) return nullptr;
  const bool is_there = MmIsAddressValid(begin) && MmIsAddressValid(begin + NumberOfBytes - 1);
  return is_there ? begin : nullptr;
}
