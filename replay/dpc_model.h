// DPC objects (KDPC): initialised, queued, running.
//
// A DPC leaves its queue before its routine starts, so that the routine may free it or queue it
// again.
#pragma once

#include <cstdint>

#include <memory>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct Dpc {
  std::uint64_t address = 0;
  std::uint64_t routine = 0;
  std::uint64_t context = 0;
  bool threaded = false;      // KeInitializeThreadedDpc: runs at PASSIVE_LEVEL as a rule
  bool queued = false;        // KeInsertQueueDpc; a DPC that a timer holds is not queued
  std::uint32_t running = 0;  // processors that are inside its routine
  format::ModuleId driver = format::kNoModuleId;
  Moment initialised;
  Moment queued_at;
  Moment started;  // last time
};

class DpcModel final : public Model {
 public:
  explicit DpcModel(unsigned pointer_bytes);
  ~DpcModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  // Memory is gone, or new: the DPCs in it are forgotten.
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;

  const Dpc* find(std::uint64_t address) const;
  std::uint64_t object_bytes() const;
  void for_each_in(std::uint64_t begin, std::uint64_t end,
                   FunctionRef<void(const Dpc&)> visit) const;
  void for_each(FunctionRef<void(const Dpc&)> visit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
