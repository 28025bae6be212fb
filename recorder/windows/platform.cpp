// What the core needs of the machine, on a kernel.
#include "recorder/core/platform.h"

#include <x86intrin.h>

#include "recorder/windows/loader_list.h"
#include "recorder/windows/supply.h"
#include "recorder/windows/system.h"
#include "recorder/windows/targets.h"
#include "recorder/wine/apc.h"
#include "recorder/wine/irql.h"

extern "C" const std::uint8_t ddirec_thunk[];
extern "C" const std::uint8_t ddirec_thunk_end[];
extern "C" bool ddirec_guarded_read(std::uint64_t address, unsigned bytes, std::uint64_t* value);
extern "C" bool ddirec_guarded_write(std::uint64_t address, std::uint64_t value);
extern "C" bool ddirec_guarded_replace(std::uint64_t address, std::uint64_t expected,
                                       std::uint64_t value);

namespace ddireplay::recorder::platform {

namespace {

constexpr std::uint64_t kKernelSpace = 0xffff800000000000;
constexpr std::uint64_t kStackReachMax = 512 * 1024;

// A fault on a kernel address ends in a bug check, handler or not, and a page fault does at
// DISPATCH_LEVEL; so memory that isn't there is not touched at all. Wine's kernel lives in a user
// process, where a fault is just an exception.
bool may_touch(std::uint64_t address, unsigned bytes) {
  if (current_system().on_wine) return true;
  return address >= kKernelSpace && MmIsAddressValid(reinterpret_cast<PVOID>(address)) &&
         MmIsAddressValid(reinterpret_cast<PVOID>(address + bytes - 1));
}

// The thunk stands in the stack of every callback, where nobody wants to read of it.
bool is_in_thunk(std::uint64_t address) {
  const auto begin = reinterpret_cast<std::uint64_t>(ddirec_thunk);
  return address - begin < reinterpret_cast<std::uint64_t>(ddirec_thunk_end) - begin;
}

// Inline, with the walk around it: all of it stands on the driver's stack, which is short.
//
// One frame outwards. False where there is no unwind data: a leaf can't be told from code that
// nobody describes, and only the latter is met in the middle of a stack.
[[gnu::always_inline]] inline bool unwind(CONTEXT& context) {
  ULONG64 image = 0;
  _IMAGE_RUNTIME_FUNCTION_ENTRY* function = RtlLookupFunctionEntry(context.Rip, &image, nullptr);
  if (function == nullptr) return false;
  PVOID handler_data = nullptr;
  ULONG64 establisher = 0;
  constexpr ULONG kNoHandler = 0;
  RtlVirtualUnwind(kNoHandler, image, context.Rip, function, &context, &handler_data, &establisher,
                   nullptr);
  return true;
}

// The frames from the context's on, whose return address stands at `stack_pointer` or above.
[[gnu::always_inline]] inline std::span<const Frame> walk_outwards(CONTEXT& context,
                                                                   std::uint64_t stack_pointer,
                                                                   std::size_t depth,
                                                                   WalkSpace& space) {
  std::size_t count = 0;
  std::uint64_t outermost = stack_pointer;
  while (count < depth && context.Rip != 0) {
    const std::uint64_t slot = context.Rsp - sizeof(std::uint64_t);
    // Outwards is upwards: anything else is a stack that was switched or overwritten.
    if (slot < outermost || slot - stack_pointer > kStackReachMax) break;
    if (!is_in_thunk(context.Rip)) space.frames[count++] = {context.Rip, slot};
    outermost = context.Rsp;
    if (!unwind(context)) break;
  }
  return {space.frames, count};
}

struct StackLimits {
  std::uint64_t low;
  std::uint64_t high;
};

StackLimits stack_limits() {
  ULONG_PTR low = 0;
  ULONG_PTR high = 0;
  IoGetStackLimits(&low, &high);
  return {low, high};
}

constexpr std::uint64_t kInterruptFlag = 0x200;

std::uint64_t apc_state() {
  // Wine has no APCs to disable; what stands in for it counts as Windows does.
  if (current_system().on_wine && !supplying()) return 0;
  const bool on_wine = current_system().on_wine;
  if (on_wine ? wine::all_apcs_disabled() : KeAreAllApcsDisabled() != FALSE) {
    return format::kAllApcsDisabled;
  }
  const bool normal = on_wine ? wine::normal_apcs_disabled() : KeAreApcsDisabled() != FALSE;
  return normal ? format::kNormalApcsDisabled : format::kApcsEnabled;
}

}  // namespace

std::uint32_t current_processor() {
  if (current_system().processor_from_clock) {
    unsigned tag = 0;
    __rdtscp(&tag);
    return tag & 0xfff;
  }
  return KeGetCurrentProcessorNumberEx(nullptr);
}

std::uint64_t clock() { return __rdtsc() - current_system().clock_begin; }

std::uint8_t current_irql() {
  // Under Wine the level is a thread's; cr8 traps, and without supply is 0 whatever it should be.
  if (current_system().on_wine) return supplying() ? wine::current_irql() : format::kIrqlUnknown;
  std::uint64_t level = 0;
  __asm__ volatile("mov %%cr8, %0" : "=r"(level));
  return static_cast<std::uint8_t>(level);
}

std::uint64_t current_thread() {
  // Under Wine gs is a user thread's, and what stands there is no KTHREAD: its threads are known by
  // id.
  if (current_system().on_wine) return reinterpret_cast<std::uint64_t>(PsGetCurrentThreadId());
  std::uint64_t thread = 0;
  __asm__ volatile("movq %%gs:0x188, %0" : "=r"(thread));
  return thread;
}

std::uint64_t sample(format::Sample what) {
  switch (what) {
    case format::Sample::stack_pointer:
      return 0;  // the thunk's, not this function's
    case format::Sample::stack_low:
      return stack_limits().low;
    case format::Sample::stack_high:
      return stack_limits().high;
    case format::Sample::process:
      // Under Wine every driver lives in one process, whoever the request comes from.
      return current_system().on_wine ? 0 : reinterpret_cast<std::uint64_t>(PsGetCurrentProcess());
    case format::Sample::interrupts:
      return (__readeflags() & kInterruptFlag) != 0 ? format::kInterruptsOn
                                                    : format::kInterruptsOff;
    case format::Sample::apcs:
      return apc_state();
  }
  return 0;
}

bool guarded_read(std::uint64_t address, unsigned bytes, std::uint64_t& value) {
  return may_touch(address, bytes) && ddirec_guarded_read(address, bytes, &value);
}

bool guarded_write_pointer(std::uint64_t address, std::uint64_t value) {
  return may_touch(address, sizeof(value)) && ddirec_guarded_write(address, value);
}

bool guarded_replace_pointer(std::uint64_t address, std::uint64_t expected, std::uint64_t value) {
  return may_touch(address, sizeof(value)) && ddirec_guarded_replace(address, expected, value);
}

bool may_touch_pending_irps() { return current_system().on_wine; }

bool is_code(std::uint64_t address) {
  const std::uint64_t base = module_base_of(address);
  const PeImage image = image_at(base);
  return image.is_valid() && image.is_executable(static_cast<std::uint32_t>(address - base));
}

// The walk starts in here and first unwinds the recorder's own frames, up to the one whose return
// address is that of the call. So the thunk need not save the registers that only a walk wants.
std::span<const Frame> walk_stack(std::uint64_t stack_pointer, std::size_t depth,
                                  WalkSpace& space) {
  static_assert(sizeof(CONTEXT) <= sizeof(space.context));
  CONTEXT& context = reinterpret_cast<CONTEXT&>(space.context);
  RtlCaptureContext(&context);
  while (context.Rsp <= stack_pointer) {
    if (!unwind(context)) return {};
  }
  return walk_outwards(context, stack_pointer, depth, space);
}

std::span<const Frame> walk_stack_of(const void* from, std::size_t depth, WalkSpace& space) {
  CONTEXT& context = reinterpret_cast<CONTEXT&>(space.context);
  context = *static_cast<const CONTEXT*>(from);
  return walk_outwards(context, context.Rsp - sizeof(std::uint64_t), depth, space);
}

bool describe_module(std::uint64_t address, ModuleDescription& module) {
  const std::uint64_t base = module_base_of(address);
  const PeImage image = image_at(base);
  if (!image.is_valid()) return false;
  module.entry = {};
  image.identify(module);
  module.name[0] = '\0';
  visit_modules([&](const LoaderEntry& entry) {
    if (reinterpret_cast<std::uint64_t>(entry.base) != base) return false;
    copy_name(entry.base_name, module.name, sizeof(module.name));
    return true;
  });
  module.entry.name = module.name;
  return true;
}

void driver_entry_reached(std::uint16_t target, std::uint64_t driver_object) {
  targets().entry_reached(target, reinterpret_cast<DRIVER_OBJECT*>(driver_object));
}

void driver_entry_returned(std::uint16_t target, std::uint64_t driver_object, bool succeeded) {
  targets().entry_returned(target, reinterpret_cast<DRIVER_OBJECT*>(driver_object), succeeded);
}

void unload_returned(std::uint16_t target) { targets().unload_returned(target); }

}  // namespace ddireplay::recorder::platform
