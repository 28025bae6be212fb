// The kernel that the recorder found itself in: what differs between Windows and Wine, and between
// their versions, found out once when the driver is loaded.
#pragma once

#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

struct System {
  bool on_wine = false;
  ULONG processors = 1;
  ULONG os_build = 0;
  std::uint64_t clock_hz = 0;  // of the time stamp counter
  // What event times are counted from: a time stamp counter may begin anywhere, and then runs over
  // at any moment. Before the recorder was loaded, so that no time is 0, on any processor.
  std::uint64_t clock_begin = 0;
  bool clock_is_invariant = false;
  bool processor_from_clock = false;  // rdtscp tells the processor's number
  LIST_ENTRY* loader_list = nullptr;  // some entry of the circular list of loaded modules

  // Not exported by every kernel; nullptr where they are missing.
  NTSTATUS(NTAPI* protect_virtual_memory)(HANDLE, PVOID*, PSIZE_T, ULONG, PULONG) = nullptr;
  VOID(NTAPI* query_system_time)(PLARGE_INTEGER) = nullptr;
  PERESOURCE loader_lock = nullptr;
};

extern System the_system;  // written by find_out_system() only

// At PASSIVE_LEVEL. Takes some 50 ms: it measures the clock.
void find_out_system(DRIVER_OBJECT* driver);
inline const System& current_system() { return the_system; }

// 100 ns units since 1601.
std::uint64_t system_time();

PVOID system_routine(const wchar_t* name);

// PHYSICAL_MEMORY_RANGE, which only another set of the DDK's headers declares.
struct RamRange {
  std::uint64_t begin;
  std::uint64_t bytes;
};

// The physical memory that is RAM, behind the last range one of no bytes: for ExFreePool. nullptr:
// not known. At PASSIVE_LEVEL.
RamRange* allocate_ram_ranges();

void sleep_ms(std::uint32_t milliseconds);

}  // namespace ddireplay::recorder
