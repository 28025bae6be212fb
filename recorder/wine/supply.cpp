#include "recorder/wine/supply.h"

#include "recorder/wine/dpc.h"
#include "recorder/wine/host_routines.h"
#include "recorder/wine/timer.h"
#include "recorder/wine/work_queue.h"

// Only their addresses are taken here; each is defined, with its prototype, in its family's file.
#define SUPPLIED(name, kind, not_faithful) extern "C" void supplied_##name();
#include "recorder/wine/supplied_rows.inc"
#undef SUPPLIED

namespace ddireplay::recorder::wine {
namespace {

constexpr bool missing = false;
constexpr bool replaces = true;

constexpr SuppliedRoutine kRoutines[] = {
#define SUPPLIED(name, kind, not_faithful) {#name, supplied_##name, kind, not_faithful},
#include "recorder/wine/supplied_rows.inc"
#undef SUPPLIED
};

consteval bool are_sorted() {
  for (std::size_t i = 1; i < std::size(kRoutines); ++i) {
    if (!(kRoutines[i - 1].name < kRoutines[i].name)) return false;
  }
  return true;
}
static_assert(are_sorted(), "find_supplied searches by halves");

// Each needs those before it.
struct Part {
  bool (*start)();
  bool (*stop)();
};
constexpr Part kParts[] = {
    {start_virtual_irql, stop_virtual_irql},
    {start_work_queue, stop_work_queue},
    {start_dpcs, stop_dpcs},
    {start_timers, stop_timers},
};
constexpr std::size_t kPartCount = std::size(kParts);

bool stop_parts(std::size_t count) {
  bool all_stopped = true;
  while (count > 0) all_stopped &= kParts[--count].stop();
  return all_stopped;
}

}  // namespace

bool is_wine() {
  // The loop in which winedevice.exe takes requests: an export that only Wine's kernel has.
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, L"wine_ntoskrnl_main_loop");
  return MmGetSystemRoutineAddress(&name) != nullptr;
}

bool start_supply(const IrqlCallbacks& callbacks) {
  if (!find_host_routines() || !claim_thread_state()) return false;
  set_irql_callbacks(callbacks);
  for (std::size_t i = 0; i < kPartCount; ++i) {
    if (kParts[i].start()) continue;
    stop_parts(i);
    return false;
  }
  return true;
}

bool stop_supply() { return stop_parts(kPartCount); }

std::span<const SuppliedRoutine> supplied_routines() { return kRoutines; }

const SuppliedRoutine* find_supplied(std::string_view name) {
  std::size_t low = 0, high = std::size(kRoutines);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (kRoutines[middle].name < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < std::size(kRoutines) && kRoutines[low].name == name ? &kRoutines[low] : nullptr;
}

}  // namespace ddireplay::recorder::wine
