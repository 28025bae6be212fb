#include "recorder/wine/host_routines.h"

#include <ntimage.h>

#include <string_view>

namespace ddireplay::recorder::wine {
namespace {

HostRoutines routines;

// Of the process environment block and the loader's data: the same in Wine as on 64-bit Windows.
constexpr unsigned kThreadBlockProcess = 0x60;
constexpr unsigned kProcessBlockLoader = 0x18;
constexpr unsigned kProcessBlockHeap = 0x30;
constexpr unsigned kLoaderModules = 0x10;
constexpr unsigned kModuleBase = 0x30;
constexpr unsigned kModuleName = 0x58;

template <class T>
T field(const void* base, std::size_t offset) {
  return *reinterpret_cast<const T*>(static_cast<const char*>(base) + offset);
}

const void* process_block() { return field<const void*>(thread_block(), kThreadBlockProcess); }

bool same_name(const UNICODE_STRING& name, std::string_view wanted) {
  if (name.Length != wanted.size() * sizeof(WCHAR)) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    WCHAR character = name.Buffer[i];
    if (character >= L'A' && character <= L'Z') character += L'a' - L'A';
    if (character != static_cast<WCHAR>(wanted[i])) return false;
  }
  return true;
}

const char* find_module(std::string_view name) {
  const void* loader = field<const void*>(process_block(), kProcessBlockLoader);
  const char* head = static_cast<const char*>(loader) + kLoaderModules;
  const char* entry = field<const char*>(head, 0);
  while (entry != head) {
    if (same_name(field<UNICODE_STRING>(entry, kModuleName), name)) {
      return field<const char*>(entry, kModuleBase);
    }
    entry = field<const char*>(entry, 0);
  }
  return nullptr;
}

const IMAGE_DATA_DIRECTORY& export_directory(const char* module) {
  const auto* dos = reinterpret_cast<const IMAGE_DOS_HEADER*>(module);
  const auto* nt = reinterpret_cast<const IMAGE_NT_HEADERS64*>(module + dos->e_lfanew);
  return nt->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT];
}

const void* find_export(const char* module, std::string_view name) {
  if (module == nullptr) return nullptr;
  const IMAGE_DATA_DIRECTORY& directory = export_directory(module);
  const auto* exports =
      reinterpret_cast<const IMAGE_EXPORT_DIRECTORY*>(module + directory.VirtualAddress);
  const auto* names = reinterpret_cast<const ULONG*>(module + exports->AddressOfNames);
  const auto* ordinals = reinterpret_cast<const USHORT*>(module + exports->AddressOfNameOrdinals);
  const auto* functions = reinterpret_cast<const ULONG*>(module + exports->AddressOfFunctions);
  for (ULONG i = 0; i < exports->NumberOfNames; ++i) {
    if (name != module + names[i]) continue;
    const ULONG address = functions[ordinals[i]];
    // An address inside the directory is no code but the name of another module's export.
    const bool forwarded = address - directory.VirtualAddress < directory.Size;
    return forwarded ? nullptr : module + address;
  }
  return nullptr;
}

template <class Routine>
bool find(Routine& routine, const char* module, std::string_view name) {
  routine = reinterpret_cast<Routine>(const_cast<void*>(find_export(module, name)));
  return routine != nullptr;
}

}  // namespace

bool find_host_routines() {
  const char* ntdll = find_module("ntdll.dll");
  const char* kernel32 = find_module("kernel32.dll");
  HostRoutines& r = routines;
  return find(r.add_exception_handler, ntdll, "RtlAddVectoredExceptionHandler") &&
         find(r.remove_exception_handler, ntdll, "RtlRemoveVectoredExceptionHandler") &&
         find(r.wait_on_address, ntdll, "RtlWaitOnAddress") &&
         find(r.wake_address, ntdll, "RtlWakeAddressAll") &&
         find(r.yield, ntdll, "NtYieldExecution") &&
         find(r.set_thread_information, ntdll, "NtSetInformationThread") &&
         find(r.release_mutant, ntdll, "NtReleaseMutant") &&
         find(r.query_system_time, ntdll, "NtQuerySystemTime") &&
         find(r.raise_status, ntdll, "RtlRaiseStatus") &&
         find(r.initialize_slist, ntdll, "RtlInitializeSListHead") &&
         find(r.allocate_heap, ntdll, "RtlAllocateHeap") &&
         find(r.allocate_memory, ntdll, "NtAllocateVirtualMemory") &&
         find(r.free_memory, ntdll, "NtFreeVirtualMemory") &&
         find(r.query_memory, ntdll, "NtQueryVirtualMemory") &&
         find(r.allocate_tls, kernel32, "TlsAlloc");
}

const HostRoutines& host() { return routines; }

HANDLE process_heap() { return field<HANDLE>(process_block(), kProcessBlockHeap); }

}  // namespace ddireplay::recorder::wine
