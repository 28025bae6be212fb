#include "bench/machine.h"

#include <x86intrin.h>

#include <algorithm>
#include <cstring>

#include "recorder/core/presence.h"

namespace ddireplay {

namespace bench {

namespace {

thread_local Machine the_machine;
std::span<std::byte> kernel_memory;
std::span<const Image> images;

}  // namespace

Machine& machine() { return the_machine; }
void set_kernel_memory(std::span<std::byte> bytes) { kernel_memory = bytes; }
void set_images(std::span<const Image> known) { images = known; }

}  // namespace bench

namespace recorder {

constinit Presence the_presence;

namespace platform {

using bench::the_machine;

std::uint32_t current_processor() { return the_machine.processor; }
std::uint64_t clock() {
  return the_machine.stepped_time != 0 ? the_machine.stepped_time : __rdtsc();
}
std::uint8_t current_irql() { return the_machine.irql; }
std::uint64_t current_thread() { return the_machine.thread; }
std::uint64_t sample(format::Sample) { return 0; }

bool guarded_read(std::uint64_t address, unsigned bytes, std::uint64_t& value) {
  const std::uint64_t offset = address - bench::kKernelMemory;
  if (offset >= bench::kernel_memory.size() || bytes > bench::kernel_memory.size() - offset) {
    return false;
  }
  value = 0;
  std::memcpy(&value, bench::kernel_memory.data() + offset, bytes);
  return true;
}

// Nothing in the stream hands out a routine.
bool guarded_write_pointer(std::uint64_t, std::uint64_t) { return false; }
bool guarded_replace_pointer(std::uint64_t, std::uint64_t, std::uint64_t) { return false; }
bool is_code(std::uint64_t) { return false; }

std::span<const Frame> walk_stack(std::uint64_t, std::size_t depth, WalkSpace&) {
  return the_machine.frames.first(std::min(depth, the_machine.frames.size()));
}
std::span<const Frame> walk_stack_of(const void*, std::size_t, WalkSpace&) { return {}; }

Provision provide(std::string_view, std::uint64_t original) { return {Provider::kernel, original}; }

bool describe_module(std::uint64_t address, ModuleDescription& module) {
  for (const bench::Image& image : bench::images) {
    if (address - image.base >= image.size) continue;
    module.entry = {};
    module.entry.name = image.name;
    module.entry.base = image.base;
    module.entry.size = image.size;
    return true;
  }
  return false;
}

void callback_reached() {}
void dispatch_reached(std::uint64_t, std::uint64_t) {}
void cancel_reached() {}
bool may_touch_pending_irps() { return false; }
void set_irql_after_callback(std::uint8_t level) { the_machine.irql = level; }
void driver_entry_reached(std::uint16_t, std::uint64_t) {}
void driver_entry_returned(std::uint16_t, std::uint64_t, bool) {}
void unload_returned(std::uint16_t) {}

}  // namespace platform
}  // namespace recorder
}  // namespace ddireplay
