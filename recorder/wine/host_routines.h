// Routines of Wine's user-mode side, of which a driver under Wine is a part.
//
// They are found at run time, by walking the loader's list of modules: imported by name they would
// keep the driver from loading on Windows.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

using VectoredHandler = LONG(NTAPI*)(EXCEPTION_POINTERS*);

// MEMORY_BASIC_INFORMATION, which the kernel's headers don't have.
struct MemoryRegion {
  PVOID base;
  PVOID allocation_base;
  ULONG allocation_protection;
  SIZE_T size;
  ULONG state;
  ULONG protection;
  ULONG type;
};

struct HostRoutines {
  // ntdll
  PVOID(NTAPI* add_exception_handler)(ULONG first, VectoredHandler handler);
  ULONG(NTAPI* remove_exception_handler)(PVOID handler);
  NTSTATUS(NTAPI* wait_on_address)
  (const void* address, const void* compare, SIZE_T size, const LARGE_INTEGER* timeout);
  void(NTAPI* wake_address)(const void* address);
  NTSTATUS(NTAPI* yield)();
  NTSTATUS(NTAPI* set_thread_information)(HANDLE thread, ULONG kind, PVOID data, ULONG size);
  NTSTATUS(NTAPI* release_mutant)(HANDLE mutant, PLONG previous);
  NTSTATUS(NTAPI* query_system_time)(PLARGE_INTEGER now);
  void(NTAPI* raise_status)(NTSTATUS status);
  void(NTAPI* initialize_slist)(PSLIST_HEADER head);
  PVOID(NTAPI* allocate_heap)(HANDLE heap, ULONG flags, SIZE_T size);
  NTSTATUS(NTAPI* allocate_memory)
  (HANDLE process, PVOID* base, ULONG_PTR zero_bits, PSIZE_T size, ULONG type, ULONG protection);
  NTSTATUS(NTAPI* free_memory)(HANDLE process, PVOID* base, PSIZE_T size, ULONG type);
  NTSTATUS(NTAPI* query_memory)
  (HANDLE process, const void* address, ULONG kind, PVOID data, SIZE_T size, PSIZE_T returned);
  // kernel32
  ULONG(NTAPI* allocate_tls)();
};

// Finds them all, or returns false: then this is no Wine that we know.
bool find_host_routines();

// Valid after find_host_routines().
const HostRoutines& host();

// The heap that Wine's kernel takes MDLs and IRP buffers from.
HANDLE process_heap();

inline HANDLE current_process() { return reinterpret_cast<HANDLE>(-1); }
inline HANDLE current_thread() { return reinterpret_cast<HANDLE>(-2); }

}  // namespace ddireplay::recorder::wine
