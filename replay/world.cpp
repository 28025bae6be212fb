#include "replay/world.h"

#include <initializer_list>

namespace ddireplay::replay {

World::World(const format::TraceReader& trace)
    : trace_(trace),
      threads_(trace.header().irql_source),
      timers_(trace.header().pointer_bytes, trace.header().clock_hz, trace.header().start_clock,
              trace.header().start_filetime),
      dpcs_(trace.header().pointer_bytes),
      mdls_(trace.header().pointer_bytes),
      remove_locks_(trace.header().pointer_bytes),
      work_items_(trace.header().pointer_bytes),
      handles_(trace.header().pointer_bytes, trace.header().host),
      trust_(trace.footer()) {
  for (Model* model :
       std::initializer_list<Model*>{&drivers_, &threads_, &pool_, &timers_, &dpcs_, &devices_,
                                     &mdls_, &objects_, &remove_locks_, &work_items_,
                                     &system_threads_, &handles_, &references_, &irps_, &locks_}) {
    add(*model);
  }
}

World::~World() = default;

void World::add(Model& model) {
  models_.push_back(&model);
  for (const Op op : model.operations()) {
    concerned_[static_cast<std::size_t>(op)].push_back(&model);
  }
}

bool World::is_user_address(std::uint64_t address) const {
  constexpr std::uint64_t kNever = 0x10000;  // nothing is mapped below
  const std::uint64_t end = pointer_bytes() == 4 ? 0x80000000 : 0x800000000000;
  return trace_.header().host != format::Host::wine && address >= kNever && address < end;
}

void World::begin(const Step& step) {
  if (trust_.comes_behind_cut(step)) lose_track();
}

void World::derive(Step& step) const {
  if (step.op == Op::dpc_enter) {
    const Dpc* dpc = dpcs_.find(step[Operand::dpc]);
    // It runs at PASSIVE_LEVEL, or as an ordinary DPC where the machine is set up so.
    if (dpc != nullptr && dpc->threaded) {
      step.operands[static_cast<std::size_t>(Operand::level)] = format::kIrqlUnknown;
    }
  }
  if (step.op == Op::wait_done) {
    step.operands[static_cast<std::size_t>(Operand::flags)] = locks_.mutexes_acquired(step);
  }
  step.in_dpc = threads_.in_dpc(*step.event);
  step.irql = threads_.irql(step);
}

void World::apply(const Step& step) {
  time_ = step.event->time;
  const bool was_in_gap = trust_.in_gap();
  if (was_in_gap || Trust::concerns(step.op)) trust_.apply(step);
  // While events are missing, and behind them, what is not seen is not known.
  if (was_in_gap || trust_.in_gap()) {
    lose_track();
  }
  forget_memory(step);
  for (Model* model : concerned_[static_cast<std::size_t>(step.op)]) model->apply(step);
}

void World::lose_track() {
  for (Model* model : models_) model->lose_track();
}

// Objects that are embedded in memory go with it. Memory that is allocated holds none either, even
// where its free was not seen.
void World::forget_memory(const Step& step) {
  const std::uint64_t address = step[Operand::address];
  const std::uint64_t size = step[Operand::size];
  switch (step.op) {
    case Op::pool_allocate:
    case Op::contiguous_allocate:
    case Op::image_load:
    case Op::image_unload:
      return forget_objects_in(address, address + size);
    case Op::pool_free:
    case Op::contiguous_free:
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
  for (Model* model : models_) model->forget(begin, end);
}

}  // namespace ddireplay::replay
