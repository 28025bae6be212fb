// The kernel's declarations, and the few of its structures that the DDK keeps to itself.
#pragma once

extern "C" {
#include <ntifs.h>
}

#include <cstddef>
#include <cstdint>

// Exported by every x64 kernel; in the DDK's headers they are missing.
extern "C" {
struct _IMAGE_RUNTIME_FUNCTION_ENTRY;
NTSYSAPI PVOID NTAPI RtlPcToFileHeader(PVOID address, PVOID* base);
NTSYSAPI _IMAGE_RUNTIME_FUNCTION_ENTRY* NTAPI RtlLookupFunctionEntry(ULONG64 address,
                                                                     PULONG64 image, PVOID history);
NTSYSAPI PVOID NTAPI RtlVirtualUnwind(ULONG handler_type, ULONG64 image, ULONG64 address,
                                      _IMAGE_RUNTIME_FUNCTION_ENTRY* function, PCONTEXT context,
                                      PVOID* handler_data, PULONG64 establisher, PVOID registers);
}

namespace ddireplay::recorder {

inline constexpr ULONG kPoolTag = 'cerD';  // "Drec" in memory

// The start of KLDR_DATA_TABLE_ENTRY, which a driver's DriverSection points to. The same from
// Windows Vista to Windows 11; Wine has it as well.
struct LoaderEntry {
  LIST_ENTRY links;
  PVOID exception_table;
  ULONG exception_table_bytes;
  PVOID gp_value;
  PVOID debug_info;
  PVOID base;
  PVOID entry_point;
  ULONG image_bytes;
  UNICODE_STRING full_name;
  UNICODE_STRING base_name;
};
static_assert(offsetof(LoaderEntry, base) == 0x30);
static_assert(offsetof(LoaderEntry, entry_point) == 0x38);
static_assert(offsetof(LoaderEntry, base_name) == 0x58);

}  // namespace ddireplay::recorder
