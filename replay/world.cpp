#include "replay/world.h"

#include <array>
#include <initializer_list>

namespace ddireplay::replay {

namespace {

// The models that an operation concerns, one bit each.
enum Concern : std::uint8_t {
  kDrivers = 1,
  kThreads = 2,
  kPool = 4,
  kTimers = 8,
  kDpcs = 16,
  kDevices = 32,
  kTrust = 64,
};

constexpr auto kConcerns = [] {
  std::array<std::uint8_t, kOpCount> concerns{};
  const auto add = [&](unsigned models, std::initializer_list<Op> ops) {
    for (const Op op : ops) concerns[static_cast<std::size_t>(op)] |= models;
  };
  using enum Op;
  add(kTrust, {gap, image_load, image_attach});
  add(kDrivers, {image_load, image_attach, image_unload, unload_enter, irql_raise, spinlock_acquire,
                 spinlock_acquire_dpc});
  add(kThreads, {callback_enter, callback_leave, dpc_enter, dpc_leave, unload_enter, unload_leave,
                 thread_exit, irql_raise, irql_lower, spinlock_acquire, spinlock_release,
                 fastmutex_acquire, fastmutex_release});
  add(kPool, {pool_allocate, pool_free, pool_receive, pool_source, string_allocate, string_free,
              contiguous_allocate, contiguous_free, mdl_allocate, mdl_free, workitem_allocate,
              workitem_free, irp_call, irp_complete, image_load});
  add(kTimers, {timer_initialize, timer_set, timer_cancel, dpc_enter, image_unload});
  add(kDpcs,
      {dpc_initialize, dpc_queue, dpc_enter, dpc_leave, dpc_remove, dpc_flush, image_unload});
  add(kDevices, {device_create, device_delete});
  return concerns;
}();

}  // namespace

World::World(const format::TraceReader& trace)
    : trace_(trace),
      threads_(trace.header().irql_source),
      timers_(trace.header().pointer_bytes, trace.header().clock_hz, trace.header().start_clock,
              trace.header().start_filetime),
      dpcs_(trace.header().pointer_bytes) {}

World::~World() = default;

void World::derive(Step& step) const {
  if (step.op == Op::dpc_enter) {
    const Dpc* dpc = dpcs_.find(step[Operand::dpc]);
    // It runs at PASSIVE_LEVEL, or as an ordinary DPC where the machine is set up so.
    if (dpc != nullptr && dpc->threaded) {
      step.operands[static_cast<std::size_t>(Operand::level)] = format::kIrqlUnknown;
    }
  }
  step.irql = threads_.irql(step);
}

void World::apply(const Step& step) {
  time_ = step.event->time;
  const bool was_in_gap = trust_.in_gap();
  const std::uint8_t concerns = kConcerns[static_cast<std::size_t>(step.op)];
  if (was_in_gap || (concerns & kTrust) != 0) trust_.apply(step);
  // While events are missing, and behind them, what threads were doing is not known.
  if (was_in_gap || trust_.in_gap()) threads_.lose_track();
  if (concerns == 0) return;

  forget_memory(step);
  if ((concerns & kDrivers) != 0) drivers_.apply(step);
  if ((concerns & kThreads) != 0) threads_.apply(step);
  if ((concerns & kPool) != 0) pool_.apply(step);
  if ((concerns & kTimers) != 0) timers_.apply(step);
  if ((concerns & kDpcs) != 0) dpcs_.apply(step);
  if ((concerns & kDevices) != 0) devices_.apply(step);
}

// Objects that are embedded in memory go with it. Memory that is allocated holds none either, even
// where its free was not seen.
void World::forget_memory(const Step& step) {
  const std::uint64_t address = step[Operand::address];
  const std::uint64_t size = step[Operand::size];
  switch (step.op) {
    case Op::pool_allocate:
    case Op::image_load:
    case Op::image_unload:
      return forget_objects_in(address, address + size);
    case Op::pool_free:
      if (const PoolBlock* block = pool_.find(address)) {
        forget_objects_in(block->address, block->end());
      }
      return;
    case Op::device_create:
      return forget_objects_in(step[Operand::extension], step[Operand::extension] + size);
    case Op::device_delete:
      // While it is referenced the device stays, with all that is in it.
      if (step[Operand::count] != 0) return;
      if (const Device* device = devices_.find(address)) {
        forget_objects_in(device->begin(), device->end());
      }
      return;
    default:
      return;
  }
}

void World::forget_objects_in(std::uint64_t begin, std::uint64_t end) {
  timers_.forget(begin, end);
  dpcs_.forget(begin, end);
}

}  // namespace ddireplay::replay
