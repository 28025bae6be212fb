// Work items: queued, running. Both sorts: an IO_WORKITEM, and the WORK_QUEUE_ITEM of
// ExQueueWorkItem.
//
// An item leaves its queue before its routine runs: the routine may free it or queue it again. Not
// every callback is given its item; where it isn't, the argument tells which it was. If several
// queued items have that argument it is not known which of them has left: then none of them counts
// as queued any more, so that nobody is accused for another's item.
#pragma once

#include <cstdint>
#include <memory>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct WorkItem {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;  // that certainly are the item's
  std::uint64_t routine = 0;
  std::uint64_t argument = 0;  // of the routine
  bool executive = false;      // ExQueueWorkItem
  bool queued = false;
  bool running = false;
  std::uint64_t thread = 0;  // in which it runs
  format::ModuleId driver = format::kNoModuleId;
  Moment initialised;  // or allocated
  Moment queued_at;
  Moment started;
};

class WorkItemModel final : public Model {
 public:
  explicit WorkItemModel(unsigned pointer_bytes);
  ~WorkItemModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;
  void lose_track() override;

  const WorkItem* find(std::uint64_t address) const;
  void for_each_in(std::uint64_t begin, std::uint64_t end,
                   FunctionRef<void(const WorkItem&)> visit) const;
  void for_each(FunctionRef<void(const WorkItem&)> visit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
