#include "recorder/windows/system.h"

#include <cpuid.h>
#include <x86intrin.h>

namespace ddireplay::recorder {

namespace {

constexpr std::uint32_t kClockMeasuringMs = 50;

// Ticks; far more than processors' counters can be apart.
constexpr std::uint64_t kClockHeadStart = std::uint64_t{1} << 40;

// Where x64 kernels keep the time for everybody to read (KUSER_SHARED_DATA.SystemTime).
constexpr std::uint64_t kSharedSystemTime = 0xfffff78000000014;

std::uint64_t measured_clock_hz() {
  LARGE_INTEGER frequency;
  const std::uint64_t counter_begin = KeQueryPerformanceCounter(&frequency).QuadPart;
  const std::uint64_t clock_begin = __rdtsc();
  sleep_ms(kClockMeasuringMs);
  const std::uint64_t counter = KeQueryPerformanceCounter(nullptr).QuadPart - counter_begin;
  const std::uint64_t clock = __rdtsc() - clock_begin;
  return counter == 0 ? 0 : clock * static_cast<std::uint64_t>(frequency.QuadPart) / counter;
}

bool extended_feature(unsigned leaf, unsigned bit) {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(leaf, &eax, &ebx, &ecx, &edx) != 0 && (edx >> bit & 1) != 0;
}

}  // namespace

constinit System the_system;

PVOID system_routine(const wchar_t* name) {
  UNICODE_STRING text;
  RtlInitUnicodeString(&text, name);
  return MmGetSystemRoutineAddress(&text);
}

RamRange* allocate_ram_ranges() {
  // Wine has pages of a process only; that routine is exported, and not there.
  if (the_system.on_wine) return nullptr;
  const auto ranges =
      reinterpret_cast<RamRange*(NTAPI*)()>(system_routine(L"MmGetPhysicalMemoryRanges"));
  return ranges == nullptr ? nullptr : ranges();
}

void sleep_ms(std::uint32_t milliseconds) {
  LARGE_INTEGER interval;
  interval.QuadPart = -10000ll * milliseconds;
  KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

std::uint64_t system_time() {
  if (the_system.query_system_time == nullptr) {
    return *reinterpret_cast<const volatile std::uint64_t*>(kSharedSystemTime);
  }
  LARGE_INTEGER time;
  the_system.query_system_time(&time);
  return time.QuadPart;
}

void find_out_system(DRIVER_OBJECT* driver) {
  System& system = the_system;
  system.on_wine = system_routine(L"wine_ntoskrnl_main_loop") != nullptr;
  system.loader_list = &static_cast<LoaderEntry*>(driver->DriverSection)->links;
  // Wine reads the processors from /sys, and finds none where that is not mounted: in a bare
  // chroot.
  const ULONG active = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  system.processors = active == 0 ? 1 : active;
  RTL_OSVERSIONINFOW version = {};
  version.dwOSVersionInfoSize = sizeof(version);
  if (NT_SUCCESS(RtlGetVersion(&version))) system.os_build = version.dwBuildNumber;

  system.protect_virtual_memory = reinterpret_cast<decltype(system.protect_virtual_memory)>(
      system_routine(L"ZwProtectVirtualMemory"));
  // x64 Windows has only the precise one, Wine only the other.
  PVOID time = system_routine(L"KeQuerySystemTimePrecise");
  if (time == nullptr) time = system_routine(L"KeQuerySystemTime");
  system.query_system_time = reinterpret_cast<decltype(system.query_system_time)>(time);
  system.loader_lock = static_cast<PERESOURCE>(system_routine(L"PsLoadedModuleResource"));

  constexpr unsigned kRdtscp = 27;
  constexpr unsigned kInvariant = 8;
  // Linux keeps the processor's number in TSC_AUX; what Windows keeps there is its own affair.
  system.processor_from_clock = system.on_wine && extended_feature(0x80000001, kRdtscp);
  system.clock_is_invariant = extended_feature(0x80000007, kInvariant);
  system.clock_hz = measured_clock_hz();
  system.clock_begin = __rdtsc() - kClockHeadStart;
}

}  // namespace ddireplay::recorder
