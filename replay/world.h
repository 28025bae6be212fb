// The state of the recorded kernel at one position of a trace, as far as the recorded calls tell
// it.
//
// One model per family (model.h). Only the engine changes the World (apply); checkers and tools
// read it. Objects are owned by their models, stay at their address while they live, and are gone
// after the step that ends them: what is to be kept is copied.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <vector>

#include "format/trace_reader.h"
#include "replay/device_model.h"
#include "replay/dpc_model.h"
#include "replay/driver_model.h"
#include "replay/handle_model.h"
#include "replay/irp_model.h"
#include "replay/level_counts.h"
#include "replay/lock_model.h"
#include "replay/mdl_model.h"
#include "replay/model_set.h"
#include "replay/object_model.h"
#include "replay/object_pages.h"
#include "replay/operation.h"
#include "replay/pool_model.h"
#include "replay/reference_model.h"
#include "replay/remove_lock_model.h"
#include "replay/system_thread_model.h"
#include "replay/thread_model.h"
#include "replay/timer_model.h"
#include "replay/trust.h"
#include "replay/work_item_model.h"

namespace ddireplay::replay {

class World {
 public:
  // Of the models only `kept` follow the trace; no other may be read. They must be whole().
  explicit World(const format::TraceReader& trace, ModelSet kept = ModelSet::all());
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  // `models`, and all that they and what is said of any step rest on.
  static ModelSet whole(ModelSet models, const format::TraceReader& trace);
  // A step of that operation may change what is kept.
  bool is_changed_by(Op op) const;

  // Call first of all with each step: behind a cut the World forgets what it can't know any more.
  void begin(const Step& step) {
    if (trust_.comes_behind_cut(step)) lose_track();
  }
  // Completes a step by what only the World knows: its IRQL, whether it is in a DPC, which block
  // and memory it is about, and which mutexes a wait has acquired.
  void derive(Step& step) const;
  // The step happens. Checkers have seen it before.
  void apply(const Step& step);
  // Nothing happens until then, at least.
  void pass_until(std::uint64_t time) { time_ = std::max(time_, time); }

  const format::TraceReader& trace() const { return trace_; }
  unsigned pointer_bytes() const { return trace_.header().pointer_bytes; }
  // Lies in the user's half of the address space. Never where the kernel is itself a process, and
  // there are no halves (Wine); nor what is too small to be an address; nor where it is not known
  // what the kernel is.
  bool is_user_address(std::uint64_t address) const;
  // The same, but for a kernel that is not known.
  bool may_be_user_address(std::uint64_t address) const;
  const DriverModel& drivers() const { return read(ModelId::drivers, drivers_); }
  const ThreadModel& threads() const { return read(ModelId::threads, threads_); }
  const PoolModel& pool() const { return read(ModelId::pool, pool_); }
  const TimerModel& timers() const { return read(ModelId::timers, timers_); }
  const DpcModel& dpcs() const { return read(ModelId::dpcs, dpcs_); }
  const DeviceModel& devices() const { return read(ModelId::devices, devices_); }
  const MdlModel& mdls() const { return read(ModelId::mdls, mdls_); }
  const ObjectModel& objects() const { return read(ModelId::objects, objects_); }
  const RemoveLockModel& remove_locks() const { return read(ModelId::remove_locks, remove_locks_); }
  const WorkItemModel& work_items() const { return read(ModelId::work_items, work_items_); }
  const SystemThreadModel& system_threads() const {
    return read(ModelId::system_threads, system_threads_);
  }
  const HandleModel& handles() const { return read(ModelId::handles, handles_); }
  const ReferenceModel& references() const { return read(ModelId::references, references_); }
  const IrpModel& irps() const { return read(ModelId::irps, irps_); }
  const LockModel& locks() const { return read(ModelId::locks, locks_); }
  const LevelCounts& level_counts() const { return read(ModelId::level_counts, level_counts_); }
  const Trust& trust() const { return trust_; }
  std::uint64_t time() const { return time_; }  // of the last step, clock ticks

 private:
  MemoryRange memory_of(const Step& step) const;
  void lose_track();
  void add(Model& model);
  template <class T>
  const T& read(ModelId id, const T& model) const {
    assert(kept_.has(id) && "a checker reads a model that it doesn't name");
    return model;
  }

  const format::TraceReader& trace_;
  const ModelSet kept_;
  ObjectPages object_pages_;  // outlives the models
  std::vector<Model*> models_;
  std::array<std::vector<Model*>, kOpCount> concerned_;
  DriverModel drivers_;
  ThreadModel threads_;
  PoolModel pool_;
  TimerModel timers_;
  DpcModel dpcs_;
  DeviceModel devices_;
  MdlModel mdls_;
  ObjectModel objects_;
  RemoveLockModel remove_locks_;
  WorkItemModel work_items_;
  SystemThreadModel system_threads_;
  HandleModel handles_;
  ReferenceModel references_;
  IrpModel irps_;
  LockModel locks_;
  LevelCounts level_counts_;
  Trust trust_;
  std::uint64_t time_ = 0;
};

}  // namespace ddireplay::replay
