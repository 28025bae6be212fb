// System threads that a driver has created and that haven't ended.
//
// Only threads of PsCreateSystemThread: those of IoCreateSystemThread keep the driver in memory. A
// thread may run before the call that creates it returns, so it counts from the call's entry. Which
// call a thread that begins to run belongs to, its argument tells.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct SystemThread {
  std::uint64_t thread = 0;  // its id; 0: it has not begun to run
  std::uint64_t handle = 0;
  std::uint64_t routine = 0;
  std::uint64_t argument = 0;
  std::uint64_t creator = 0;  // thread that is creating it
  format::ModuleId driver = format::kNoModuleId;
  Moment created;
  Moment started;
};

class SystemThreadModel final : public Model {
 public:
  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  // What a thread's beginning belongs to can't be told any more: every thread is forgotten.
  void lose_track() override { threads_.clear(); }

  std::span<const SystemThread> all() const { return threads_; }  // in the order of their creation

 private:
  void start(const Step& step);
  void created(const Step& step);

  std::vector<SystemThread> threads_;
};

}  // namespace ddireplay::replay
