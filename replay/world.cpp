#include "replay/world.h"

#include <iterator>

namespace ddireplay::replay {

namespace {

constexpr bool is_free(Op op) {
  return op == Op::pool_free || op == Op::mdl_free || op == Op::workitem_free ||
         op == Op::string_free || op == Op::contiguous_free;
}

constexpr bool concerns_memory(Op op) {
  return is_free(op) || op == Op::pool_allocate || op == Op::contiguous_allocate ||
         op == Op::image_load || op == Op::image_unload || op == Op::device_create ||
         op == Op::device_delete;
}

// What is embedded in memory is gone with it.
constexpr ModelSet kEmbedded = {ModelId::timers,     ModelId::dpcs,    ModelId::devices,
                                ModelId::mdls,       ModelId::objects, ModelId::remove_locks,
                                ModelId::work_items, ModelId::irps,    ModelId::locks};

// What World::derive() makes of the steps that a model is changed by.
struct Need {
  ModelId model;
  ModelSet needed;
};
constexpr Need kNeeds[] = {
    {ModelId::threads, {ModelId::dpcs, ModelId::locks}},  // levels of DPCs, mutexes
    {ModelId::locks, {ModelId::threads}},                 // who holds them: a thread, or a DPC
};

// And what the models themselves need.
ModelSet with_needed(ModelSet models) {
  for (ModelSet before; before != models;) {
    before = models;
    if (models.has_any(kEmbedded)) models.add({ModelId::pool, ModelId::devices});
    for (const Need& need : kNeeds) {
      if (models.has(need.model)) models.add(need.needed);
    }
  }
  return models;
}

// A clock that is only assumed may say that a timer's time has not come when it has.
std::uint64_t known_clock_hz(const format::FileHeader& header) {
  return header.host == format::Host::unknown ? 0 : header.clock_hz;
}

}  // namespace

World::World(const format::TraceReader& trace, ModelSet kept)
    : trace_(trace),
      kept_(kept),
      threads_(trace.header().irql_source),
      timers_(trace.header().pointer_bytes, known_clock_hz(trace.header()),
              trace.header().start_clock, trace.header().start_filetime),
      dpcs_(trace.header().pointer_bytes),
      mdls_(trace.header().pointer_bytes),
      remove_locks_(trace.header().pointer_bytes),
      work_items_(trace.header().pointer_bytes),
      handles_(trace.header().pointer_bytes, trace.header().host),
      trust_(trace.derivation()) {
  // By ModelId.
  Model* const models[] = {&drivers_,      &threads_,    &pool_,           &timers_,
                           &dpcs_,         &devices_,    &mdls_,           &objects_,
                           &remove_locks_, &work_items_, &system_threads_, &handles_,
                           &references_,   &irps_,       &locks_,          &level_counts_};
  static_assert(std::size(models) == static_cast<std::size_t>(ModelId::count_));
  std::size_t id = 0;
  for (Model* model : models) {
    if (kept.has(static_cast<ModelId>(id++))) add(*model);
  }
}

ModelSet World::whole(ModelSet models, const format::TraceReader& trace) {
  models.add({ModelId::drivers});
  models = with_needed(models);
  // Every finding tells the levels of its calls.
  if (models.has(ModelId::threads) || trace.has_all_levels()) return models;
  models.add({ModelId::threads});
  return with_needed(models);
}

bool World::is_changed_by(Op op) const {
  return !concerned_[static_cast<std::size_t>(op)].empty() || Trust::concerns(op) ||
         (kept_.has_any(kEmbedded) && concerns_memory(op));
}

World::~World() = default;

void World::add(Model& model) {
  models_.push_back(&model);
  model.count_objects_in(object_pages_);
  for (const Op op : model.operations()) {
    concerned_[static_cast<std::size_t>(op)].push_back(&model);
  }
}

bool World::may_be_user_address(std::uint64_t address) const {
  constexpr std::uint64_t kNever = 0x10000;  // nothing is mapped below
  const std::uint64_t end = pointer_bytes() == 4 ? 0x80000000 : 0x800000000000;
  return trace_.header().host != format::Host::wine && address >= kNever && address < end;
}

bool World::is_user_address(std::uint64_t address) const {
  return format::sets_users_apart(trace_.header().host) && may_be_user_address(address);
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
  threads_.place(step);
  step.may_end_objects = false;
  if (!concerns_memory(step.op)) return;
  step.block = is_free(step.op) ? pool_.find(step[Operand::address]) : nullptr;
  step.memory = memory_of(step);
  step.may_end_objects = object_pages_.may_hold(step.memory.begin, step.memory.end);
}

void World::apply(const Step& step) {
  time_ = step.event->time;
  const bool was_in_gap = trust_.in_gap();
  if (was_in_gap || Trust::concerns(step.op)) trust_.apply(step);
  // While events are missing, and behind them, what is not seen is not known.
  if (was_in_gap || trust_.in_gap()) {
    lose_track();
  }
  if (step.may_end_objects) {
    for (Model* model : models_) model->forget(step.memory.begin, step.memory.end);
  }
  for (Model* model : concerned_[static_cast<std::size_t>(step.op)]) model->apply(step);
}

void World::lose_track() {
  for (Model* model : models_) model->lose_track();
}

// Objects that are embedded in memory go with it. Memory that is allocated holds none either, even
// where its free was not seen.
MemoryRange World::memory_of(const Step& step) const {
  const std::uint64_t address = step[Operand::address];
  const std::uint64_t size = step[Operand::size];
  switch (step.op) {
    case Op::pool_allocate:
    case Op::contiguous_allocate:
    case Op::image_load:
    case Op::image_unload:
      return {address, address + size};
    case Op::pool_free:
    case Op::contiguous_free:
      if (step.block == nullptr) return {};
      return {step.block->address, step.block->end()};
    case Op::device_create:
      return {step[Operand::extension], step[Operand::extension] + size};
    case Op::device_delete: {
      // While it is referenced the device stays, with all that is in it.
      const Device* device = step[Operand::count] != 0 ? nullptr : devices_.find(address);
      if (device == nullptr) return {};
      return {device->begin(), device->end()};
    }
    default:
      return {};
  }
}

}  // namespace ddireplay::replay
