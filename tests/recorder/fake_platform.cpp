#include "tests/recorder/fake_platform.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <utility>

#include "recorder/core/presence.h"

namespace ddireplay::recorder {

namespace {

struct Machine {
  std::uint32_t processor = 0;
  std::uint64_t thread = 1;
  std::uint8_t irql = 0;
  std::function<void()> interrupt;
  std::vector<platform::Frame> frames;
  std::map<format::Sample, std::uint64_t> samples;
};
thread_local Machine machine;

std::atomic<std::uint64_t> the_clock{1000};
std::atomic<std::uint64_t> the_walks{0};
std::uint64_t hole_begin = 0;
std::uint64_t hole_bytes = 0;
std::vector<std::uint64_t> code;
std::vector<fake::Module> modules;
std::vector<std::string> the_duties;
fake::Provisions provisions;

bool in_hole(std::uint64_t address, unsigned bytes) {
  return address + bytes > hole_begin && address < hole_begin + hole_bytes;
}

}  // namespace

constinit Presence the_presence;

namespace fake {

void be(std::uint32_t processor, std::uint64_t thread, std::uint8_t irql) {
  machine.processor = processor;
  machine.thread = thread;
  machine.irql = irql;
}
void at_clock(std::function<void()> interrupt) { machine.interrupt = std::move(interrupt); }
void set_clock(std::uint64_t now) { the_clock = now; }
void set_sample(format::Sample what, std::uint64_t value) { machine.samples[what] = value; }
void set_walk(std::vector<platform::Frame> frames) { machine.frames = std::move(frames); }
std::uint64_t walks() { return the_walks; }
void set_hole(const void* begin, std::size_t bytes) {
  hole_begin = reinterpret_cast<std::uint64_t>(begin);
  hole_bytes = bytes;
}
void set_code(std::vector<std::uint64_t> addresses) { code = std::move(addresses); }
void set_modules(std::vector<Module> known) { modules = std::move(known); }
void set_provisions(Provisions known) { provisions = std::move(known); }
std::vector<std::string>& duties() { return the_duties; }

}  // namespace fake

namespace platform {

std::uint32_t current_processor() { return machine.processor; }

std::uint64_t clock() {
  const std::uint64_t now = the_clock.fetch_add(1) + 1;
  if (machine.interrupt) {
    // An interrupt isn't interrupted by itself.
    const std::function<void()> interrupt = std::exchange(machine.interrupt, {});
    interrupt();
    if (!machine.interrupt) machine.interrupt = interrupt;
  }
  return now;
}

std::uint8_t current_irql() { return machine.irql; }

std::uint64_t sample(format::Sample what) {
  const auto known = machine.samples.find(what);
  return known == machine.samples.end() ? 0 : known->second;
}
std::uint64_t current_thread() { return machine.thread; }

bool guarded_read(std::uint64_t address, unsigned bytes, std::uint64_t& value) {
  if (in_hole(address, bytes)) return false;
  value = 0;
  std::memcpy(&value, reinterpret_cast<const void*>(address), bytes);
  return true;
}

bool guarded_write_pointer(std::uint64_t address, std::uint64_t value) {
  if (in_hole(address, sizeof(value))) return false;
  std::memcpy(reinterpret_cast<void*>(address), &value, sizeof(value));
  return true;
}

bool guarded_replace_pointer(std::uint64_t address, std::uint64_t expected, std::uint64_t value) {
  std::uint64_t found = 0;
  return guarded_read(address, sizeof(found), found) && found == expected &&
         guarded_write_pointer(address, value);
}

bool may_touch_pending_irps() { return true; }

bool is_code(std::uint64_t address) {
  return code.empty() || std::find(code.begin(), code.end(), address) != code.end();
}

std::span<const Frame> walk_stack(std::uint64_t, std::size_t depth, WalkSpace& space) {
  ++the_walks;
  const std::size_t count = std::min(depth, machine.frames.size());
  std::copy_n(machine.frames.begin(), count, space.frames);
  return {space.frames, count};
}

std::span<const Frame> walk_stack_of(const void*, std::size_t depth, WalkSpace& space) {
  return walk_stack(0, depth, space);
}

Provision provide(std::string_view name, std::uint64_t original) {
  const auto known = provisions.find(name);
  return known == provisions.end() ? Provision{Provider::kernel, original} : known->second;
}

bool describe_module(std::uint64_t address, ModuleDescription& module) {
  for (const fake::Module& known : modules) {
    if (address - known.base >= known.size) continue;
    module.entry = {};
    module.entry.name = known.name;
    module.entry.base = known.base;
    module.entry.size = known.size;
    return true;
  }
  return false;
}

void callback_reached() {}
void dispatch_reached(std::uint64_t, std::uint64_t) {}
void cancel_reached() { machine.irql = 2; }
void set_irql_after_callback(std::uint8_t level) { machine.irql = level; }

void driver_entry_reached(std::uint16_t target, std::uint64_t) {
  the_duties.push_back("reached " + std::to_string(target));
}
void driver_entry_returned(std::uint16_t target, std::uint64_t, bool succeeded) {
  the_duties.push_back("returned " + std::to_string(target) + (succeeded ? " ok" : " failed"));
}
void unload_returned(std::uint16_t target) {
  the_duties.push_back("unloaded " + std::to_string(target));
}

}  // namespace platform

}  // namespace ddireplay::recorder
